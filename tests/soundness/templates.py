"""Templates of expressions by type: `{i}` stands for any int expression, `{t}` for any text."""

from collections.abc import Mapping, Sequence

Columns = tuple[tuple[str, str], ...]

"""The names of columns and their types."""

INT, TEXT, BOOL, NUMERIC, FLOAT = "int", "text", "bool", "numeric", "float8"

DATE, STAMP, INTS, TEXTS = "date", "timestamptz", "int[]", "text[]"

JSON, RANGE, MOOD, PLACE, BIG = "jsonb", "int4range", "mood", "place", "bigint"

ITEM, ITEMS, PLACES, SPOT = "item", "item[]", "place[]", "spot"

"""A table's row type, arrays of it and of a composite, and a domain over the row type."""

ROWS = (PLACE, ITEM, SPOT)

TYPES = (
    *(INT,) * 6,
    *(TEXT,) * 5,
    *(BOOL,) * 3,
    *(NUMERIC, NUMERIC, FLOAT, DATE, STAMP, INTS, TEXTS, JSON, RANGE, MOOD, PLACE, BIG),
    *(ITEM, ITEMS, PLACES, SPOT),
)

LITERALS: Mapping[str, Sequence[str]] = {
    INT: ("0", "1", "2", "3"),
    BIG: ("0::bigint", "1::bigint"),
    TEXT: ("''", "'a'", "'b'", "'ab'"),
    BOOL: ("true", "false"),
    NUMERIC: ("0.0", "1.5", "'NaN'::numeric"),
    FLOAT: ("0::float8", "1.5::float8", "'Infinity'::float8"),
    DATE: ("'2000-01-01'::date", "'infinity'::date"),
    STAMP: ("'2000-01-01Z'::timestamptz", "'-infinity'::timestamptz"),
    INTS: ("'{}'::int[]", "'{1,NULL}'::int[]", "'{1,2}'::int[]"),
    TEXTS: ("'{}'::text[]", "'{a,NULL}'::text[]", "'{a,b}'::text[]"),
    JSON: ("'null'::jsonb", "'{\"a\": null}'::jsonb", "'[1, null]'::jsonb"),
    RANGE: ("'empty'::int4range", "'(,)'::int4range", "'[1,3)'::int4range"),
    MOOD: ("'sad'::mood", "'glad'::mood"),
    PLACE: ("ROW(NULL, NULL, NULL)::place", "ROW('a', 1, '{}')::place"),
    ITEM: ("ROW(NULL, NULL, NULL)::item", "'(1,,)'::item", "NULL::item"),
    ITEMS: ("'{}'::item[]", "ARRAY[ROW(1, NULL, NULL)::item, NULL]", "NULL::item[]"),
    PLACES: ("'{}'::place[]", "ARRAY[ROW(NULL, 1, NULL)::place]"),
    SPOT: ("ROW(NULL, 'a', NULL)::spot", "NULL::spot"),
}


LETTERS = {
    "i": INT, "t": TEXT, "b": BOOL, "n": NUMERIC, "f": FLOAT, "d": DATE, "s": STAMP,
    "x": INTS, "y": TEXTS, "j": JSON, "r": RANGE, "m": MOOD, "p": PLACE, "g": BIG,
    "q": ITEM, "k": ITEMS, "l": PLACES, "o": SPOT,
}  # fmt: skip

