"""Queries that each disprove a plausible rule, and their columns that may be NULL.

`TRAPS` have SQL and the columns that are NULL with the data of `rows.sql`: it would be wrong to claim
that one of them is non-null. `PROOFS` are similar queries without NULLs, which inference must prove.
"""

Case = tuple[str, str]

TRAPS: dict[str, Case] = {
    # --- rows of other places: window functions see rows that are filtered out later
    "lag sees rows that the surrounding query drops": (
        "SELECT s.l FROM (SELECT i, lag(i, 1, 0) OVER (ORDER BY i NULLS FIRST) AS l FROM loose) s WHERE s.i IS NOT NULL",
        "l",
    ),
    "first_value sees rows that the surrounding query drops": (
        "SELECT s.l FROM (SELECT i, first_value(i) OVER (ORDER BY i NULLS FIRST) AS l FROM loose) s WHERE s.i IS NOT NULL",
        "l",
    ),
    "a window over an outer join that the surrounding query makes an inner one": (
        (
            "SELECT s.x FROM (SELECT b.id, first_value(b.title) OVER (ORDER BY a.id DESC) AS x FROM author a LEFT JOIN book b"
            " ON b.author_id = a.id) s WHERE s.id IS NOT NULL"
        ),
        "x",
    ),
    "lag in an arm of CASE sees rows that take another arm": (
        "SELECT CASE WHEN i IS NOT NULL THEN lag(i, 1, 0) OVER (ORDER BY i NULLS FIRST) ELSE 0 END AS x FROM loose",
        "x",
    ),
    "last_value in an arm of CASE": (
        "SELECT CASE WHEN i = 1 THEN last_value(j) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) ELSE 0 END AS x FROM loose WHERE i > 0",
        "x",
    ),
    "a frame that excludes the current row": (
        "SELECT sum(i) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS x FROM tight",
        "x",
    ),
    "a frame that ends before the current row": (
        "SELECT max(i) OVER (ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS x, count(*) OVER (ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS n FROM tight",
        "x",
    ),
    "a frame by RANGE from an offset on, at infinity": (
        "SELECT count(*) OVER w AS n, sum(f) OVER w AS x FROM tight WINDOW w AS (ORDER BY i RANGE BETWEEN 5 FOLLOWING AND 6 FOLLOWING)",
        "x",
    ),
    "lead and nth_value": (
        "SELECT lead(i) OVER () AS a, nth_value(i, 3) OVER () AS b FROM tight",
        "a b",
    ),
    "ntile of NULL": (
        "SELECT ntile(j) OVER () AS x FROM loose ORDER BY j NULLS FIRST",
        "x",
    ),
    "FILTER of a window's aggregate": (
        "SELECT sum(i) FILTER (WHERE i > 1) OVER (ORDER BY i) AS x FROM tight",
        "x",
    ),
    "a LIMIT that is rounded to 0": (
        "SELECT (SELECT count(*) FROM author LIMIT 0.2) AS x",
        "x",
    ),
    "arguments by name, in another order": (
        "SELECT f_first(b => 1, a => NULL) AS x, f_first(b => NULL, a => 1) AS y, s.z FROM f_first(b => 1, a => NULL) AS s (z)",
        "x z",
    ),
    # --- writing
    "WHERE sees the old row, RETURNING the new one": (
        "UPDATE loose SET i = NULL WHERE i IS NOT NULL RETURNING i",
        "i",
    ),
    "and a strict comparison, too": (
        "UPDATE loose SET i = j WHERE i > 1 RETURNING i",
        "i",
    ),
    "a trigger forgets what WHERE has proved": (
        "UPDATE guarded SET x = 1 WHERE w IS NOT NULL RETURNING w, v",
        "w v",
    ),
    "a trigger forgets what was inserted": (
        "INSERT INTO guarded (id, v, w) VALUES (6, 'a', 1) RETURNING id, v, w",
        "v w",
    ),
    "a partition's trigger forgets what was inserted": (
        "INSERT INTO part_guarded VALUES (5, 5) RETURNING id, w",
        "w",
    ),
    "a partition's trigger forgets what WHERE has proved": (
        "UPDATE part_guarded SET id = id WHERE w IS NOT NULL RETURNING w",
        "w",
    ),
    "ON CONFLICT DO UPDATE shows the old row's columns": (
        (
            "INSERT INTO book (id, author_id, title, kind, phone, sold, subtitle) VALUES (1, 1, 'T1', 'novel', '1', 1, 's')"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING subtitle, title"
        ),
        "subtitle",
    ),
    "ON CONFLICT DO UPDATE sets NULL": (
        (
            "INSERT INTO edition AS e (book_id, number, note, mark) VALUES (1, 1, 'n', 'm')"
            " ON CONFLICT (book_id, number) DO UPDATE SET note = NULL WHERE e.note IS NOT NULL RETURNING note, mark"
        ),
        "note",
    ),
    "an INSTEAD OF trigger returns what it likes": (
        "INSERT INTO v_ins (id, v, w) VALUES (9, 'a', 1) RETURNING id, v, w",
        "id v w",
    ),
    "an INSTEAD OF trigger and UPDATE": (
        "UPDATE v_ins SET v = 'b' WHERE w IS NOT NULL RETURNING id, v, w",
        "id v w",
    ),
    "a subquery in RETURNING sees the new row": (
        "UPDATE loose SET i = NULL WHERE i IS NOT NULL RETURNING (SELECT i) AS x, (SELECT s.y FROM (SELECT loose.i AS y) s) AS z",
        "x z",
    ),
    "an expression of a column that SET changes": (
        "UPDATE loose SET i = NULL WHERE i + 1 > 0 RETURNING i + 1 AS x, (loose).i AS y",
        "x y",
    ),
    "a row may leave a view": (
        "UPDATE v_born SET born = NULL WHERE id = 1 RETURNING id, born",
        "born",
    ),
    "a row is inserted that the view does not show": (
        "INSERT INTO v_born (id, name) VALUES (9, 'N') RETURNING id, name, born",
        "born",
    ),
    "a generated column of what is NULL": (
        "UPDATE book SET price = NULL WHERE total IS NOT NULL RETURNING total, title",
        "total",
    ),
    "SET's own columns are not those of RETURNING": (
        "WITH u AS (UPDATE loose SET i = j RETURNING t, i, j) SELECT t, j FROM u WHERE t IS NOT NULL",
        "j",
    ),
    "what a changing CTE assigns is not what its surroundings require": (
        "WITH u AS (UPDATE loose SET i = n::int RETURNING t AS a, n AS b) SELECT a, b FROM u WHERE a IS NOT NULL",
        "b",
    ),
    "INSERT's own columns are not those of RETURNING": (
        "WITH u AS (INSERT INTO loose (i, j) SELECT i, j FROM loose RETURNING j AS a, i AS b) SELECT a, b FROM u WHERE a IS NULL",
        "a b",
    ),
    "an UPDATE's other tables": (
        "UPDATE book SET sold = 1 FROM author a LEFT JOIN author b ON b.id = a.boss WHERE a.id = book.author_id RETURNING b.name, a.name AS own",
        "name",
    ),
    # --- outer joins
    "LEFT JOIN on a condition that is never true": (
        "SELECT b.id FROM author a LEFT JOIN book b ON b.author_id = a.id AND false",
        "id",
    ),
    "a foreign key and more in ON": (
        "SELECT a.id FROM book b LEFT JOIN author a ON a.id = b.author_id AND a.active",
        "id",
    ),
    "a nullable foreign key": (
        "SELECT a.id FROM book b LEFT JOIN author a ON a.id = b.editor_id",
        "id",
    ),
    "half of a foreign key is NULL": (
        "SELECT e.mark FROM sale s LEFT JOIN edition e ON e.book_id = s.book_id AND e.number = s.number WHERE s.book_id IS NOT NULL",
        "mark",
    ),
    "a foreign key of a row that an outer join did not find": (
        "SELECT c.name FROM author a LEFT JOIN book b ON b.author_id = a.id LEFT JOIN author c ON c.id = b.author_id",
        "name",
    ),
    "a foreign key the other way round": (
        "SELECT b.title FROM author a LEFT JOIN book b ON b.author_id = a.id",
        "title",
    ),
    "a foreign key to a joined pair": (
        "SELECT a.name, e.mark FROM book b LEFT JOIN (author a JOIN edition e ON e.old = a.id + 1) ON a.id = b.author_id",
        "name mark",
    ),
    "a foreign key and ONLY": (
        "SELECT a.id FROM book b LEFT JOIN ONLY item a ON a.id = b.id + 1",
        "id",
    ),
    "OR in WHERE reduces no join": (
        "SELECT b.id FROM author a LEFT JOIN book b ON b.author_id = a.id WHERE b.price > 0 OR a.id > 0",
        "id",
    ),
    "IS NULL keeps what did not match": (
        "SELECT b.title FROM author a LEFT JOIN book b ON b.author_id = a.id WHERE b.id IS NULL",
        "title",
    ),
    "COALESCE in WHERE reduces no join": (
        "SELECT b.id FROM author a LEFT JOIN book b ON b.author_id = a.id WHERE coalesce(b.price, 1) = 1",
        "id",
    ),
    "FULL JOIN USING over an outer join below": (
        (
            "SELECT id FROM (author a LEFT JOIN LATERAL (SELECT b.id AS bid FROM book b WHERE b.author_id = a.id) x ON true) y (id2, n, c, d, e, f, g, h, j, k, l, m, o, id)"
            " FULL JOIN edition z ON z.book_id = y.id"
        ),
        "id",
    ),
    "FULL JOIN USING of nullable columns": (
        "SELECT i FROM loose FULL JOIN (SELECT i + 5 AS i FROM loose) x USING (i)",
        "i",
    ),
    "FULL JOIN USING, one side's own column": (
        "SELECT a.i, b.i AS k, i AS m FROM tight a FULL JOIN (SELECT i + 1 AS i FROM tight) b USING (i)",
        "i k",
    ),
    "LEFT JOIN USING shows the left, RIGHT JOIN the right column": (
        "SELECT i AS x FROM loose LEFT JOIN tight USING (i)",
        "x",
    ),
    "RIGHT JOIN USING shows the right column": (
        "SELECT i AS x FROM tight RIGHT JOIN loose USING (i)",
        "x",
    ),
    "a whole row that is missing": (
        "SELECT b AS x, a AS y FROM author a LEFT JOIN edition b ON b.old = a.id",
        "x",
    ),
    "LEFT JOIN LATERAL of grouped rows": (
        "SELECT x.n FROM author a LEFT JOIN LATERAL (SELECT count(*) AS n FROM book b WHERE b.author_id = a.id GROUP BY b.author_id) x ON true",
        "n",
    ),
    "LEFT JOIN LATERAL with HAVING": (
        "SELECT x.n FROM author a LEFT JOIN LATERAL (SELECT count(*) AS n FROM book b WHERE b.author_id = a.id HAVING count(*) > 0) x ON true",
        "n",
    ),
    "LEFT JOIN LATERAL with a condition": (
        "SELECT x.n FROM author a LEFT JOIN LATERAL (SELECT count(*) AS n FROM book b WHERE b.author_id = a.id) x ON x.n > 0",
        "n",
    ),
    "constants of an outer join's side": (
        "SELECT x.c FROM author a LEFT JOIN (SELECT 1 AS c, b.id FROM book b) x ON x.id = a.id + 2",
        "c",
    ),
    "count of an outer join's side": (
        "SELECT x.n FROM author a LEFT JOIN (SELECT author_id, count(*) AS n FROM book GROUP BY 1) x ON x.author_id = a.id",
        "n",
    ),
    "a view over an outer join": (
        "SELECT number, mark, title FROM v_left",
        "number mark",
    ),
    "a view's constants in an outer join": (
        "SELECT v.books FROM author a LEFT JOIN v_count v ON v.author_id = a.id",
        "books",
    ),
    # --- conditions that prove nothing
    "IS DISTINCT FROM": ("SELECT i FROM loose WHERE i IS DISTINCT FROM 1", "i"),
    "NOT = ANY of an empty list": (
        "SELECT i FROM loose WHERE NOT (i = ANY ('{}'::int[]))",
        "i",
    ),
    "<> ALL of an empty list": (
        "SELECT i FROM loose WHERE i <> ALL ('{}'::int[])",
        "i",
    ),
    "NOT IN a subquery that is empty": (
        "SELECT i FROM loose WHERE i NOT IN (SELECT i FROM tight WHERE i > 9)",
        "i",
    ),
    "= ANY … IS NOT NULL": (
        "SELECT i FROM loose WHERE (i = ANY ('{}'::int[])) IS NOT NULL",
        "i",
    ),
    "a comparison IS NOT TRUE": ("SELECT i FROM loose WHERE (i = 1) IS NOT TRUE", "i"),
    "a comparison IS UNKNOWN": ("SELECT i FROM loose WHERE (i = 1) IS UNKNOWN", "i"),
    "the second pair of a row comparison": (
        "SELECT j FROM loose WHERE (i, j) > (1, 1)",
        "j",
    ),
    "IS NOT DISTINCT FROM another column": (
        "SELECT i, j FROM loose WHERE i IS NOT DISTINCT FROM j",
        "i j",
    ),
    "a row that IS NOT NULL is not NOT (IS NULL)": (
        "SELECT i, j FROM loose WHERE NOT (ROW(j, i) IS NULL) OR i IS NULL",
        "i j",
    ),
    "a composite that is not NULL has fields that are": (
        "SELECT (p).floor AS x FROM loose WHERE p IS DISTINCT FROM NULL",
        "x",
    ),
    "a NOT NULL composite's fields": ("SELECT (p).street AS x FROM tight", "x"),
    "CASE in WHERE": (
        "SELECT i FROM loose WHERE CASE WHEN i IS NULL THEN true ELSE i > 1 END",
        "i",
    ),
    "EXISTS that does not depend on it": (
        "SELECT i FROM loose l WHERE EXISTS (SELECT FROM tight t WHERE t.i = l.i OR l.i IS NULL)",
        "i",
    ),
    "EXISTS over an aggregate": (
        "SELECT i FROM loose l WHERE EXISTS (SELECT count(*) FROM tight t WHERE t.i = l.i)",
        "i",
    ),
    "EXISTS with GROUPING SETS": (
        "SELECT i FROM loose l WHERE EXISTS (SELECT 1 FROM tight t WHERE t.i = l.i GROUP BY GROUPING SETS (()))",
        "i",
    ),
    "concat in WHERE": ("SELECT t FROM loose WHERE concat(t, 'x') = 'x'", "t"),
    "json of NULL in WHERE": (
        "SELECT i FROM loose WHERE jsonb_build_object('a', i) IS NOT NULL",
        "i",
    ),
    "num_nonnulls": ("SELECT j FROM loose WHERE num_nonnulls(i, j) = 1", "j"),
    "booleans compared": (
        "SELECT i, j FROM loose WHERE (i IS NULL) = (j IS NULL)",
        "i j",
    ),
    # --- values
    "element of an array": (
        "SELECT ia[1] AS x, ia[9] AS y, ta[2] AS z FROM tight",
        "x y z",
    ),
    "JSON null and what is not there": (
        "SELECT js -> 'b' AS x, js ->> 'a' AS y, js #>> '{a}' AS z FROM tight",
        "x y z",
    ),
    "ranges without bounds": ("SELECT lower(r) AS x, upper(r) AS y FROM tight", "x y"),
    "text formats": (
        "SELECT to_char(ts, '') AS x, to_char(d, 'YYYY') AS y FROM tight",
        "x y",
    ),
    "fields of infinity": (
        "SELECT extract(day FROM ts) AS x, date_part('hour', ts) AS y, extract(year FROM ts) AS z FROM tight",
        "x y",
    ),
    "arrays without elements": (
        "SELECT array_length(ia, 1) AS a, array_position(ia, 9) AS b, array_ndims(ia) AS c, array_upper(ia, 1) AS d FROM tight",
        "a b c d",
    ),
    "patterns": (
        "SELECT substring(t FROM 'x.') AS a, regexp_match(t, 'x') AS b FROM tight",
        "a b",
    ),
    "membership in an array with a NULL": (
        "SELECT 5 = ANY (ia) AS a, 5 <> ALL (ia) AS b FROM tight",
        "a b",
    ),
    "membership in a list with a NULL": (
        "SELECT 5 IN (1, NULL) AS a, 5 NOT IN (1, NULL) AS b",
        "a b",
    ),
    "membership in a subquery with a NULL": (
        "SELECT 5 IN (SELECT i FROM loose) AS a, 5 NOT IN (SELECT i FROM loose) AS b",
        "a b",
    ),
    "GREATEST of NULLs": (
        "SELECT greatest(i, j) AS a, least(NULL, i) AS b FROM loose",
        "a b",
    ),
    "COALESCE of NULLs": (
        "SELECT coalesce(i, j) AS a, coalesce(NULL, u, t) AS b FROM loose",
        "a b",
    ),
    "COALESCE over a CHECK that is about other columns": (
        "SELECT coalesce(mail, price::text) AS a FROM book",
        "a",
    ),
    "COALESCE over a CHECK, of different rows": (
        "SELECT coalesce(a.phone, b.mail) AS x FROM book a, book b",
        "x",
    ),
    "COALESCE over a CHECK, on a missing side": (
        "SELECT coalesce(b.phone, b.mail) AS x FROM author a LEFT JOIN book b ON b.author_id = a.id",
        "x",
    ),
    "CASE without ELSE": (
        "SELECT CASE WHEN b THEN 1 END AS a, CASE i WHEN 1 THEN 'x' WHEN 2 THEN NULL ELSE 'z' END AS c FROM tight",
        "a c",
    ),
    "CASE's test value is not what its arms see": (
        "SELECT CASE i WHEN 1 THEN j ELSE 0 END AS x FROM (VALUES (1, NULL::int)) v(i, j)",
        "x",
    ),
    "NULL in the arm that IS NULL leaves": (
        "SELECT CASE WHEN i IS NULL THEN i ELSE 1 END AS x FROM loose",
        "x",
    ),
    "what one arm of CASE has proved of a grouped column": (
        "SELECT CASE WHEN born IS NOT NULL THEN born ELSE born END AS x FROM author GROUP BY born",
        "x",
    ),
    "what one arm of CASE has proved of a LATERAL subquery's column": (
        "SELECT CASE WHEN l.i IS NOT NULL THEN v.x ELSE v.x END AS x FROM loose l, LATERAL (SELECT l.i AS x) v",
        "x",
    ),
    "what one arm of CASE has proved of LATERAL VALUES": (
        "SELECT CASE WHEN i IS NOT NULL THEN x ELSE x END AS x FROM loose l, LATERAL (VALUES (l.i)) v(x)",
        "x",
    ),
    "an OR in WHEN": (
        "SELECT CASE WHEN i IS NOT NULL OR j IS NOT NULL THEN j ELSE 0 END AS x FROM loose",
        "x",
    ),
    "current_setting that may be missing": (
        "SELECT current_setting('no.such', true) AS x",
        "x",
    ),
    "network addresses of a local connection": (
        "SELECT inet_client_addr() AS x, inet_server_port() AS y",
        "x y",
    ),
    "concat_ws of a NULL separator, format of NULL": (
        "SELECT concat_ws(NULL, 'a') AS x, format(NULL) AS y",
        "x y",
    ),
    "VARIADIC NULL": (
        "SELECT concat(VARIADIC NULL::text[]) AS x, jsonb_build_array(VARIADIC NULL::text[]) AS y, num_nulls(VARIADIC NULL::int[]) AS z",
        "x y z",
    ),
    "scale of what is not finite": (
        "SELECT scale('NaN'::numeric) AS x, min_scale('Infinity'::numeric) AS y",
        "x y",
    ),
    "shapes that do not meet": (
        "SELECT box '((0,0),(1,1))' # box '((5,5),(6,6))' AS x, area('[(0,0),(1,1)]'::path) AS y",
        "x y",
    ),
    "jsonpath": (
        "SELECT js @@ '$.a' AS x, jsonb_path_query_first(js, '$.zz') AS y, jsonb_path_match('{\"a\": 1}', '$.a', silent => true) AS z FROM tight",
        "x y z",
    ),
    # --- subqueries, sets, groups
    "a subquery without a row": (
        "SELECT (SELECT title FROM book WHERE id = 99) AS x, (SELECT mark FROM edition WHERE old = 99) AS y",
        "x y",
    ),
    "an aggregate with HAVING as a subquery": (
        "SELECT (SELECT count(*) FROM book HAVING count(*) > 99) AS x",
        "x",
    ),
    "an aggregate with OFFSET as a subquery": (
        "SELECT (SELECT count(*) FROM book OFFSET 1) AS x",
        "x",
    ),
    "an aggregate with LIMIT 0 as a subquery": (
        "SELECT (SELECT count(*) FROM book LIMIT 0) AS x",
        "x",
    ),
    "an aggregate beside a set-returning function": (
        "SELECT (SELECT count(*) * generate_series(1, 0) FROM book) AS x",
        "x",
    ),
    "a constant with WHERE": ("SELECT (SELECT 1 WHERE false) AS x", "x"),
    "UNION needs both arms": ("SELECT i FROM tight UNION SELECT i FROM loose", "i"),
    "INTERSECT of what both may be": (
        "SELECT i, j FROM loose INTERSECT ALL SELECT i, NULL FROM loose",
        "i j",
    ),
    "EXCEPT keeps the left": ("SELECT i FROM loose EXCEPT SELECT i FROM tight", "i"),
    "VALUES with a NULL below": (
        "SELECT a, b FROM (VALUES (1, 2), (3, NULL)) v(a, b)",
        "b",
    ),
    "max over no rows": (
        "SELECT max(i) AS a, sum(j) AS b, array_agg(i) AS c, bool_and(b) AS d, count(*) AS n FROM tight WHERE i > 99",
        "a b c d",
    ),
    "aggregates of NULLs by group": (
        "SELECT max(price) AS a, string_agg(subtitle, ',') AS b, array_agg(price) AS c FROM book GROUP BY id",
        "a b",
    ),
    "FILTER leaves a group empty": (
        "SELECT max(sold) FILTER (WHERE sold > 2) AS a, count(*) FILTER (WHERE sold > 2) AS b FROM book GROUP BY id",
        "a",
    ),
    "deviations of one row": (
        "SELECT stddev_samp(sold) AS a, variance(sold) AS b, corr(sold, id) AS c, stddev_pop(sold) AS d FROM book GROUP BY id",
        "a b c",
    ),
    "GROUPING SETS null what is not grouped": (
        "SELECT author_id, kind, count(*) AS n FROM book GROUP BY GROUPING SETS ((author_id), (kind), ())",
        "author_id kind",
    ),
    "ROLLUP nulls expressions": (
        "SELECT id + 1 AS x, count(*) AS n FROM book GROUP BY ROLLUP (id + 1)",
        "x",
    ),
    "ROLLUP over nothing": (
        "SELECT max(title) AS t, count(*) AS n FROM book WHERE id > 99 GROUP BY ROLLUP (id)",
        "t",
    ),
    "CUBE, and a function of a grouped column": (
        "SELECT upper(kind) AS x FROM book GROUP BY CUBE (kind)",
        "x",
    ),
    "GROUPING SETS in a subquery": (
        "SELECT s.k FROM (SELECT kind AS k, count(*) AS n FROM book GROUP BY ROLLUP (kind)) s WHERE s.n > 0",
        "k",
    ),
    "HAVING without GROUP BY": (
        "SELECT max(i) AS x FROM tight WHERE false HAVING true",
        "x",
    ),
    "a recursive CTE that shifts a NULL in": (
        "WITH RECURSIVE r(a, b) AS (SELECT 1, 2 UNION ALL SELECT b, NULL::int FROM r WHERE a IS NOT NULL) SELECT a, b FROM r",
        "a b",
    ),
    "a recursive CTE with an outer join": (
        "WITH RECURSIVE r(a, b) AS (SELECT 1, 'x' UNION ALL SELECT r.a + 1, e.mark FROM r LEFT JOIN edition e ON e.old = r.a + 5 WHERE r.a < 3) SELECT a, b FROM r",
        "b",
    ),
    "a NOT NULL domain that an empty subquery has got by": (
        "SELECT id, mark FROM labelled",
        "mark",
    ),
    "the elements of a NOT NULL domain": (
        "SELECT unnest(ARRAY(SELECT mark FROM labelled)) AS x",
        "x",
    ),
    "a scalar subquery by a nullable foreign key": (
        "SELECT (SELECT a.id FROM author a WHERE a.id = b.editor_id) AS x FROM book b",
        "x",
    ),
    "a scalar subquery by a foreign key and more": (
        "SELECT (SELECT a.id FROM author a WHERE a.id = b.author_id AND NOT a.active) AS x FROM book b",
        "x",
    ),
    "a scalar subquery by a foreign key of a missing row": (
        "SELECT (SELECT a.id FROM author a WHERE a.id = b.author_id) AS x FROM author c LEFT JOIN book b ON b.author_id = c.id",
        "x",
    ),
    "a scalar subquery by a foreign key the other way round": (
        "SELECT (SELECT b.id FROM book b WHERE b.author_id = a.id LIMIT 1) AS x FROM author a",
        "x",
    ),
    "a scalar subquery by a foreign key, with OFFSET, LIMIT 0, HAVING": (
        (
            "SELECT (SELECT a.id FROM author a WHERE a.id = b.author_id OFFSET 1) AS x, (SELECT a.id FROM author a WHERE a.id = b.author_id"
            " LIMIT 0) AS y, (SELECT a.id FROM author a WHERE a.id = b.author_id GROUP BY a.id HAVING count(*) > 1) AS z FROM book b"
        ),
        "x y z",
    ),
    "a scalar subquery by a foreign key that a trigger has broken": (
        "SELECT (SELECT o.name FROM owner o WHERE o.id = k.owner_id) AS x FROM owned_keeps k",
        "x",
    ),
    "a scalar subquery by a foreign key of a row that a ROLLUP makes": (
        "SELECT (SELECT a.id FROM author a WHERE a.id = b.author_id) AS x FROM book b GROUP BY ROLLUP (b.author_id)",
        "x",
    ),
    "a scalar subquery that two rows are the keys of": (
        "SELECT (SELECT e.mark FROM edition e WHERE e.book_id = s.book_id AND e.number = t.number) AS x FROM sale s JOIN sale t ON true WHERE s.book_id > 0 AND t.number > 0",
        "x",
    ),
    "a key that is inserted in the same statement": (
        (
            "WITH n AS (INSERT INTO author (id, name) VALUES (9, 'N') RETURNING id) UPDATE book SET author_id = (SELECT id FROM n)"
            " WHERE book.id = 2 RETURNING (SELECT a.name FROM author a WHERE a.id = author_id) AS x"
        ),
        "x",
    ),
    "a foreign key that is about to cascade": (
        "WITH d AS (DELETE FROM owner WHERE id = 5 RETURNING f_owners() AS a, f_joined_owners() AS b) SELECT x, y FROM d, unnest(a) AS x, unnest(b) AS y",
        "x y",
    ),
    "ON DELETE CASCADE that a trigger suppresses": (
        "SELECT o.name, k.owner_id FROM owned_keeps k LEFT JOIN owner o ON o.id = k.owner_id",
        "name",
    ),
    "ON UPDATE CASCADE that a trigger suppresses": (
        "SELECT o.name, k.owner_id FROM owned_moves k LEFT JOIN owner o ON o.id = k.owner_id",
        "name",
    ),
    "ON DELETE CASCADE that a rule suppresses": (
        "SELECT o.name, k.owner_id FROM owned_ruled k LEFT JOIN owner o ON o.id = k.owner_id",
        "name",
    ),
    "a scalar subquery and joins to one row that a condition may drop": (
        (
            "WITH w AS (SELECT 1 AS a) SELECT (SELECT a FROM w WHERE a > 1) AS x, (SELECT a FROM w OFFSET 1) AS y, v.a AS z, u.b AS u"
            " FROM author LEFT JOIN w v ON v.a > author.id LEFT JOIN (SELECT 1 AS b LIMIT 0) u ON true"
        ),
        "x y z u",
    ),
    "FULL JOIN ON true of one row and none": (
        "SELECT a.n AS x, b.m AS y FROM (SELECT count(*) AS n FROM author) a FULL JOIN (SELECT 1 AS m WHERE false) b ON true",
        "y",
    ),
    "columns that an INSERT leaves to their DEFAULT": (
        "INSERT INTO defaulted (id) VALUES (1) RETURNING id, a, b, c, d, e, f",
        "c e f",
    ),
    "DEFAULT as a value, and NULL": (
        "INSERT INTO defaulted (id, a, b, d) VALUES (1, DEFAULT, NULL, DEFAULT) RETURNING a, b, d",
        "b",
    ),
    "DEFAULT in one of several rows": (
        "INSERT INTO defaulted (id, a, c) VALUES (1, DEFAULT, DEFAULT), (2, 3, 'c') RETURNING b, c",
        "c",
    ),
    "DEFAULT VALUES": ("INSERT INTO defaulted DEFAULT VALUES RETURNING a, f", "f"),
    "a domain that is NOT NULL, in an outer join": (
        "SELECT e.mark FROM author a LEFT JOIN edition e ON e.old = a.id + 9",
        "mark",
    ),
    # --- functions
    "two set-returning functions": (
        "SELECT generate_series(1, v.n) AS a, generate_series(1, 3 - v.n) AS b FROM (VALUES (1), (2)) v(n)",
        "a b",
    ),
    "ROWS FROM": (
        "SELECT a, b, n FROM ROWS FROM (unnest('{1}'::int[]), generate_series(1, 2)) WITH ORDINALITY AS t(a, b, n) WHERE b > 0",
        "a",
    ),
    "unnest of several arrays": (
        "SELECT b FROM unnest(ARRAY[1, 2], ARRAY['x']) AS t(a, b)",
        "b",
    ),
    "unnest of a table's arrays": ("SELECT unnest(ia) AS x FROM tight", "x"),
    "string_to_table with a NULL string": (
        "SELECT string_to_table('a,b', ',', 'b') AS x",
        "x",
    ),
    "a function whose body finds no row": ("SELECT f_title(99) AS x", "x"),
    "a function with a body in FROM that finds no row": (
        "SELECT x, y FROM f_out(99)",
        "x y",
    ),
    "a STRICT function is not one that gives no NULL": (
        "SELECT f_null(1) AS x, f_strict(NULL, 1) AS y",
        "x y",
    ),
    "a function's last statement counts": (
        "SELECT x FROM (SELECT f_title(7)) s(x)",
        "x",
    ),
    "an aggregate of the query around a subquery without rows": (
        "SELECT (SELECT count(a.id) FROM book b WHERE false) AS n FROM author a",
        "n",
    ),
    "a function of composites has their fields for columns": (
        "SELECT street, floor, tags FROM f_homes()",
        "street floor tags",
    ),
    "a function of rows has the table's columns": (
        "SELECT subtitle, price FROM f_whole()",
        "subtitle price",
    ),
    "fields of a table's rows, of which one is missing": (
        "SELECT t.id, t.label FROM unnest(ARRAY(SELECT d FROM author a LEFT JOIN dropped d ON d.id = a.id)) AS t",
        "id label",
    ),
    "fields of a table's rows, of two arrays": (
        "SELECT t.label, t.n FROM ROWS FROM (unnest(ARRAY(SELECT d FROM dropped d)), generate_series(1, 2)) AS t (id, label, note, n) WHERE n > 0",
        "label",
    ),
    "fields of a table's rows that may be NULL": (
        "SELECT t.note FROM unnest(ARRAY(SELECT d FROM dropped d)) AS t",
        "note",
    ),
    "a function of rows in the SELECT list": ("SELECT (f_whole()).subtitle AS x", "x"),
    "a record from JSON": (
        "SELECT b FROM jsonb_to_recordset('[{\"a\": 1}]') AS t(a int, b text)",
        "b",
    ),
    "each of JSON": (
        "SELECT key, value FROM jsonb_each_text('{\"a\": null}')",
        "value",
    ),
    "an old row's generate_subscripts and ordinality": (
        "SELECT l.t, o.n FROM loose l LEFT JOIN unnest(l.ia) WITH ORDINALITY AS o(x, n) ON true",
        "t n",
    ),
}

