"""Statements of migrations with what they do: the work that takes long, on which table.

The second session of `test_locks.py` finds out who waits; that is not written down here.
"""

from typing import NamedTuple

SCHEMA = """
CREATE TABLE parents (
    id int PRIMARY KEY, name varchar(20), amount numeric(8, 2), n int, flag bool, at timestamp,
    CONSTRAINT parents_n CHECK (n IS NOT NULL)
);
ALTER TABLE parents ADD CONSTRAINT parents_flag CHECK (flag IS NOT NULL) NOT VALID;
CREATE INDEX parents_name_idx ON parents (name);
CREATE UNIQUE INDEX parents_n_idx ON parents (n);
INSERT INTO parents VALUES (-1, 'x', 1, 1, true, now());
CREATE TABLE children (id int PRIMARY KEY, parent_id int NOT NULL, note text);
CREATE TABLE orphans (id int PRIMARY KEY, parent_id int NOT NULL);
ALTER TABLE orphans ADD CONSTRAINT orphans_parent FOREIGN KEY (parent_id) REFERENCES parents NOT VALID;
CREATE TABLE notes (parent_id int REFERENCES parents ON DELETE CASCADE, id int PRIMARY KEY);
CREATE TABLE lines (note_id int REFERENCES notes);
INSERT INTO notes VALUES (-1, -1);
CREATE TABLE events (id int, kind int NOT NULL) PARTITION BY LIST (kind);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE loose (id int, kind int NOT NULL);
CREATE TABLE sure (id int, kind int NOT NULL, CHECK (kind = 7));
CREATE DOMAIN positive AS int;
CREATE TABLE measured (id int, value positive);
CREATE TABLE items (id int PRIMARY KEY, name text);
CREATE MATERIALIZED VIEW totals AS SELECT name, count(*) AS n FROM items GROUP BY name;
CREATE UNIQUE INDEX totals_name_idx ON totals (name);
CREATE VIEW item_names AS SELECT id, name FROM items;
CREATE SEQUENCE numbers;
CREATE TABLE numbered (id int DEFAULT nextval('numbers'), x int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE parents ALTER id TYPE bigint;
END $$;
CREATE FUNCTION fill() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    UPDATE items SET name = 'x';
    RETURN 1;
END $$;
CREATE FUNCTION extend() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE children ADD x int;
    EXECUTE 'CREATE INDEX ON items (name)';
END $$;
CREATE FUNCTION extend_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM extend(); END $$;
CREATE FUNCTION check_names() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE items ALTER name SET NOT NULL;
EXCEPTION WHEN not_null_violation THEN NULL;
END $$;
"""

QUERIES = """
-- name: read_parents :many
SELECT id FROM parents;
-- name: write_parents :exec
INSERT INTO parents (id, n, flag) VALUES (1000, 1000, true);
-- name: delete_parents :exec
DELETE FROM parents WHERE id = -1;
-- name: read_children :many
SELECT id FROM children;
-- name: write_children :exec
INSERT INTO children (id, parent_id) VALUES (1000, 1);
-- name: write_orphans :exec
INSERT INTO orphans (id, parent_id) VALUES (1000, 1);
-- name: read_events :many
SELECT id FROM events;
-- name: write_events :exec
INSERT INTO events (id, kind) VALUES (1000, 999);
-- name: read_loose :many
SELECT id FROM loose;
-- name: write_measured :exec
INSERT INTO measured (id, value) VALUES (1000, 1);
-- name: read_measured :many
SELECT id FROM measured;
-- name: read_items :many
SELECT id FROM items;
-- name: write_items :exec
INSERT INTO items (id, name) VALUES (1000, 'x');
-- name: read_totals :many
SELECT name FROM totals;
-- name: read_item_names :many
SELECT name FROM item_names;
-- name: write_numbered :exec
INSERT INTO numbered (x) VALUES (1);
-- name: read_numbered :many
SELECT x FROM numbered;
"""


class Case(NamedTuple):
    """A statement, and its works as `code table`; `since` is the first release that knows it."""

    sql: str
    works: tuple[str, ...] = ()
    since: int = 14


