"""Queries about what CHECKs prove together with conditions: traps and proofs as in `traps`."""

from tests.soundness.traps import Case

NEW = "(id, kind, name, a, d)"

TRAPS: dict[str, Case] = {
    # --- what a CHECK lets pass
    "a CHECK that is NULL passes": ("SELECT b, c FROM linked WHERE b IS NOT NULL", "c"),
    "a CHECK that is about another kind": (
        "SELECT name FROM linked WHERE kind = 'b'",
        "name",
    ),
    "a CHECK about one of two kinds": (
        "SELECT name FROM linked WHERE kind = 'a' OR kind = 'b'",
        "name",
    ),
    "a CHECK about one kind of a list": (
        "SELECT name FROM linked WHERE kind IN ('a', 'ab')",
        "name",
    ),
    "a CHECK, and the kind in one arm of OR": (
        "SELECT name FROM linked WHERE kind = 'a' OR x IS NULL",
        "name",
    ),
    "a CHECK, and a kind that it is not": (
        "SELECT name FROM linked WHERE kind <> 'a'",
        "name",
    ),
    "a CHECK, and NOT": ("SELECT name FROM linked WHERE NOT (kind = 'a')", "name"),
    "a CHECK, and IS NOT TRUE": (
        "SELECT name FROM linked WHERE (kind = 'a') IS NOT TRUE",
        "name",
    ),
    "a CHECK, and a kind that may be NULL": (
        "SELECT note FROM linked WHERE sort IS DISTINCT FROM 'b'",
        "note",
    ),
    "a kind that is NULL makes the CHECK NULL": (
        "SELECT note, n FROM linked WHERE sort IS NULL",
        "note n",
    ),
    "a kind that the CHECK says nothing of": (
        "SELECT a FROM linked WHERE kind = 'ab'",
        "a",
    ),
    "a kind that a CHECK has a NULL for": (
        "SELECT a FROM linked WHERE kind IN ('', 'a')",
        "a",
    ),
    "equal numbers with other digits": (
        "SELECT owner FROM linked WHERE n = 1.0 AND id > 1",
        "owner",
    ),
    "a boolean that is false or NULL": (
        "SELECT owner FROM linked WHERE tame IS NOT TRUE",
        "owner",
    ),
    "a range that overlaps": ("SELECT c FROM linked WHERE size >= 1", "c"),
    "one of two that may both be there in a condition": (
        "SELECT x, y FROM linked WHERE x IS NULL OR y IS NOT NULL",
        "x y",
    ),
    "one of two, the other unknown": ("SELECT d, e FROM linked", "d e"),
    # --- rows that are not stored ones
    "a CHECK of a row that an outer join did not find": (
        "SELECT l.name, o.id FROM owner o LEFT JOIN linked l ON l.id = o.id AND l.kind = 'a'",
        "name",
    ),
    "a CHECK of a row of a FULL JOIN": (
        "SELECT l.name FROM owner o FULL JOIN (SELECT * FROM linked WHERE kind = 'a') l ON l.id = o.id",
        "name",
    ),
    "a CHECK of another row of the table": (
        "SELECT m.name FROM linked l JOIN linked m ON m.id > l.id WHERE l.kind = 'a'",
        "name",
    ),
    "a CHECK below ROLLUP": (
        "SELECT kind, name FROM linked WHERE kind = 'a' GROUP BY ROLLUP (kind, name)",
        "kind name",
    ),
    "a CHECK, with HAVING of a group that ROLLUP makes": (
        "SELECT name FROM linked GROUP BY ROLLUP (kind, name) HAVING kind = 'a'",
        "name",
    ),
    "a CHECK in an arm of CASE that another kind takes": (
        "SELECT CASE WHEN kind = 'a' THEN '' ELSE name END AS x FROM linked",
        "x",
    ),
    "a window sees rows of other kinds": (
        "SELECT CASE WHEN kind = 'a' THEN lag(name, 1, '') OVER (ORDER BY id DESC) ELSE '' END AS x FROM linked",
        "x",
    ),
    # --- writing
    "the kind that an INSERT gives has no such CHECK": (
        f"INSERT INTO linked {NEW} VALUES (9, 'b', NULL, 1, 1) RETURNING name",
        "name",
    ),
    "a trigger changes the kind that is inserted": (
        "INSERT INTO linked_guarded VALUES ('a', 'n') RETURNING kind, name",
        "kind name",
    ),
    "a trigger changes the kind that is set": (
        "UPDATE linked_guarded SET kind = 'a' WHERE name IS NOT NULL RETURNING kind, name",
        "kind name",
    ),
    "WHERE's kind is not the one that is set": (
        "UPDATE linked SET kind = 'b', a = 1, name = NULL WHERE kind = 'a' RETURNING kind, name",
        "name",
    ),
    "WHERE knew a generated column's old value": (
        "UPDATE linked SET size = 1, sort = 'b', note = NULL WHERE twice = 4 RETURNING note",
        "note",
    ),
    "an upsert's row may be the old one": (
        (
            f"INSERT INTO linked {NEW} VALUES (2, 'a', 'n', NULL, 1) ON CONFLICT (id) DO UPDATE SET c = 7"
            " RETURNING name, kind"
        ),
        "name",
    ),
    "an upsert that sets another kind": (
        (
            f"INSERT INTO linked {NEW} VALUES (1, 'a', 'n', NULL, 1) ON CONFLICT (id) DO UPDATE SET kind = 'ab',"
            " name = NULL RETURNING name"
        ),
        "name",
    ),
    "RETURNING's CASE looks at the new row, WHERE at the old one": (
        (
            "UPDATE linked l SET c = 7 FROM loose o WHERE l.c IS NULL OR o.j > 0"
            " RETURNING CASE WHEN l.c IS NOT NULL THEN o.j ELSE 0 END AS x"
        ),
        "x",
    ),
    "rows of several kinds are inserted": (
        (
            f"INSERT INTO linked {NEW} VALUES (8, 'a', 'n', NULL, 1), (9, 'b', NULL, 1, 1)"
            " RETURNING kind, name"
        ),
        "name",
    ),
    "a row that moves to a partition is inserted there": (
        "UPDATE part_moved SET id = 2, w = 5 WHERE v IS NOT NULL RETURNING id, w, v",
        "w v",
    ),
    # --- constraints that do not hold for all rows
    "a CHECK that is NOT VALID": (
        "SELECT name FROM not_validated WHERE kind = 'a'",
        "name",
    ),
    "a CHECK that children do not inherit": (
        "SELECT name FROM not_inherited WHERE kind = 'a'",
        "name",
    ),
    "a CHECK by a function that has become STRICT": ("SELECT i FROM strict_now", "i"),
    "a CHECK that does not look at blanks": (
        "SELECT name FROM padded WHERE kind = 'a '",
        "name",
    ),
    "a count of NULL, which is NULL": (
        "SELECT ia FROM loose WHERE num_nulls(VARIADIC ia) IS NULL",
        "ia",
    ),
}