SINCE_18: dict[str, Case] = {
    "old of a row that is inserted": (
        "INSERT INTO edition (book_id, number, mark, isbn) VALUES (3, 9, 'm', 'k') RETURNING old.mark AS a, new.mark AS b, old.tableoid AS c",
        "a c",
    ),
    "new of a row that is deleted": (
        "DELETE FROM tight RETURNING old.i AS a, new.i AS b, i AS c",
        "b",
    ),
    "old of an INSERT that may update": (
        (
            "INSERT INTO edition (book_id, number, mark, isbn) VALUES (1, 1, 'm', 'k'), (3, 9, 'm', 'l') ON CONFLICT (book_id, number)"
            " DO UPDATE SET mark = excluded.mark RETURNING old.mark AS a, new.mark AS b"
        ),
        "a",
    ),
    "WHERE proves old, not new": (
        "UPDATE loose SET i = NULL WHERE i = 1 RETURNING old.i AS a, new.i AS b",
        "b",
    ),
    "MERGE's rows may be of either kind": (
        (
            "MERGE INTO tight t USING edition e ON t.i = e.old + 1 WHEN MATCHED THEN UPDATE SET j = 0 WHEN NOT MATCHED BY SOURCE THEN DELETE"
            " RETURNING merge_action() AS m, e.mark AS a, t.i AS b, old.i AS c, new.i AS d"
        ),
        "a d",
    ),
    "JSON's null as a number": (
        "SELECT ('null'::jsonb)::int AS x, ('null'::jsonb)::numeric AS y",
        "x y",
    ),
    "a child of a NOT NULL NO INHERIT column": ("SELECT c FROM parent_only", "c"),
    "a NOT VALID NOT NULL": ("SELECT c FROM not_valid", "c"),
    "a CHECK that is not enforced": ("SELECT c FROM not_enforced", "c"),
    "a foreign key that is not enforced": (
        "SELECT a.id FROM not_enforced_key k LEFT JOIN author a ON a.id = k.author_id",
        "id",
    ),
    "a foreign key with PERIOD": (
        "SELECT p.id FROM stay s LEFT JOIN room p ON p.id = s.room AND p.during = s.during",
        "id",
    ),
    "nested paths of JSON_TABLE fill up with NULL": (
        (
            """SELECT * FROM JSON_TABLE('[{"a": 1, "b": [1]}, {"b": []}]'::jsonb, '$[*]' COLUMNS (n FOR ORDINALITY,"""
            """ e boolean EXISTS PATH '$.a', u boolean EXISTS PATH 'strict $.b.c.d' UNKNOWN ON ERROR, v int PATH '$.a',"""
            """ NESTED PATH '$.b[*]' COLUMNS (m FOR ORDINALITY, w boolean EXISTS PATH '$'))) j"""
        ),
        "u v m w",
    ),
    "any element is in a range without bounds, NULL too": (
        "SELECT i, j FROM loose WHERE i <@ '(,)'::int4range AND '(,)'::int4range @> j",
        "i j",
    ),
    "a virtual column": ("SELECT twice FROM virtual_column", "twice"),
}
SCHEMA_18 = """
CREATE TABLE parent_only (c int NOT NULL NO INHERIT);
CREATE TABLE child_of_it () INHERITS (parent_only);
INSERT INTO child_of_it VALUES (NULL);
CREATE TABLE not_valid (c int);
INSERT INTO not_valid VALUES (NULL);
ALTER TABLE not_valid ADD CONSTRAINT c_there NOT NULL c NOT VALID;
CREATE TABLE not_enforced (c int, CHECK (c IS NOT NULL) NOT ENFORCED);
INSERT INTO not_enforced VALUES (NULL);
CREATE TABLE not_enforced_key (author_id int NOT NULL REFERENCES author NOT ENFORCED);
INSERT INTO not_enforced_key VALUES (99);
CREATE EXTENSION btree_gist;
CREATE TABLE room (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE stay (
    room int NOT NULL, during daterange NOT NULL,
    FOREIGN KEY (room, PERIOD during) REFERENCES room (id, PERIOD during)
);
INSERT INTO room VALUES (1, '[2000-01-01,2001-01-01)');
INSERT INTO stay VALUES (1, '[2000-02-01,2000-03-01)');
CREATE TABLE virtual_column (n int, twice int GENERATED ALWAYS AS (n * 2) VIRTUAL);
INSERT INTO virtual_column VALUES (NULL);
"""