CALLS: Mapping[str, Sequence[str]] = {
    INT: (
        "{i} + {i}", "{i} - {i}", "{i} * {i}", "{i} / {i}", "{i} % {i}", "abs({i})", "-{i}",
        "length({t})", "cardinality({x})", "array_length({x}, 1)", "array_position({x}, {i})",
        "({x})[1]", "({x})[{i}]", "lower({r})", "upper({r})", "({p}).floor", "{t}::int",
        "{b}::int", "{n}::int", "(({j}) ->> 'a')::int", "f_atomic({i})", "f_strict({i}, {i})",
        "f_zero({i})", "f_null({i})", "strpos({t}, {t})", "num_nulls({i}, {t})", "{d} - {d}",
        "num_nonnulls({i}, {t})", "jsonb_array_length({j})", "({j})::int", "ascii({t})",
        "({p}).floor + 1", "extract(year FROM {d})::int", "(f_out({i})).x", "width_bucket({n}, 0, 10, 5)",
        "array_ndims({x})", "(ARRAY[{i}, {i}])[1]", "date_part('day', {s})::int", "{g}::int",
        "nullif({i}, {i})", "mod({i}, {i})", "least({i}, {i})", "greatest({i}, NULL, {i})",
        "({q}).id", "({o}).id", "(({k})[1]).id", "(({l})[1]).floor", "(f_item({i})).id", "cardinality({k})",
    ),
    BIG: ("{i}::bigint", "{g} + {i}", "f_count({i})", "({i})::bigint * 2"),
    TEXT: (
        "{t} || {t}", "upper({t})", "lower({t})", "substr({t}, 1, 2)", "trim({t})", "{i}::text",
        "substring({t} FROM 'a.')", "({j}) ->> 'a'", "({j}) #>> '{{a,b}}'", "({y})[1]", "({y})[{i}]",
        "({p}).street", "(({p}).tags)[1]", "concat({t}, {t})", "concat_ws({t}, {t}, {t})",
        "format('%s', {t})", "replace({t}, {t}, {t})", "split_part({t}, {t}, 1)", "{m}::text",
        "array_to_string({y}, ',')", "array_to_string({y}, {t})", "{d}::text", "to_char({d}, 'YYYY')",
        "to_char({s}, 'DD')", "f_plain({t})", "f_title({i})", "left({t}, {i})", "repeat({t}, 2)",
        "nullif({t}, {t})", "jsonb_typeof({j})", "{b}::text", "md5({t})", "quote_nullable({t})",
        "quote_literal({t})", "initcap({t})", "{t}::varchar(3)::text", "({p})::text", "translate({t}, 'a', 'b')",
        "(regexp_match({t}, 'a'))[1]", "{t} COLLATE \"C\"", "current_schema()::text", "current_user::text",
        "(f_out({i})).y", "chr(65)", "reverse({t})", "lpad({t}, 3)", "{t}::code::text", "{x}::text",
        "({q}).label", "({o}).label", "({q})::text", "(f_item({i})).label", "({k})::text",
    ),
    BOOL: (
        "{i} = {i}", "{t} = {t}", "{i} < {i}", "{t} <> {t}", "{n} >= {n}", "NOT ({b})", "({b}) AND ({b})",
        "({b}) OR ({b})", "{t} LIKE {t}", "{d} > {d}", "{i} IS NULL", "{t} IS NOT NULL", "{p} IS NULL",
        "{p} IS NOT NULL", "{i} IS DISTINCT FROM {i}", "{t} IS NOT DISTINCT FROM {t}", "({b}) IS TRUE",
        "({b}) IS NOT TRUE", "({b}) IS UNKNOWN", "({b}) IS NOT UNKNOWN", "({b}) IS FALSE", "({b}) IS NOT FALSE",
        "{i} IN ({i}, {i})", "{i} NOT IN ({i}, {i})", "{t} IN ({t}, NULL)", "{i} = ANY ({x})",
        "{i} <> ALL ({x})", "{i} > ANY ({x})", "{t} = ALL ({y})", "{i} BETWEEN {i} AND {i}",
        "{t} NOT BETWEEN {t} AND {t}", "{i} BETWEEN SYMMETRIC {i} AND {i}", "({i}, {t}) = ({i}, {t})",
        "({i}, {t}) < ({i}, {t})", "ROW({i}, {t}) IS DISTINCT FROM ROW({i}, {t})", "{j} ? 'a'", "{j} @> {j}",
        "{x} @> {x}", "{x} && {x}", "{r} @> {i}", "{r} && {r}", "isempty({r})", "{m} = {m}", "{p} = {p}",
        "lower_inf({r})", "{t} ~ 'a'", "({j}) @? '$.a'", "({j}) @@ '$.a == 1'", "coalesce({i}, {i}) = {i}",
        "({b}) = ({b})", "({b}) <> ({b})", "ROW({i}, {t}) IS NOT NULL", "ROW({i}, {t}) IS NULL", "{f} = {f}",
        "nullif({i}, {i}) IS NOT NULL", "coalesce({b}, {b})", "CASE WHEN {b} THEN {b} ELSE {b} END",
        "{s} >= {s}", "{x} = {x}", "starts_with({t}, {t})", "num_nonnulls({i}, {t}) = 1", "{t} ILIKE {t}",
        "num_nulls({i}, {t}) < 2", "NOT ({i} = ANY ({x}))", "({i} = ANY ({x})) IS NOT NULL",
        "(({i} > {i}) IS NOT NULL)", "{i} IS NULL OR {i} = {i}", "{t} SIMILAR TO 'a%'", "{n} = ANY (ARRAY[{n}, {n}])",
    ),
    NUMERIC: (
        "{n} + {n}", "{n} * {n}", "{i}::numeric", "round({n})", "round({n}, 1)", "abs({n})", "{n} - {i}", "{t}::numeric",
        "trunc({n})", "scale({n})::numeric", "extract(day FROM {s})", "nullif({n}, {n})", "(({j}) -> 'a')::numeric",
        "{n} / {n}", "ceil({n})", "extract(epoch FROM {s})", "extract(month FROM {d})", "greatest({n}, {i})",
    ),
    FLOAT: ("{f} + {f}", "{i}::float8", "sqrt(abs({f}))", "{n}::float8", "date_part('year', {d})", "{f} * {f}", "-{f}"),
    DATE: ("{d} + {i}", "{s}::date", "greatest({d}, {d})", "make_date(2000, 1, 1)", "current_date", "nullif({d}, {d})", "{d} - {i}"),
    STAMP: ("{d}::timestamptz", "now()", "date_trunc('day', {s})", "{s} + interval '1 day'", "least({s}, {s})", "to_timestamp({i})"),
    INTS: (
        "ARRAY[{i}, {i}]", "array_append({x}, {i})", "{x} || {x}", "{x} || {i}", "({x})[1:2]", "array_remove({x}, {i})",
        "ARRAY[{i}]", "array_replace({x}, {i}, {i})", "array_prepend({i}, {x})", "array_cat({x}, {x})", "({y})::int[]",
        "array_fill({i}, ARRAY[2])", "trim_array({x}, 0)", "ARRAY[]::int[]", "nullif({x}, {x})",
    ),
    TEXTS: (
        "ARRAY[{t}, {t}]", "string_to_array({t}, {t})", "string_to_array({t}, ',', {t})", "({p}).tags", "{y} || {t}",
        "regexp_split_to_array({t}, 'a')", "({x})::text[]", "array_remove({y}, {t})", "regexp_match({t}, 'a')", "ARRAY[{t}, NULL]",
    ),
    JSON: (
        "to_jsonb({i})", "to_jsonb({t})", "jsonb_build_object('a', {i}, 'b', {t})", "({j}) -> 'a'", "({j}) -> 0", "({j}) #> '{{a}}'",
        "jsonb_build_array({i}, {t})", "({j}) || ({j})", "({j}) - 'a'", "jsonb_set({j}, '{{a}}', {j})", "jsonb_strip_nulls({j})",
        "jsonb_path_query_first({j}, '$.a')", "to_jsonb({p})", "row_to_json({p})::jsonb", "array_to_json({x})::jsonb", "nullif({j}, {j})",
        "to_jsonb(ROW({i}, {t}))", "jsonb_path_query_array({j}, '$.*')", "jsonb_insert({j}, '{{c}}', {j})",
        "to_jsonb({q})", "to_jsonb({k})", "to_jsonb({o})", "row_to_json({q})::jsonb", "to_jsonb({l})", "jsonb_build_object('r', {q})",
    ),
    RANGE: ("int4range({i}, {i} + 5)", "{r} * {r}", "int4range({i}, NULL)", "range_merge({r}, {r})", "nullif({r}, {r})"),
    MOOD: ("enum_first({m})", "greatest({m}, {m})", "nullif({m}, {m})", "enum_last(NULL::mood)"),
    PLACE: ("ROW({t}, {i}, {y})::place", "nullif({p}, {p})", "({l})[1]"),
    ITEM: (
        "ROW({i}, {t}, {f})::item", "jsonb_populate_record(NULL::item, {j})", "jsonb_populate_record({q}, {j})", "({k})[1]", "f_item({i})",
        "({o})::item", "nullif({q}, {q})", "(SELECT x FROM item x ORDER BY x.id LIMIT 1)", "(SELECT x FROM (SELECT y AS x FROM item y) z LIMIT 1)",
        "(SELECT (x).kept FROM keep x LIMIT 1)", "(SELECT x::item FROM special_item x LIMIT 1)",
    ),
    ITEMS: (
        "ARRAY[{q}, {q}]", "ARRAY[{q}]", "ARRAY(SELECT x FROM item x)", "array_append({k}, {q})", "{k} || {k}", "(SELECT array_agg(x) FROM item x)",
        "coalesce((SELECT array_agg(x) FROM item x), '{{}}')", "ARRAY(SELECT f_items())", "(SELECT array_agg(x ORDER BY x.id) FILTER (WHERE {b}) FROM item x)",
        "ARRAY(SELECT x FROM unnest({k}) x)", "array_remove({k}, {q})",
    ),
    PLACES: ("ARRAY[{p}]", "ARRAY[{p}, {p}]", "{l} || {p}", "ARRAY(SELECT f_homes())"),
    SPOT: ("({q})::spot", "ROW({i}, {t}, {f})::spot", "nullif({o}, {o})"),
}  # fmt: skip

