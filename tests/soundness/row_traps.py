"""Rows as values: where a field may be NULL although its table's column is NOT NULL.

A value of the type `item` need not be a row of the table `item`. `HOSTILE` and `HOSTILE_ARRAYS` make
such values with a NULL in the field `label`; `FIELDS_IN_FROM` are queries that show this field as `x`.
"""

HOSTILE: dict[str, str] = {
    "ROW cast to the row type": "ROW(1, NULL, NULL)::item",
    "a literal": "'(1,,)'::item",
    "jsonb_populate_record": "jsonb_populate_record(NULL::item, '{\"id\": 1}')",
    "a function that returns it": "f_item(1)",
    "a set-returning function": "f_items()",
    "a column": "(SELECT k.kept FROM keep k)",
    "a column of a domain": "(SELECT k.spot::item FROM keep k)",
    "an element of a column": "(SELECT unnest(k.list) FROM keep k)",
    "one of two values": (
        "CASE WHEN now() IS NULL THEN (SELECT t FROM item t LIMIT 1) ELSE ROW(1, NULL, NULL)::item END"
    ),
    "a row or a value": "coalesce((SELECT t FROM item t WHERE false), f_item(1))",
}

HOSTILE_ARRAYS: dict[str, str] = {
    "ARRAY[…]": "ARRAY[ROW(1, NULL, NULL)::item]",
    "ARRAY(SELECT …)": "ARRAY(SELECT k.kept FROM keep k)",
    "array_agg": "(SELECT array_agg(k.kept) FROM keep k GROUP BY k.id)",
    "a column": "(SELECT k.list FROM keep k)",
    "a literal": "'{\"(1,,)\"}'::item[]",
    "of a domain": "ARRAY[ROW(1, NULL, NULL)::spot]",
    "of rows and values": "(SELECT array_agg(t) FROM item t GROUP BY 1 = 1) || f_item(1)",
}

FIELDS_IN_FROM: dict[str, str] = {
    "unnest": "SELECT t.label AS x FROM unnest({}) AS t",
    "column aliases": "SELECT t.b AS x FROM unnest({}) AS t (a, b, c)",
    "WITH ORDINALITY": "SELECT t.label AS x, t.ordinality AS n FROM unnest({}) WITH ORDINALITY AS t",
    "ROWS FROM": "SELECT t.label AS x FROM ROWS FROM (unnest({})) AS t",
    "a CTE": "WITH c AS (SELECT * FROM unnest({})) SELECT c.label AS x FROM c",
    "a join": "SELECT t.label AS x, a.name FROM author a JOIN unnest({}) AS t ON true",
    "UNION": "SELECT 'a' AS x UNION ALL SELECT t.label FROM unnest({}) AS t",
    "a lateral join": "SELECT t.label AS x FROM (SELECT {} AS list) l, unnest(l.list) AS t",
    "a field of an element": "SELECT (u.e).label AS x FROM (SELECT unnest({}) AS e) u",
}

FUNCTIONS_IN_FROM: dict[str, str] = {
    "a function that returns a row": "SELECT t.label AS x FROM f_item(1) AS t",
    "a function of rows": "SELECT t.label AS x FROM f_items() AS t",
    "a function of a domain's rows": "SELECT t.label AS x FROM f_spots() AS t",
    "a body that gives its columns as one row": "SELECT t.t AS x FROM f_record(1) AS t",
    "jsonb_populate_record": (
        "SELECT t.label AS x FROM jsonb_populate_record(NULL::item, '{}') AS t"
    ),
    "COALESCE": "SELECT t.label AS x FROM coalesce(f_item(1)) AS t",
    "a cast": "SELECT t.label AS x FROM CAST(ROW(1, NULL, NULL) AS item) AS t",
}

WHOLE_ROWS: dict[str, str] = {
    "a table": "SELECT t AS x FROM item t",
    "a subquery": "SELECT s.t AS x FROM (SELECT t FROM item t) s",
    "a CTE": "WITH c AS MATERIALIZED (SELECT t FROM item t) SELECT c.t AS x FROM c",
    "an outer join": "SELECT t AS x FROM author a LEFT JOIN item t ON t.id = a.id",
    "a scalar subquery": "SELECT (SELECT t FROM item t WHERE t.id = 1 LIMIT 1) AS x",
    "an arm of CASE": "SELECT CASE WHEN t.id = 1 THEN t END AS x FROM item t",
    "COALESCE": "SELECT coalesce(t, NULL) AS x FROM item t",
    "UNION": "SELECT t AS x FROM item t UNION ALL SELECT NULL UNION ALL SELECT t FROM item t",
    "array_agg": "SELECT array_agg(t) AS x FROM item t",
    "an array that may be empty": "SELECT coalesce(array_agg(t), '{}') AS x FROM item t",
    "ARRAY(SELECT …)": "SELECT ARRAY(SELECT t FROM item t) AS x",
    "ARRAY[…]": "SELECT ARRAY[t, NULL] AS x FROM item t",
    "unnest": "SELECT unnest(ARRAY(SELECT t FROM item t)) AS x",
    "a domain": "SELECT t::spot AS x FROM item t",
    "RETURNING": "UPDATE item t SET weight = 1 RETURNING t AS x",
}
"""Queries whose `x` is a row of the table, or an array of such rows."""