PROOFS: dict[str, Case] = {
    "a NOT NULL foreign key finds its row": (
        "SELECT a.name FROM book b LEFT JOIN author a ON a.id = b.author_id",
        "",
    ),
    "a foreign key that WHERE proves": (
        "SELECT a.name FROM book b LEFT JOIN author a ON a.id = b.editor_id WHERE b.editor_id > 0",
        "",
    ),
    "a foreign key that does nothing which a trigger could suppress": (
        "SELECT o.name FROM owned k LEFT JOIN owner o ON o.id = k.owner_id",
        "",
    ),
    "a scalar subquery by a foreign key finds its row": (
        (
            "SELECT (SELECT a.name FROM author a WHERE b.author_id = a.id) AS x, (SELECT a.name FROM author a WHERE a.id = b.author_id"
            " ORDER BY 1 LIMIT 1) AS y, (SELECT DISTINCT a.active FROM author a WHERE a.id = b.author_id) AS z FROM book b"
        ),
        "",
    ),
    "a scalar subquery by both columns of a foreign key": (
        "SELECT (SELECT e.mark FROM edition e WHERE s.number = e.number AND e.book_id = s.book_id) AS x FROM sale s WHERE s.book_id > 0 AND s.number > 0",
        "",
    ),
    "fields of a table's rows from an array": (
        "SELECT t.id, t.label FROM unnest(ARRAY(SELECT d FROM dropped d)) AS t UNION ALL SELECT u.a, u.b FROM unnest((SELECT array_agg(i) FROM item i GROUP BY ())) AS u (a, b, c)",
        "",
    ),
    "a scalar subquery of what gives one row": (
        (
            "WITH w AS (SELECT 1 AS a), v (a) AS (VALUES (1), (2)) SELECT (SELECT a FROM w) AS x, (SELECT b FROM (VALUES (1)) s (b)) AS y,"
            " (SELECT n FROM (SELECT count(*) AS n FROM author) s) AS z, (SELECT a FROM v LIMIT 1) AS u"
        ),
        "",
    ),
    "LEFT JOIN ON true to what gives one row": (
        (
            "WITH w AS (INSERT INTO item (id, label) VALUES (77, 'x') RETURNING label) SELECT w.label, v.a, s.n FROM author"
            " LEFT JOIN w ON true LEFT JOIN (VALUES (1), (2)) v (a) ON true LEFT JOIN (SELECT count(*) AS n FROM (SELECT) e) s ON true"
        ),
        "",
    ),
    "FULL JOIN ON true of what gives one row": (
        "SELECT a.n AS x, b.m AS y FROM (SELECT count(*) AS n FROM author) a FULL JOIN (VALUES (1)) b (m) ON true",
        "",
    ),
    "LEFT JOIN LATERAL of an aggregate": (
        "SELECT x.n FROM author a LEFT JOIN LATERAL (SELECT count(*) AS n FROM book b WHERE b.author_id = a.id) x ON true",
        "",
    ),
    "COALESCE over a CHECK": ("SELECT coalesce(mail, phone) AS x, sold FROM book", ""),
    "SET to what is not NULL": (
        "UPDATE loose SET i = 1, t = upper('a') RETURNING i, t",
        "",
    ),
    "SET leaves the column alone": (
        "UPDATE loose SET j = 1 WHERE i > 0 RETURNING i, j",
        "",
    ),
    "DELETE shows the old row": ("DELETE FROM loose WHERE i > 0 RETURNING i", ""),
    "a frame that has the current row": (
        "SELECT sum(i) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM tight",
        "",
    ),
    "lag with a default": ("SELECT lag(i, 1, 0) OVER (ORDER BY i) AS x FROM tight", ""),
    "NOT IN a long list, which is hashed": (
        "SELECT i FROM loose WHERE i NOT IN (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)",
        "",
    ),
    "an arm of CASE": (
        "SELECT CASE WHEN i IS NULL THEN 0 ELSE i END AS x FROM loose",
        "",
    ),
    "a subquery that counts": (
        "SELECT (SELECT count(*) FROM book b WHERE b.author_id = a.id) AS n FROM author a",
        "",
    ),
    "FULL JOIN USING of NOT NULL columns": (
        "SELECT i FROM tight FULL JOIN (SELECT i + 1 AS i FROM tight) x USING (i)",
        "",
    ),
    "a body that gives no NULL": (
        "SELECT f_zero(NULL) AS x, f_atomic(1) AS y, f_count(1) AS z",
        "",
    ),
    "a view's grouped rows": ("SELECT author_id, books, first_title FROM v_count", ""),
    "a materialised view": ("SELECT id, name, books FROM mv_author", ""),
    "a view's WHERE": ("SELECT born FROM v_born", ""),
    "aggregates of a group": (
        "SELECT max(title) AS a, array_agg(price) AS b, count(price) AS c FROM book GROUP BY kind",
        "",
    ),
    "elements that are proved": (
        "SELECT array_agg(title) AS x, ARRAY(SELECT name FROM author) AS y FROM book GROUP BY kind",
        "",
    ),
}