PROOFS: dict[str, Case] = {
    "a CHECK and the kind that it is about": (
        "SELECT name FROM linked WHERE kind = 'a'",
        "",
    ),
    "a CHECK and a list of one": ("SELECT name FROM linked WHERE kind IN ('a')", ""),
    "a CHECK and IS NOT DISTINCT FROM": (
        "SELECT name FROM linked WHERE kind IS NOT DISTINCT FROM 'a'",
        "",
    ),
    "an OR of ANDs": ("SELECT a FROM linked WHERE kind = 'b'", ""),
    "a CHECK through a cast of varchar": (
        "SELECT note FROM linked WHERE sort = 'a'",
        "",
    ),
    "a CHECK on an enum, of which the other labels are listed": (
        "SELECT n FROM linked WHERE mood = 'sad'",
        "",
    ),
    "a CHECK on a boolean": (
        (
            "SELECT owner, 1 AS n FROM linked WHERE tame UNION ALL SELECT owner, 2 FROM linked WHERE tame = true"
            " UNION ALL SELECT owner, 3 FROM linked WHERE tame IS TRUE UNION ALL SELECT owner, 4 FROM linked WHERE NOT (tame <> true)"
        ),
        "",
    ),
    "both or none, and one is there": (
        "SELECT x, y FROM linked WHERE y IS NOT NULL",
        "",
    ),
    "both or none, and one is compared": ("SELECT y FROM linked WHERE x > 0", ""),
    "one of two, counted by casts": ("SELECT e FROM linked WHERE d IS NULL", ""),
    "a range within that of the CHECK": ("SELECT c FROM linked WHERE size > 1", ""),
    "numbers within the range of the CHECK": (
        "SELECT c FROM linked WHERE size IN (2, 3)",
        "",
    ),
    "a CHECK that needs what another has proved": (
        "SELECT owner FROM linked WHERE mood = 'sad' AND n <> 1.00",
        "",
    ),
    "a CHECK and an inner join's condition": (
        "SELECT l.name FROM owner o JOIN linked l ON l.kind = 'a' AND o.id > 0",
        "",
    ),
    "a CHECK in an arm of CASE": (
        "SELECT CASE WHEN kind = 'a' THEN name WHEN kind = 'b' THEN '' ELSE '' END AS x FROM linked",
        "",
    ),
    "a CHECK within an aggregate's FILTER": (
        "SELECT array_agg(name) FILTER (WHERE kind = 'a') IS NULL AS x, kind FROM linked GROUP BY kind",
        "",
    ),
    "a CHECK of a view's table": (
        "SELECT y FROM v_linked WHERE x > 0",
        "",
    ),
    "a CHECK on an outer join's side that a condition keeps": (
        "SELECT l.name FROM owner o LEFT JOIN linked l ON l.id = o.id WHERE l.kind = 'a'",
        "",
    ),
    "a CHECK and the constant of an INSERT": (
        "INSERT INTO linked (id, kind, name, note, sort, e) SELECT 9, 'a', name, name, 'a', 1 FROM owner LIMIT 1 RETURNING name, e",
        "",
    ),
    "a CHECK and what an INSERT leaves out": (
        "INSERT INTO linked (id, kind, e) SELECT 9, 'ab', old FROM edition WHERE old > 0 LIMIT 1 RETURNING e",
        "",
    ),
    "a CHECK and the constant of an UPDATE": (
        "UPDATE linked SET sort = 'a' WHERE note > '' RETURNING note, sort",
        "",
    ),
    "a CHECK and WHERE of an UPDATE": (
        "UPDATE linked SET x = 1, y = 1 WHERE kind = 'a' RETURNING name, y",
        "",
    ),
    "a CHECK and the row that a DELETE deletes": (
        "DELETE FROM linked WHERE kind = 'a' RETURNING name",
        "",
    ),
    "an upsert that sets the same kind": (
        (
            "INSERT INTO linked (id, kind, name, d) VALUES (1, 'a', 'n', 1) ON CONFLICT (id) DO UPDATE SET kind = 'a'"
            " RETURNING name"
        ),
        "",
    ),
    "a condition on two columns, one of which is there": (
        "SELECT j FROM loose WHERE (i IS NULL OR i < j) AND i IS NOT NULL",
        "",
    ),
    "a condition on two columns, one of them NOT NULL": (
        "SELECT l.j FROM loose l JOIN tight t ON t.i IS NULL OR t.i < l.j",
        "",
    ),
    "both or none in WHERE": (
        "SELECT j FROM loose WHERE (i IS NULL) = (j IS NULL) AND i > 0",
        "",
    ),
}