CASES = [
    # Columns
    Case("ALTER TABLE parents ADD x int"),
    Case("ALTER TABLE parents ADD x int DEFAULT 7 NOT NULL"),
    Case("ALTER TABLE parents ADD x timestamptz DEFAULT now()"),
    Case(
        "ALTER TABLE parents ADD x uuid DEFAULT gen_random_uuid()",
        ("table-rewrite parents",),
    ),
    Case("ALTER TABLE parents ADD x serial", ("table-rewrite parents",)),
    Case(
        "ALTER TABLE parents ADD x int GENERATED ALWAYS AS IDENTITY",
        ("table-rewrite parents",),
    ),
    Case(
        "ALTER TABLE parents ADD x int GENERATED ALWAYS AS (n + 1) STORED",
        ("table-rewrite parents",),
    ),
    Case("ALTER TABLE parents ADD x int GENERATED ALWAYS AS (n + 1) VIRTUAL", since=18),
    Case("ALTER TABLE parents ADD x int CHECK (x > 0)", ("table-scan parents",)),
    Case("ALTER TABLE parents ADD x int UNIQUE", ("blocking-index parents",)),
    Case("ALTER TABLE parents DROP amount"),
    Case("ALTER TABLE parents RENAME amount TO price"),
    Case("ALTER TABLE parents RENAME TO elders"),
    Case("ALTER TABLE parents ALTER amount TYPE numeric(12, 2)"),
    Case("ALTER TABLE parents ALTER amount TYPE numeric"),
    Case(
        "ALTER TABLE parents ALTER amount TYPE numeric(12, 3)",
        ("table-rewrite parents",),
    ),
    Case("ALTER TABLE parents ALTER name TYPE varchar(40)"),
    Case("ALTER TABLE parents ALTER name TYPE text"),
    Case("ALTER TABLE parents ALTER name TYPE varchar(10)", ("table-rewrite parents",)),
    # The foreign key of `notes` is checked again.
    Case(
        "ALTER TABLE parents ALTER id TYPE bigint",
        ("table-rewrite parents", "table-scan notes"),
    ),
    Case("ALTER TABLE parents ALTER at TYPE timestamptz", ("table-rewrite parents",)),
    Case("SET LOCAL timezone = 'UTC'; ALTER TABLE parents ALTER at TYPE timestamptz"),
    Case("ALTER TABLE parents ALTER n SET DEFAULT 1"),
    Case("ALTER TABLE parents ALTER name SET NOT NULL", ("table-scan parents",)),
    Case("ALTER TABLE parents ALTER n SET NOT NULL"),
    Case("ALTER TABLE parents ALTER flag SET NOT NULL", ("table-scan parents",)),
    Case("ALTER TABLE parents ALTER n SET STATISTICS 500"),
    Case("ALTER TABLE parents ALTER name SET STORAGE EXTERNAL"),
    # Constraints
    Case("ALTER TABLE parents ADD CHECK (n > 0)", ("table-scan parents",)),
    Case("ALTER TABLE parents ADD CHECK (n > 0) NOT VALID"),
    Case("ALTER TABLE parents VALIDATE CONSTRAINT parents_flag"),
    Case(
        "ALTER TABLE parents ADD CONSTRAINT c NOT NULL name NOT VALID",
        since=18,
    ),
    Case(
        "ALTER TABLE children ADD FOREIGN KEY (parent_id) REFERENCES parents",
        ("table-scan children",),
    ),
    Case(
        "ALTER TABLE children ADD FOREIGN KEY (parent_id) REFERENCES parents NOT VALID"
    ),
    Case("ALTER TABLE orphans VALIDATE CONSTRAINT orphans_parent"),
    Case("ALTER TABLE orphans DROP CONSTRAINT orphans_parent"),
    Case("ALTER TABLE parents ADD UNIQUE (name)", ("blocking-index parents",)),
    Case("ALTER TABLE parents ADD CONSTRAINT u UNIQUE USING INDEX parents_n_idx"),
    Case(
        "ALTER TABLE parents ADD EXCLUDE USING btree (name WITH =)",
        ("blocking-index parents",),
    ),
    Case("ALTER DOMAIN positive ADD CHECK (VALUE > 0)", ("table-scan measured",)),
    Case("ALTER DOMAIN positive ADD CHECK (VALUE > 0) NOT VALID"),
    Case("ALTER DOMAIN positive SET NOT NULL", ("table-scan measured",)),
    Case("ALTER TABLE orphans ADD x int"),
    Case("ALTER TABLE notes ADD x int"),
    Case("ALTER TABLE lines ADD x int"),
    Case("LOCK TABLE lines IN SHARE MODE"),
    # Indexes
    Case("CREATE INDEX ON parents (at)", ("blocking-index parents",)),
    Case("CREATE UNIQUE INDEX ON items (name)", ("blocking-index items",)),
    Case(
        "CREATE INDEX ON events (id)",
        ("blocking-index events_1", "blocking-index events_rest"),
    ),
    Case("CREATE INDEX ON ONLY events (id)"),
    Case("DROP INDEX parents_name_idx"),
    Case("ALTER INDEX parents_name_idx RENAME TO parents_by_name"),
    Case("REINDEX INDEX parents_name_idx", ("blocking-index parents",)),
    Case("REINDEX TABLE items", ("blocking-index items",)),
    Case("REINDEX TABLE parents", ("blocking-index parents",)),
    # Tables, partitions, views
    Case("CREATE TABLE more (id int PRIMARY KEY); CREATE INDEX ON more (id)"),
    Case("CREATE TABLE more (id int REFERENCES parents)"),
    Case("DROP TABLE children"),
    Case("TRUNCATE children"),
    Case("CLUSTER parents USING parents_pkey", ("table-rewrite parents",)),
    Case("ALTER TABLE children SET UNLOGGED", ("table-rewrite children",)),
    Case("ALTER TABLE children SET (fillfactor = 70)"),
    Case("ALTER TABLE children SET (autovacuum_enabled = false)"),
    Case(
        "CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2)",
        ("table-scan events_rest",),
    ),
    Case(
        "ALTER TABLE events ATTACH PARTITION loose FOR VALUES IN (7)",
        ("table-scan events_rest", "table-scan loose"),
    ),
    Case(
        "ALTER TABLE events ATTACH PARTITION sure FOR VALUES IN (7)",
        ("table-scan events_rest",),
    ),
    Case("ALTER TABLE events DETACH PARTITION events_1"),
    Case("REFRESH MATERIALIZED VIEW totals", ("table-rewrite totals",)),
    Case("REFRESH MATERIALIZED VIEW CONCURRENTLY totals"),
    Case("CREATE OR REPLACE VIEW item_names AS SELECT id, name, 1 AS x FROM items"),
    Case("DROP VIEW item_names"),
    Case("ALTER SEQUENCE numbers INCREMENT 2"),
    Case(
        "CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION touch()"
    ),
    Case("ALTER TABLE items DISABLE TRIGGER USER"),
    Case("ALTER TABLE items ENABLE ROW LEVEL SECURITY"),
    Case("CREATE POLICY p ON items USING (true)"),
    Case("GRANT SELECT ON items TO PUBLIC"),
    Case("COMMENT ON TABLE items IS 'Things.'"),
    Case("ANALYZE items"),
    Case("LOCK TABLE items IN SHARE MODE"),
    Case("LOCK TABLE items IN EXCLUSIVE MODE"),
    # Rows
    Case("UPDATE items SET name = 'x'", ("bulk-update items",)),
    Case("UPDATE items SET name = 'x' WHERE id = 3"),
    Case("DELETE FROM items WHERE name = 'x'", ("bulk-update items",)),
    Case("INSERT INTO children SELECT id, id FROM items"),
    Case("INSERT INTO items VALUES (1, 'one')"),
    # Within functions and blocks
    Case(
        "DO $$ BEGIN ALTER TABLE items ALTER name SET NOT NULL; END $$",
        ("table-scan items",),
    ),
    Case(
        "DO $$ BEGIN EXECUTE 'CREATE INDEX ON ' || 'children (note)'; END $$",
        ("blocking-index children",),
    ),
    Case("SELECT widen()", ("table-rewrite parents", "table-scan notes")),
    Case("SELECT fill()", ("bulk-update items",)),
    Case("DO $$ BEGIN PERFORM fill() FROM loose; END $$"),
    Case("SELECT extend()", ("blocking-index items",)),
    Case("SELECT extend_all()", ("blocking-index items",)),
    Case("SELECT check_names()", ("table-scan items",)),
    Case(
        "CREATE FUNCTION once() RETURNS void LANGUAGE plpgsql AS"
        " 'BEGIN ALTER TABLE children ALTER id TYPE bigint; END'; SELECT once()",
        ("table-rewrite children",),
    ),
    Case(
        "CREATE FUNCTION later() RETURNS void LANGUAGE plpgsql AS 'BEGIN TRUNCATE items; END'"
    ),
    Case(
        "DO $$ BEGIN FOR i IN 1..2 LOOP UPDATE items SET name = name; END LOOP; END $$",
        ("bulk-update items",),
    ),
    Case("DO $$ BEGIN RAISE DEBUG 'rewriting table \"items\"'; END $$"),
    Case(
        "DO $$ BEGIN SET LOCAL client_min_messages = error; ALTER TABLE children ALTER id TYPE bigint; END $$",
        ("table-rewrite children",),
    ),
    Case(
        "DO $$ BEGIN ALTER TABLE children ADD x int; UPDATE items SET name = 'x'; END $$",
        ("bulk-update items", "lock-held children"),
    ),
    Case(
        "DO $$ BEGIN ALTER TABLE items ADD x int; UPDATE items SET x = 1; END $$",
        ("table-scan items",),
    ),
    # Several statements of one transaction
    Case(
        "ALTER TABLE items ADD x int; UPDATE items SET x = 1",
        ("bulk-update items", "lock-held items"),
    ),
    Case(
        "ALTER TABLE children ADD x int; CREATE INDEX ON items (name)",
        ("blocking-index items", "lock-held children"),
    ),
    Case(
        "ALTER TABLE children ADD x int; ALTER TABLE items ADD x int",
        ("several-locks items",),
    ),
]