MANY: dict[str, str] = {
    "a LATERAL function has a row for each": "SELECT z FROM loose l, coalesce(l.i, 0) AS z GROUP BY z",
    "a LATERAL subquery has a row for each": "SELECT s.z FROM loose l, LATERAL (SELECT l.i AS z) s GROUP BY s.z",
    "an UPDATE by the row of a LATERAL subquery": (
        "UPDATE book b SET sold = 1 FROM author a, LATERAL (SELECT a.id AS x LIMIT 1) s WHERE b.id = s.x RETURNING b.id"
    ),
    "a DELETE by the row of a LATERAL function": (
        "DELETE FROM tight t USING book b, LATERAL f_zero(b.id) z WHERE t.i = z RETURNING t.i"
    ),
    "a key that is cast": "SELECT id FROM author WHERE id::bool",
    "a key compared by less": 'SELECT id FROM author WHERE name::"char" <> \'x\'::"char"',
    "half of what is grouped by": (
        "SELECT x.n FROM (SELECT b.author_id, 1 AS n FROM book b JOIN author a ON a.id = b.author_id"
        " GROUP BY b.author_id, b.id) x WHERE x.author_id = 1"
    ),
    "half a key": "SELECT number FROM edition WHERE book_id = 1",
    "a key in OR": "SELECT id FROM author WHERE id = 1 OR id = 2",
    "a key in an outer join's ON": "SELECT a.id FROM author a LEFT JOIN book b ON a.id = 1",
    "the same key of a parent and its child": "SELECT id FROM item WHERE id = 5",
    "FULL JOIN of two single rows": (
        "SELECT a.id FROM (SELECT 1 AS id) a FULL JOIN (SELECT 2 AS id) b ON a.id = b.id"
    ),
    "UNION of single rows": "SELECT 1 AS x UNION ALL SELECT 2",
    "a set-returning function beside an aggregate": "SELECT count(*), generate_series(1, 2) FROM author",
    "LIMIT 1 WITH TIES": "SELECT active FROM author ORDER BY active DESC FETCH FIRST 1 ROW WITH TIES",
    "DISTINCT over a window function": "SELECT DISTINCT row_number() OVER () FROM book",
    "DISTINCT over groups": "SELECT DISTINCT count(*) FROM book GROUP BY author_id",
    "DISTINCT over GROUPING": "SELECT DISTINCT grouping(kind) FROM book GROUP BY ROLLUP (kind)",
    "DISTINCT over a volatile value": "SELECT DISTINCT random() FROM book",
    "DISTINCT ON a volatile value": "SELECT DISTINCT ON (random()) 1 FROM book",
    "a view of a table with a rule": "UPDATE v_ruled SET v = 'x' WHERE id = 1 RETURNING id",
    "a CTE that writes a view of a table with a rule": (
        "WITH u AS (UPDATE v_ruled SET v = 'x' WHERE id = 1 RETURNING id) SELECT id FROM u"
    ),
    "GROUP BY the empty set twice": "SELECT count(*) FROM book GROUP BY GROUPING SETS ((), ())",
    "a key against a volatile value": "SELECT id FROM author WHERE id = (random() * 3)::int OR true",
    "a unique key of NULLs": "SELECT book_id FROM edition WHERE old IS NOT DISTINCT FROM NULL OR old > 0",
    "a key that another type compares": "SELECT name FROM caseless WHERE name::citext = 'a'",
    "a key and a float that many are equal to": "SELECT id FROM big WHERE id = 9007199254740992::float8",
}
"""Queries that return several rows, although they mention a column of a key."""