SCHEMA = """
CREATE TABLE not_validated (kind text, name text);
INSERT INTO not_validated VALUES ('a', NULL);
ALTER TABLE not_validated ADD CHECK (kind <> 'a' OR name IS NOT NULL) NOT VALID;
CREATE TABLE not_inherited (kind text, name text, CHECK (kind <> 'a' OR name IS NOT NULL) NO INHERIT);
CREATE TABLE does_not_inherit () INHERITS (not_inherited);
INSERT INTO does_not_inherit VALUES ('a', NULL);
CREATE FUNCTION strict_now(i int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE strict_now (i int, CHECK (coalesce(strict_now(i), false)));
INSERT INTO strict_now VALUES (NULL);
CREATE OR REPLACE FUNCTION strict_now(i int) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS 'SELECT true';
CREATE TABLE padded (kind char(3), name text, CHECK (kind = 'a' OR name IS NOT NULL));
INSERT INTO padded VALUES ('a', NULL);
"""
"""Tables on which constraints say less than they seem to."""

BY_COLLATION: dict[str, Case] = {
    "a CHECK under a collation that finds more equal": (
        "SELECT name FROM any_case WHERE kind = 'a'",
        "name",
    ),
    "a kind that is equal under another collation": (
        "SELECT name FROM exact_case WHERE kind = 'a' COLLATE ci",
        "name",
    ),
    "a list of kinds that is equal under another collation": (
        "SELECT name FROM exact_case WHERE kind COLLATE ci IN ('a')",
        "name",
    ),
}
COLLATIONS = """
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE any_case (
    kind text COLLATE ci, name text, CHECK (kind = 'A' OR name IS NOT NULL)
);
INSERT INTO any_case VALUES ('a', NULL);
CREATE TABLE exact_case (kind text, name text, CHECK (kind <> 'a' OR name IS NOT NULL));
INSERT INTO exact_case VALUES ('A', NULL);
"""
"""Tables for the traps above; a server that was built without ICU has no such collations."""