AGGREGATES: Mapping[str, Sequence[str]] = {
    INT: ("max({i})", "min({i})", "count(*)::int", "count({t})::int", "bit_and({i})", "(array_agg({i}))[1]",
          "count(DISTINCT {i})::int", "mode() WITHIN GROUP (ORDER BY {i})", "percentile_disc(0.5) WITHIN GROUP (ORDER BY {i})"),
    BIG: ("sum({i})", "count(*)", "regr_count({f}, {f})"),
    TEXT: ("max({t})", "string_agg({t}, ',')", "string_agg({t}, {t})", "min({t})", "string_agg({t}, ',' ORDER BY {i})"),
    BOOL: ("bool_and({b})", "bool_or({b})", "every({b})", "count(*) > 1"),
    NUMERIC: ("sum({n})", "avg({i})", "avg({n})", "stddev_samp({n})", "var_pop({n})", "stddev_pop({n})", "variance({i})"),
    FLOAT: ("corr({f}, {f})", "avg({f})", "stddev_pop({f})", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {f})", "regr_slope({f}, {f})", "covar_pop({f}, {f})"),
    DATE: ("max({d})",),
    STAMP: ("min({s})",),
    INTS: ("array_agg({i})", "array_agg(DISTINCT {i})", "array_agg({i} ORDER BY {t})"),
    TEXTS: ("array_agg({t})",),
    JSON: ("jsonb_agg({i})", "jsonb_object_agg({t}, {i})", "json_agg({t})::jsonb"),
    RANGE: ("range_intersect_agg({r})",),
    MOOD: ("max({m})",),
    PLACE: (),
    ITEM: (),
    ITEMS: ("array_agg({q})", "array_agg({q} ORDER BY {i})"),
    PLACES: ("array_agg({p})",),
    SPOT: (),
}  # fmt: skip