NOT_ALWAYS_ONE: dict[str, str] = {
    "LIMIT 0": "SELECT count(*) FROM author LIMIT 0",
    "LIMIT of a fraction": "SELECT count(*) FROM author LIMIT 0.4",
    "LIMIT of a cast that cuts": "SELECT count(*) FROM author LIMIT 256::bit(8)::int",
    "INSERT into a view of a table with a trigger": "INSERT INTO v_skipping VALUES (1) RETURNING id",
    "INSERT into a view of a view": "INSERT INTO v_v_skipping VALUES (1) RETURNING id",
    "INSERT into a view of a table with a rule": "INSERT INTO v_ruled VALUES (1, 'a') RETURNING id",
    "OFFSET 1": "SELECT count(*) FROM author OFFSET 1",
    "HAVING": "SELECT count(*) FROM author HAVING count(*) > 99",
    "INSERT … ON CONFLICT DO NOTHING": (
        "INSERT INTO item (id, label) VALUES (1, 'x') ON CONFLICT DO NOTHING RETURNING id"
    ),
    "INSERT … ON CONFLICT DO UPDATE WHERE": (
        "INSERT INTO item AS t (id, label) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET weight = 1 WHERE t.weight > 9 RETURNING id"
    ),
    "a set-returning function beside an aggregate, none": "SELECT count(*), generate_series(1, 0) FROM author",
    "an inner join of one row": "SELECT * FROM (SELECT 1 AS a) a JOIN (SELECT 2 AS b) b ON a = b",
    "INTERSECT of two single rows": "SELECT 1 INTERSECT SELECT 2",
    "a grouped row": "SELECT count(*) FROM author WHERE id = 99 GROUP BY id",
    "an upsert whose SET reads a CTE that upserts the same row": (
        "WITH w AS (INSERT INTO item (id, label) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET label = 'y' RETURNING label)"
        " INSERT INTO item (id, label) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET label = (SELECT label FROM w) RETURNING id"
    ),
    "an upsert whose SET reads a CTE that updates the same row": (
        "WITH w AS (UPDATE item SET label = 'y' WHERE id = 1 RETURNING label)"
        " INSERT INTO item (id, label) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET label = (SELECT label FROM w) RETURNING id"
    ),
    "an upsert in a CTE, whose SET reads one that deletes the same row": (
        "WITH w AS (DELETE FROM ONLY item WHERE id = 1 RETURNING label), v AS (SELECT label FROM w), x AS (INSERT INTO item (id, label)"
        " VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET (label, weight) = (SELECT v.label, 1 FROM v) RETURNING id) SELECT id FROM x"
    ),
    "INSERT of a query without rows": "INSERT INTO item (id, label) SELECT 9, 'x' WHERE false RETURNING id",
}

