"""sqlc's projects: each form becomes the one of sqlgen that means the same."""

import json
import sys
from pathlib import Path

import pytest

from sqlgen import build, parse, read
from sqlgen.database import Server
from sqlgen.importers import import_project
from sqlgen.model.diagnostic import ConfigurationError, SqlgenError
from sqlgen.model.source import SourceFile
from tests.test_importers.projects import Import, Project

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE owners (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, email text, settings jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE pets (
    id bigserial PRIMARY KEY, owner_id uuid NOT NULL REFERENCES owners, name text NOT NULL, mood mood,
    tags text[] NOT NULL DEFAULT '{}'
);
CREATE TABLE "user" (id int PRIMARY KEY, name text);
CREATE TABLE moods (id int PRIMARY KEY);
CREATE SCHEMA billing;
CREATE TABLE billing.fees (id int PRIMARY KEY);
"""
FORMS = {
    # The whole query for sqlc, and for sqlgen.
    "-- name: GetOwner :one\nSELECT * FROM owners WHERE id = $1;": (
        "-- name: get_owner :one -> Owner\nSELECT * FROM owners WHERE id = $1;\n"
    ),
    "/* name: ListOwnerIDs :many */\nselect id from owners": (
        "-- name: list_owner_ids :many\nselect id from owners;\n"
    ),
    "-- Above.\n-- name: Rename :execrows\n-- Below.\nUPDATE owners SET name=@newName WHERE id =@id;": (
        "-- name: rename :execrows\n-- Above.\n-- Below.\n"
        "UPDATE owners SET name=:new_name WHERE id =:id;\n"
    ),
    "-- name: Change :exec\nUPDATE owners SET email = coalesce(sqlc.narg('email'), email), name = sqlc.arg(name)::text;": (
        "-- name: change :exec\nUPDATE owners SET email = coalesce(:email?, email), name = :name::text;\n"
    ),
    "-- name: Find :many\nSELECT id FROM pets WHERE (sqlc.narg(mood)::mood IS NULL OR mood = sqlc.narg(mood))": (
        "-- name: find :many\nSELECT id FROM pets WHERE (:mood?::mood IS NULL OR mood = :mood);\n"
    ),
    "-- name: Some :many\nSELECT id FROM pets WHERE id IN (sqlc.slice('ids')) AND name NOT IN(sqlc.slice(names))": (
        "-- name: some :many\nSELECT id FROM pets WHERE id = ANY(:ids) AND name <> ALL(:names);\n"
    ),
    "-- name: Any :many\nSELECT id FROM pets WHERE id = ANY(@ids::bigint[])": (
        "-- name: any :many\nSELECT id FROM pets WHERE id = ANY(:ids::bigint[]);\n"
    ),
    "-- name: Both :many\nSELECT sqlc.embed(o), sqlc.embed(pets) FROM owners o JOIN pets ON pets.owner_id = o.id": (
        "-- name: both :many\nSELECT o AS owner, pets AS pet FROM owners o JOIN pets ON pets.owner_id = o.id;\n"
    ),
    # The field is called after the table's struct, whatever the alias, and the second one of a name gets a number.
    "-- name: Twins :many\nSELECT sqlc.embed(a), sqlc.embed(B) FROM pets AS a, public.pets b": (
        "-- name: twins :many\nSELECT a AS pet, b AS pet_2 FROM pets AS a, public.pets b;\n"
    ),
    "-- name: Named :many\nSELECT sqlc.embed(pet), pet.mood FROM pets pet": (
        "-- name: named :many\nSELECT pet, pet.mood FROM pets pet;\n"
    ),
    "-- name: Chosen :many\nSELECT sqlc.embed(p), p.name AS pet FROM pets p": (
        "-- name: chosen :many\nSELECT p AS pet_2, p.name AS pet FROM pets p;\n"
    ),
    # Numbers and names side by side, which PostgreSQL itself has not.
    "-- name: Mixed :many\nSELECT id FROM pets WHERE name ILIKE @part::text AND owner_id = $2 AND $3::int > 0 LIMIT $1": (
        "-- name: mixed :many\n"
        "SELECT id FROM pets WHERE name ILIKE :part::text AND owner_id = :owner_id AND :arg3::int > 0 LIMIT :limit;\n"
    ),
    "-- name: Again :many\nSELECT id FROM pets p WHERE p.name = $1 OR (name <> $1 AND id > $2 AND id < sqlc.arg(id))": (
        "-- name: again :many\n"
        "SELECT id FROM pets p WHERE p.name = :name OR (name <> :name AND id > :id_2 AND id < :id);\n"
    ),
    "-- name: Fees :many\nSELECT sqlc.embed(f) FROM billing.fees f WHERE f.id = @id": (
        "-- name: fees :many\nSELECT f AS billing_fee FROM billing.fees f WHERE f.id = :id;\n"
    ),
    '-- name: Users :many\nSELECT sqlc.embed("user") FROM "user"': (
        '-- name: users :many\nSELECT "user" FROM "user";\n'
    ),
    '-- name: Users :many\nSELECT sqlc.embed(user), 1 AS one FROM "user"': (
        '-- name: users :many\nSELECT "user", 1 AS one FROM "user";\n'
    ),
    "-- name: AddPets :copyfrom\nINSERT INTO pets (owner_id, name) VALUES ($1, $2)": (
        "-- name: add_pets :copy\nINSERT INTO pets (owner_id, name) VALUES ($1, $2);\n"
    ),
    "-- name: AddPet :batchone\nINSERT INTO pets (owner_id, name) VALUES ($1, $2) RETURNING *": (
        "-- name: add_pet :batch -> Pet\nINSERT INTO pets (owner_id, name) VALUES ($1, $2) RETURNING *;\n"
    ),
    "-- name: DropPets :batchexec\nDELETE FROM pets WHERE id = @id": (
        "-- name: drop_pets :batch\nDELETE FROM pets WHERE id = :id;\n"
    ),
    "-- name: ByOwner :batchmany\nSELECT name FROM pets WHERE owner_id = @id": (
        "-- name: by_owner :batch\nSELECT name FROM pets WHERE owner_id = :id;\n"
    ),
    "-- name: Drop :execresult\nDELETE FROM pets": (
        "-- name: drop :execrows\nDELETE FROM pets;\n"
    ),
    # What only looks like a parameter of sqlc's.
    '-- name: Signs :many\nSELECT @ (-1), \'@a\', tags <@ tags, "@b" /* @c */ FROM (SELECT tags, 1 AS "@b" FROM pets) AS p': (
        "-- name: signs :many\n"
        'SELECT @ (-1), \'@a\', tags <@ tags, "@b" /* @c */ FROM (SELECT tags, 1 AS "@b" FROM pets) AS p;\n'
    ),
    # A slice of an array, whose bound would touch the colon.
    "-- name: Slice :many\nSELECT tags[1:@n::int] FROM pets": (
        "-- name: slice :many\nSELECT tags[1: :n::int] FROM pets;\n"
    ),
    # `moods` would be called like the type `mood`.
    "-- name: Moods :many\nSELECT * FROM moods": (
        "-- name: moods :many\nSELECT * FROM moods;\n"
    ),
    # Stars of more than one table's columns, and of no table.
    '-- name: Joined :many\nSELECT * FROM "user" JOIN moods USING (id)': (
        '-- name: joined :many\nSELECT * FROM "user" JOIN moods USING (id);\n'
    ),
    "-- name: Numbers :many\nSELECT * FROM generate_series(1, $1::int)": (
        "-- name: numbers :many\nSELECT * FROM generate_series(1, $1::int);\n"
    ),
    "-- name: Quiet :one\n-- @sqlc-vet-disable\n-- name: no header\nSELECT 1 AS one": (
        "-- name: quiet :one\n-- | name: no header\nSELECT 1 AS one;\n"
    ),
}
CONFIGURATION = {
    "sqlc.json": json.dumps(
        {
            "version": "2",
            "sql": [
                {
                    "schema": "schema.sql",
                    "queries": "sql",
                    "engine": "postgresql",
                    "gen": {"go": {}},
                }
            ],
        }
    ),
    "schema.sql": SCHEMA,
}


@pytest.mark.parametrize("query", FORMS)
def test_each_form(query: str, imported: Import, tmp_path: Path) -> None:
    result = imported("sqlc", {**CONFIGURATION, "sql/pets.sql": query})
    assert result.left_out == 0
    assert (tmp_path / "queries/pets.sql").read_text() == FORMS[query]


def test_all_forms_build(project: Project, server: Server) -> None:
    text = "\n\n".join(f"{query.rstrip(';')};" for query in FORMS)
    settings = f'[tool.sqlgen]\nschema = "schema.sql"\nserver = "{server.conninfo}"\n'
    root = project({**CONFIGURATION, "sql/pets.sql": text})
    result = import_project(root, "sqlc", ".", output=None, force=False)
    assert result.left_out == 0
    names = result.settings.text.partition("[tool.sqlgen.names]")[2]
    (root / "pyproject.toml").write_text(f"{settings}[tool.sqlgen.names]{names}")
    plan = build.build(read.config(root))
    # In Go, `:one` takes the first of many rows; sqlgen says so.
    assert {warning.code for warning in plan.warnings} <= {"may-return-many"}
    models = (root / "generated/models.py").read_text()
    assert "class Owner:" in models
    assert "class Owners:" not in models


LEFT_OUT = {
    "-- name: Empty :one\n-- name: Full :one\nSELECT 1 AS one": "query `empty` has no statement",
    "-- name: Last :execlastid\nSELECT 1": "`:execlastid` of `Last` has no command",
    "-- name: Odd :group\nSELECT 1": "`:group` of `Odd` has no command",
    "-- name: Odd :one\nSELECT sqlc.row(x)": "`sqlc.row` is not known",
    "-- name: Odd :one\nSELECT sqlc.arg(a, b)": "`sqlc.arg` is not known",
    "-- name: Odd :one\nSELECT sqlc.": "`sqlc.` is not known",
    "-- name: Two :one\nSELECT 1; SELECT 2": "query `two` has 2 statements",
    "-- name: None :one\n": "query `none` has no statement",
    "-- name: Open :one\nSELECT '": "never ends",
}


@pytest.mark.parametrize("query", LEFT_OUT)
def test_what_has_no_translation_is_told(query: str, imported: Import) -> None:
    text = f"-- name: Good :one\nSELECT 1 AS one;\n\n{query}"
    result = imported("sqlc", {**CONFIGURATION, "sql/pets.sql": text})
    names = ("good", "full") if "Full" in query else ("good",)
    assert result.files == {"queries/pets.sql": names}
    assert result.left_out == 1
    [problem] = result.problems
    assert LEFT_OUT[query] in problem.message
    assert problem.hint
    assert problem.label
    assert (problem.label.span.source.path, problem.label.span.line >= 4) == (
        "sql/pets.sql",
        True,
    )


VERSION_1 = """
version: "1"
packages:
  - name: db
    path: internal/db
    queries: [sql/a.sql, "sql/more*"]
    schema: ./migrations/
    engine: postgresql
overrides:
  - {go_type: github.com/google/uuid.UUID, db_type: uuid}
  - go_type: "app/types.Money"
    db_type: pg_catalog.numeric
  - {go_type: "app/types.Any", column: "*.anything"}
rename:
  email: MailAddress
  id: ID
  owners: Holder
"""
PYTHON = """
version: 2
x-shared: &shared
  engine: postgresql
  schema: [one.sql, two.sql]
sql:
  - <<: *shared
    queries: sql
    codegen:
      - plugin: py
        out: src/db
        options:
          package: db
          overrides:
            - {db_type: jsonb, py_type: "app.types.Settings"}
            - {column: owners.name, py_type: "os.system('x')"}
  - engine: mysql
    queries: sql
    schema: one.sql
"""


def test_version_1_in_yaml(imported: Import, tmp_path: Path) -> None:
    result = imported(
        "sqlc",
        {
            "sqlc.yaml": VERSION_1,
            "sql/a.sql": "-- name: One :one\nSELECT * FROM owners;",
            "sql/more/b.sql": "-- name: Never :one\nSELECT 1;",
            "sql/more_b.sql": "-- name: One :one\nSELECT 1 AS one;",
            "migrations/1_a.up.sql": SCHEMA,
            "migrations/1_a.down.sql": "DROP TABLE owners",
        },
    )
    assert list(result.files) == ["queries/a.sql", "queries/more_b.sql"]
    assert "-> Owner" in (tmp_path / "queries/a.sql").read_text()
    assert result.settings.text == (
        '[tool.sqlgen]\nschema = "migrations"\n\n'
        '[tool.sqlgen.types]\n# "numeric" = "app.types.Money"  # was "app/types.Money" in Go\n\n'
        '[tool.sqlgen.names]\n"email" = "mail_address"\n"owners" = "Holder"'
    )
    [problem] = result.problems
    assert (
        problem.message == "the override of `*.anything` names no column of the schema"
    )
    assert problem.label
    assert problem.label.span.source.path == "sqlc.yaml"
    assert problem.label.span.line == 13


OVERRIDES = """
version: "2"
sql:
- queries: a.sql
  schema: schema.sql
  engine: postgresql
  gen:
    go:
      overrides:
      - {db_type: numeric, nullable: true, go_type: "app/t.NullMoney"}
      - {db_type: numeric, go_type: "app/t.Money"}
      - {db_type: ltree, nullable: true, go_type: "app/t.Path"}
      - {db_type: bigserial, go_type: "app/t.Id"}
      - {db_type: serial, go_type: int64}
      - {column: "*.created_at", go_type: "app/t.Stamp"}
      - {column: "public.people.*_name", go_type: "app/t.Name"}
      - {column: "billing.*.id", go_type: "app/t.Fee"}
      - {column: "*.id", go_type: "github.com/google/uuid.UUID"}
      - {column: "people.nothing?", go_type: "app/t.Nothing"}
"""
PEOPLE = """
CREATE TABLE IF NOT EXISTS public.people (
    id int PRIMARY KEY, first_name varchar(10) DEFAULT coalesce('a', 'b'), CONSTRAINT c CHECK (id > 0), "Odd name" int
);
ALTER TABLE ONLY people ADD COLUMN IF NOT EXISTS last_name text, ADD CHECK (id > 1), DROP COLUMN "Odd name";
ALTER TABLE people ADD made numeric(2, 1);
ALTER TABLE people RENAME COLUMN made TO created_at;
CREATE UNLOGGED TABLE loans (created_at timestamptz, UNIQUE (created_at));
CREATE TABLE billing.fees (id int, created_at timestamptz);
CREATE TABLE copies AS SELECT 1 AS created_at;
"""


def test_overrides_of_many_columns_and_of_nullable_types(imported: Import) -> None:
    files = {"a.sql": "-- name: One :one\nSELECT 1 AS one;", "schema.sql": PEOPLE}
    result = imported("sqlc", {**files, "sqlc.yaml": OVERRIDES})
    stamp = '"app.types.Stamp"  # was "app/t.Stamp" in Go'
    assert result.settings.text == (
        '[tool.sqlgen]\nschema = "schema.sql"\n\n[tool.sqlgen.types]\n'
        '# "numeric" = "app.types.Money"  # was "app/t.Money" in Go\n'
        '# "ltree" = "app.types.Path"  # was "app/t.Path" in Go\n\n'
        "[tool.sqlgen.columns]\n"
        f'# "people.created_at" = {stamp}\n# "loans.created_at" = {stamp}\n'
        '# "people.first_name" = "app.types.Name"  # was "app/t.Name" in Go\n'
        '# "people.last_name" = "app.types.Name"  # was "app/t.Name" in Go\n'
        '# "billing.fees.id" = "app.types.Fee"  # was "app/t.Fee" in Go'
    )
    told = [(p.message, p.label.span.line) for p in result.problems if p.label]
    assert told == [
        ("`bigserial` is no type of PostgreSQL, but a column with a sequence", 13),
        ("the override of `people.nothing?` names no column of the schema", 19),
        ("the override of `ltree` was only for columns that may be NULL", 12),
    ]


def test_python_in_version_2(imported: Import, tmp_path: Path) -> None:
    result = imported(
        "sqlc",
        {
            "db/sqlc.yaml": PYTHON,
            "db/sql/a.sql": "-- name: A :one\nSELECT * FROM owners WHERE id = $1;\n"
            "-- name: B :one\nINSERT INTO owners (name) VALUES ($1) RETURNING *;",
            "db/one.sql": SCHEMA,
            "db/two.sql": "SELECT 1",
        },
        "db",
    )
    text = (tmp_path / "queries/a.sql").read_text()
    assert "-- name: a :optional -> Owner" in text  # as sqlc-gen-python has it
    assert "-- name: b :one -> Owner" in text
    assert result.settings.text == (
        "[tool.sqlgen.schema]\n"
        'command = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", "db/one.sql", "-f", "db/two.sql"]\n'
        'watch = ["db/one.sql", "db/two.sql"]\n\n'
        '[tool.sqlgen.types]\n"jsonb" = "app.types.Settings"\n\n'
        '[tool.sqlgen.columns]\n# "owners.name" = "app.types.T"  # was "os.system(\'x\')"'
    )
    assert [p.message for p in result.problems] == ["the package `` is for `mysql`"]


def test_a_folder_without_a_configuration(imported: Import) -> None:
    files = {
        "go/queries/x-y/import.sql": "-- name: One :one\nSELECT 1 AS one;",
        "go/queries/models.sql": "-- name: One :one\nSELECT 1 AS one;",
        "go/migrations/1.sql": SCHEMA,
    }
    result = imported("sqlc", files, "go")
    assert (
        sorted(result.files)
        == [
            "queries/migrations.sql",
            "queries/queries/models.sql",
            "queries/queries/x_y/import_.sql",
        ][1:]
    )
    assert result.problems == ()


BROKEN = {
    "sqlc.yaml": [
        "a: [",
        "sql: &a [*a]",
        "- " * 100_000,
        "\0",
        "a: !!python/object:os.system x",
        "x: 1",
        "[" * 5000,
    ],
    "sqlc.json": [
        "{",
        "[" * 100_000,
        "[]",
        "{}",
        '{"sql": {"sql": 3}}',
        '{"packages": ["\\ud800"]}',
    ],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n in BROKEN for t in BROKEN[n]])
def test_a_broken_configuration(name: str, text: str, imported: Import) -> None:
    with pytest.raises(SqlgenError) as caught:
        imported("sqlc", {name: text})
    assert all(problem.message and problem.hint for problem in caught.value.diagnostics)


def test_aliases_that_repeat_themselves_without_end(imported: Import) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ConfigurationError, match="too large"):
        imported("sqlc", {"sqlc.yaml": "\n".join(lines)})


def test_nothing_is_read_outside_of_the_project(
    imported: Import, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("other") / "secret.sql"
    secret.write_text("-- name: Secret :one\nSELECT 'secret';")
    outside = f"../{secret.parent.name}"
    for pattern in (
        f"{outside}/secret.sql",
        f"{outside}/*.sql",
        str(secret),
        outside,
        "link.sql",
        "links",
    ):
        (tmp_path / "links").mkdir(exist_ok=True)
        for link in (tmp_path / "link.sql", tmp_path / "links/a.sql"):
            link.unlink(missing_ok=True)
            link.symlink_to(secret)
        text = json.dumps({"version": "1", "packages": [{"queries": pattern}]})
        with pytest.raises(SqlgenError) as caught:
            imported("sqlc", {"sqlc.json": text})
        assert "secret'" not in str(caught.value)
        assert not (tmp_path / "queries").exists()


def test_files_are_overwritten_only_by_force(imported: Import, tmp_path: Path) -> None:
    files = {
        "sql/a.sql": "-- name: One :one\nSELECT 1 AS one;",
        "sql/b.sql": "-- name: B :one\nSELECT 2 AS b;",
    }
    mine = tmp_path / "queries/b.sql"
    mine.parent.mkdir()
    mine.write_text("-- mine")
    with pytest.raises(SqlgenError, match=r"`queries/b.sql` exists already"):
        imported("sqlc", files, "sql")
    assert mine.read_text() == "-- mine"
    assert not (tmp_path / "queries/a.sql").exists()
    imported("sqlc", files, "sql", force=True)
    assert mine.read_text() == "-- name: b :one\nSELECT 2 AS b;\n"
    imported("sqlc", files, "sql")  # again: nothing to change


def test_names_in_one_file_differ(imported: Import, tmp_path: Path) -> None:
    text = "-- name: getX :one\nSELECT @aB, @a_b;\n-- name: GetX :one\nSELECT 1 AS one;"
    result = imported("sqlc", {"sql/a.sql": text}, "sql")
    assert result.files == {"queries/a.sql": ("get_x", "get_x_2")}
    written = (tmp_path / "queries/a.sql").read_text()
    assert "SELECT :a_b, :a_b_2;" in written
    assert len(parse.query_file(SourceFile("a.sql", written)).queries) == 2


def test_yaml_without_its_library(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    files = {"sqlc.yaml": VERSION_1, "sql/a.sql": "-- name: One :one\nSELECT 1 AS one;"}
    with pytest.raises(ConfigurationError, match="needs PyYAML"):
        imported("sqlc", files)
    assert imported("sqlc", files, "sql").files == {"queries/a.sql": ("one",)}