WINDOWS: Mapping[str, Sequence[str]] = {
    INT: ("rank() {w}::int", "row_number() {w}::int", "lag({i}) {w}", "lag({i}, 1, {i}) {w}", "lead({i}, 1, 0) {w}", "ntile(2) {w}",
          "first_value({i}) {w}", "last_value({i}) {w}", "nth_value({i}, 2) {w}", "max({i}) {w}", "count({i}) {w}::int", "ntile({i}) {w}"),
    BIG: ("sum({i}) {w}", "count(*) {w}", "dense_rank() {w}"),
    TEXT: ("lag({t}) {w}", "first_value({t}) {w}", "string_agg({t}, ',') {w}", "lead({t}, {i}, {t}) {w}"),
    BOOL: ("bool_or({b}) {w}", "last_value({b}) {w}"),
    NUMERIC: ("avg({n}) {w}", "sum({n}) {w}"),
    FLOAT: ("percent_rank() {w}", "cume_dist() {w}", "avg({f}) {w}"),
    INTS: ("array_agg({i}) {w}",),
    TEXTS: ("array_agg({t}) {w}",),
    DATE: ("max({d}) {w}",),
    ITEM: ("first_value({q}) {w}", "lag({q}) {w}"),
    ITEMS: ("array_agg({q}) {w}",),
}  # fmt: skip