SCHEMA = """
CREATE FUNCTION f_first(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a;
CREATE TABLE skipping (id int PRIMARY KEY);
CREATE TRIGGER skip BEFORE INSERT ON skipping FOR EACH ROW EXECUTE FUNCTION suppress();
CREATE VIEW v_skipping AS SELECT id FROM skipping;
CREATE VIEW v_v_skipping AS SELECT id FROM v_skipping;
CREATE TABLE ruled (id int PRIMARY KEY, v text CHECK (v IN ('x', 'y')));
INSERT INTO ruled VALUES (1, 'x');
CREATE TABLE unruled (id int, v text);
INSERT INTO unruled VALUES (1, 'u'), (2, 'v');
CREATE VIEW v_ruled AS SELECT id, v FROM ruled;
CREATE RULE elsewhere AS ON UPDATE TO ruled DO INSTEAD UPDATE unruled SET v = 'other' RETURNING id, v;
CREATE RULE nowhere AS ON INSERT TO ruled DO INSTEAD INSERT INTO unruled SELECT WHERE false RETURNING id, v;
CREATE TABLE dated (
    id int, at timestamptz NOT NULL, day date NOT NULL, name text,
    CHECK (at <> '2000-01-01Z' OR name IS NOT NULL), CHECK (day <> '2000-01-02' OR name IS NOT NULL)
);
CREATE UNIQUE INDEX ON dated (id) WHERE at > '2000-01-01Z';
INSERT INTO dated VALUES (1, '2000-01-01Z', '2000-01-01', 'x'), (1, '2000-01-02Z', '2000-02-01', NULL),
    (2, '1999-12-31 23:00Z', '2000-01-01', NULL);
"""
"""Tables for the cases above and below, which random queries do not need."""

BY_SETTING: dict[str, tuple[str, str]] = {
    "a timestamp is read in the session's time zone": (
        "TimeZone = 'Etc/GMT-1'",
        "SELECT name FROM dated WHERE at = '2000-01-01'",
    ),
    "a date is read in the session's style": (
        "DateStyle = 'DMY'",
        "SELECT name FROM dated WHERE day = '01/02/2000'",
    ),
}
"""Settings of a session, and queries whose `name` is NULL under them: what a literal means is not known."""
