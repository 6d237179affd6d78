"""A build after another migration equals one without caches, and infers no more than it must."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen import build, infer, read
from sqlgen.build.server.server_pool import ServerPool
from sqlgen.infer import statement

SCHEMA = """\
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN code AS text CHECK (VALUE IN ('a', 'b'));
CREATE TYPE place AS (city text, zip text);
CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL, mood mood, code code, place place);
CREATE TABLE pets (
    id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, name text,
    born date CHECK (born IS NOT NULL OR name IS NOT NULL)
);
CREATE VIEW named AS SELECT id, name FROM pets WHERE name IS NOT NULL;
CREATE FUNCTION first_name() RETURNS text LANGUAGE sql BEGIN ATOMIC
    SELECT name FROM owners ORDER BY id LIMIT 1; END;
CREATE TABLE events (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE PROCEDURE called(INOUT code code) LANGUAGE sql AS 'SELECT code';
CREATE TABLE alone (id int PRIMARY KEY, note text);
"""

QUERIES = {
    "owners": "-- name: owner :optional\nSELECT * FROM owners WHERE id = :id;",
    "pets": (
        "-- name: pets :many\nSELECT p.id, o.name FROM pets AS p"
        " LEFT JOIN owners AS o ON o.id = p.owner_id;\n"
        "-- name: known :many\nSELECT coalesce(born::text, name) AS known FROM pets;"
    ),
    "named": "-- name: named :many\nSELECT name FROM named;",
    "first": "-- name: first_one :one\nSELECT first_name() AS name;",
    "events": "-- name: events :many\nSELECT * FROM events;",
    "alone": "-- name: alone :many -> Alone\nSELECT id, note FROM alone;",
    "called": "-- name: called :one\nCALL called(:code);",
    "drop": "-- name: drop_owner :exec\nDELETE FROM owners WHERE id = :id;",
    "explained": "-- name: explained :many\nEXPLAIN SELECT FROM owners WHERE mood = :mood;",
    "free": "-- name: free :one\nSELECT upper('a') AS up;",
}

TREELESS = {"called", "explained"}
"""Utility statements, which have no tree that tells which objects they use."""

MIGRATIONS = {
    "nothing": ("SELECT 1;", set()),
    "a new table": ("CREATE TABLE more (id int, mood mood);", TREELESS),
    "a column more": ("ALTER TABLE alone ADD extra int;", {"alone", *TREELESS}),
    "a column that may not be NULL any more": (
        "ALTER TABLE alone ALTER note SET NOT NULL;",
        {"alone", *TREELESS},
    ),
    "a column that a view shows": (
        "ALTER TABLE pets ALTER name SET NOT NULL;",
        {"pets", "named", *TREELESS},
    ),
    "another view": (
        "CREATE OR REPLACE VIEW named AS SELECT id, name FROM pets;",
        {"named", *TREELESS},
    ),
    "the target of a foreign key": (
        "ALTER TABLE owners ENABLE ROW LEVEL SECURITY;",
        {"owners", "pets", "first", "drop", *TREELESS},
    ),
    "a foreign key that is gone": (
        "ALTER TABLE pets DROP CONSTRAINT pets_owner_id_fkey;",
        {"owners", "pets", "first", "drop", "named", *TREELESS},  # a DELETE of owners could violate it
    ),
    "the action of a foreign key": (
        "ALTER TABLE pets DROP CONSTRAINT pets_owner_id_fkey, ADD FOREIGN KEY (owner_id) REFERENCES owners ON DELETE CASCADE;",
        {"owners", "pets", "first", "named", "drop", *TREELESS},
    ),
    "a CHECK that is gone": (
        "ALTER TABLE pets DROP CONSTRAINT pets_check;",
        {"pets", "named", *TREELESS},
    ),
    "a label more": ("ALTER TYPE mood ADD VALUE 'so';", {"owners", "pets", "first", "drop", *TREELESS}),
    "a domain's CHECK": (
        "ALTER DOMAIN code DROP CONSTRAINT code_check;",
        {"owners", "pets", "first", "drop", *TREELESS},
    ),
    "a composite's field": (
        "ALTER TYPE place ADD ATTRIBUTE street text;",
        {"owners", "pets", "first", "drop", *TREELESS},
    ),
    "a partition": (
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
        {"events", *TREELESS},
    ),
    "a table's name": ("ALTER TABLE alone RENAME TO other; CREATE VIEW alone AS SELECT 1 AS id, 'a' AS note;", {"alone", *TREELESS}),
    "a trigger": (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE UPDATE ON alone FOR EACH ROW EXECUTE FUNCTION f();",
        set(QUERIES),
    ),
    "another function of the name": (
        "CREATE FUNCTION first_name(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        set(QUERIES),
    ),
    "a comment": ("COMMENT ON TABLE alone IS 'By itself.';", {"alone", *TREELESS}),
}  # fmt: skip


@pytest.fixture
def pool() -> Iterator[ServerPool]:
    """Return one server for all builds, since a catalog is cached with its cluster."""
    with ServerPool() as lent:
        yield lent


@pytest.fixture
def root(tmp_path: Path, pool: ServerPool, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    root = tmp_path / "project"
    for folder in ("migrations", "queries"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (root / "migrations" / "0001_schema.sql").write_text(SCHEMA)
    for name, text in QUERIES.items():
        (root / "queries" / f"{name}.sql").write_text(text + "\n")
    build.build(read.config(root), pool=pool)
    return root


@pytest.fixture
def inferred(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collect the names of the query files of which a query was inferred."""
    files: set[str] = set()

    def query(description: object, *args: object, **named: object) -> object:
        result = statement.query(description, *args, **named)  # type: ignore[arg-type]
        files.add(Path(result.query.sql.source.path).stem)
        return result

    monkeypatch.setattr(infer, "query", query)
    return files


@pytest.mark.parametrize(("script", "expected"), MIGRATIONS.values(), ids=MIGRATIONS)
def test_another_migration(
    root: Path,
    inferred: set[str],
    pool: ServerPool,
    script: str,
    expected: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (root / "migrations" / "0002_more.sql").write_text(script + "\n")
    build.build(read.config(root), pool=pool)
    assert inferred == expected
    bare = root.parent / "bare"
    shutil.copytree(root, bare, ignore=shutil.ignore_patterns("generated"))
    monkeypatch.setenv("SQLGEN_NO_CACHE", "1")
    build.build(read.config(bare))
    assert _texts(root) == _texts(bare)


def test_a_migration_that_is_removed_again(
    root: Path, inferred: set[str], pool: ServerPool
) -> None:
    before = _texts(root)
    (root / "migrations" / "0002_more.sql").write_text("ALTER TABLE alone ADD x int;")
    build.build(read.config(root), pool=pool)
    (root / "migrations" / "0002_more.sql").unlink()
    inferred.clear()
    build.build(read.config(root), pool=pool)
    assert inferred == set()
    assert _texts(root) == before


def test_settings_that_inference_depends_on(
    root: Path, inferred: set[str], pool: ServerPool
) -> None:
    (root / "pyproject.toml").write_text("[tool.sqlgen]\narray_elements = 'nullable'\n")
    build.build(read.config(root), pool=pool)
    assert inferred == set(QUERIES)


def _texts(root: Path) -> dict[str, str]:
    folder = root / "generated"
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