FRAMES = (
    "", "", "", "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    "ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING", "ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW", "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES", "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP",
    "ROWS 1 PRECEDING", "RANGE BETWEEN CURRENT ROW AND CURRENT ROW", "GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING",
)  # fmt: skip

NEWER: Mapping[int, Mapping[str, Sequence[str]]] = {
    160000: {
        BOOL: ("{t} IS JSON", "{t} IS NOT JSON ARRAY"),
        JSON: (
            "JSON_OBJECT('a' VALUE {i} RETURNING jsonb)", "JSON_OBJECT('a' VALUE {i}, 'b' VALUE {t} ABSENT ON NULL RETURNING jsonb)",
            "JSON_ARRAY({i}, {t} RETURNING jsonb)", "JSON_ARRAY({i} NULL ON NULL RETURNING jsonb)", "JSON_ARRAY(RETURNING jsonb)",
        ),
        TEXT: ("JSON_OBJECT('a' VALUE {i} RETURNING text)", "JSON_ARRAY({t} RETURNING text)"),
    },
    170000: {
        INT: ("JSON_VALUE({j}, '$.a' RETURNING int)", "JSON_VALUE({j}, '$.a' RETURNING int DEFAULT 1 ON EMPTY)", "JSON_VALUE({j}, '$.a' RETURNING int DEFAULT 1 ON EMPTY DEFAULT 2 ON ERROR)"),
        TEXT: ("JSON_VALUE({j}, '$.a')", "JSON_SERIALIZE({j})", "JSON_QUERY({j}, '$.a' RETURNING text OMIT QUOTES)"),
        BOOL: ("JSON_EXISTS({j}, '$.a')", "JSON_EXISTS({j}, 'strict $.a' UNKNOWN ON ERROR)", "JSON_EXISTS({j}, '$.a' FALSE ON ERROR)"),
        JSON: ("JSON_QUERY({j}, '$.a')", "JSON_QUERY({j}, '$.a' EMPTY ARRAY ON EMPTY)", "JSON_SCALAR({i})::jsonb", "JSON({t})::jsonb", "JSON_QUERY({j}, '$.a' WITH WRAPPER)"),
    },
    180000: {
        TEXT: ("casefold({t})", "reverse({t}::bytea)::text"),
        INTS: ("array_reverse({x})", "array_sort({x})"),
    },
}  # fmt: skip
"""The templates that need a server of some version or newer."""

NEWER_AGGREGATES: Mapping[int, Mapping[str, Sequence[str]]] = {
    160000: {
        JSON: ("JSON_ARRAYAGG({i} RETURNING jsonb)", "JSON_OBJECTAGG({t} VALUE {i} ABSENT ON NULL RETURNING jsonb)", "JSON_ARRAYAGG({i} NULL ON NULL RETURNING jsonb)"),
        INT: ("any_value({i})",),
    },
    180000: {INTS: ("max({x})", "min({x})")},
}  # fmt: skip


def known(
    templates: Mapping[str, Sequence[str]],
    newer: Mapping[int, Mapping[str, Sequence[str]]],
    version: int,
) -> dict[str, list[str]]:
    """Return the templates that a server of that version understands."""
    since = [more for first, more in newer.items() if version >= first]
    return {
        kind: [*some, *(text for more in since for text in more.get(kind, ()))]
        for kind, some in templates.items()
    }
