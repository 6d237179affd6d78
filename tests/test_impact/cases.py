"""Migrations of each kind, with what they mean for deployed and new code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace as Row
from typing import Any

Verdicts = Mapping[str, str]
"""The verdicts by subject: a query, or a query with the item that it is about."""

BASE = """
CREATE TYPE status AS ENUM ('planned', 'done');
CREATE TYPE place AS (street text, town text);
CREATE DOMAIN code AS text CHECK (VALUE IN ('x', 'y'));
CREATE DOMAIN word AS text;
CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL, home place, word word);
CREATE TABLE pets (
    id int PRIMARY KEY,
    owner_id int NOT NULL REFERENCES owners,
    name varchar(20) NOT NULL,
    chip text UNIQUE,
    status status NOT NULL DEFAULT 'planned',
    size text NOT NULL DEFAULT 'small' CHECK (size IN ('small', 'large')),
    weight numeric(5, 2),
    age int,
    note text,
    code code,
    born timestamptz NOT NULL DEFAULT '2020-02-29 12:00Z'
);
CREATE SEQUENCE numbers;
CREATE INDEX pets_age ON pets (age);
CREATE VIEW chips AS SELECT id, chip FROM pets;
CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
"""

ROWS = """
INSERT INTO owners VALUES (1, 'Ann', ('Main Street', 'Springfield'));
INSERT INTO pets (id, owner_id, name, chip, weight, age, note) VALUES
    (1, 1, 'Rex', 'c1', 12.5, 3, 'good'), (2, 1, 'Tom', 'c2', 4.25, 5, NULL);
"""

LABELS = """
CREATE VIEW labels AS SELECT id, upper(name) AS label FROM pets;
CREATE VIEW outer_labels AS SELECT id, label FROM labels;
"""

NOTING = """
CREATE FUNCTION noting() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.note := 'renamed'; RETURN NEW; END$$;
CREATE TRIGGER noting BEFORE UPDATE OF name ON pets FOR EACH ROW EXECUTE FUNCTION noting();
"""

QUERIES = {
    "pet": (":optional", "SELECT * FROM pets WHERE id = :id"),
    "pet_name": (":optional", "SELECT id, name FROM pets WHERE id = :id"),
    "pet_names": (":many", "SELECT id, name FROM pets ORDER BY id"),
    "by_chip": (":optional", "SELECT id FROM pets WHERE chip = :chip"),
    "statuses": (":many", "SELECT status FROM pets ORDER BY id"),
    "sizes": (":many", "SELECT size FROM pets ORDER BY id"),
    "weights": (":many", "SELECT id, weight FROM pets ORDER BY id"),
    "ages": (":many", "SELECT id, age FROM pets ORDER BY id"),
    "notes": (":many", "SELECT id, note FROM pets ORDER BY id"),
    "born": (":many", "SELECT born FROM pets"),
    "chips": (":many", "SELECT chip FROM pets WHERE chip IS NOT NULL"),
    "owned": (
        ":many",
        "SELECT p.id, o.name AS owner FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id",
    ),
    "rows_within": (
        ":many",
        "SELECT p.id, o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id",
    ),
    "two_rows": (
        ":many",
        "SELECT pets, o FROM pets LEFT JOIN owners AS o ON o.id = pets.owner_id ORDER BY o, pets",
    ),
    "added_row": (
        ":many",
        "INSERT INTO owners AS o (id, name) VALUES (7, 'Eve') RETURNING o, o.id",
    ),
    "made_rows": (
        ":many",
        "SELECT p.id, ROW(o.id, o.name) AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id",
    ),
    "homes": (":many", "SELECT id, home FROM owners"),
    "view": (":many", "SELECT id, chip FROM chips ORDER BY id"),
    "codes": (":many", "SELECT id, code FROM pets ORDER BY id"),
    "set_code": (":execrows", "UPDATE pets SET code = :code WHERE id = :id"),
    "add_owner": (":exec", "INSERT INTO owners VALUES (:id, :name)"),
    "add_named": (":exec", "INSERT INTO owners (id, name) VALUES (:id, :name)"),
    "count": (":one", "SELECT count(*) AS pets, min(age) AS youngest FROM pets"),
    "name_sizes": (":many", "SELECT id, length(name) AS size FROM pets"),
    "all_notes": (":one", "SELECT array_agg(name ORDER BY id) AS names FROM pets"),
    "set_word": (":execrows", "UPDATE owners SET word = :word WHERE id = :id"),
    "chip_from_note": (":execrows", "UPDATE pets SET chip = note WHERE id = :id"),
    "add_plain": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name) VALUES (5, 1, 'Ali')",
    ),
    "next_number": (":one", "SELECT nextval('numbers'::regclass) AS n"),
    "twice": (":one", "SELECT doubled(:n) AS n"),
    "by_json": (
        ":many",
        "SELECT jsonb_build_object('id', id, 'name', name) AS pet FROM pets",
    ),
    "add": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name) VALUES (:id, :owner_id, :name)",
    ),
    "add_note": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name, note) VALUES (:id, 1, 'x', :note)",
    ),
    "copy": (
        ":copy",
        "INSERT INTO pets (id, owner_id, name) VALUES (:id, :owner_id, :name)",
    ),
    "upsert": (
        ":exec",
        (
            "INSERT INTO pets (id, owner_id, name, chip) VALUES (:id, 1, :name, :chip)"
            " ON CONFLICT (chip) DO UPDATE SET name = excluded.name"
        ),
    ),
    "rename": (":execrows", "UPDATE pets SET name = :name WHERE id = :id"),
    "set_status": (":execrows", "UPDATE pets SET status = :status WHERE id = :id"),
    "set_size": (":execrows", "UPDATE pets SET size = :size WHERE id = :id"),
    "set_large": (":execrows", "UPDATE pets SET size = 'large' WHERE id = :id"),
    "set_weight": (":execrows", "UPDATE pets SET weight = :weight WHERE id = :id"),
    "set_age": (":execrows", "UPDATE pets SET age = :age WHERE id = :id"),
    "set_note": (":execrows", "UPDATE pets SET note = :note WHERE id = :id"),
    "patch": (
        ":optional",
        (
            "-- sqlgen: optional name, note\n"
            "UPDATE pets SET name = :name, -- the call name\n  note = :note WHERE id = :id RETURNING *"
        ),
    ),
    "add_sized": (
        ":exec",
        (
            "-- sqlgen: default size\n"
            "INSERT INTO pets (id, owner_id, name, size) VALUES (:id, 1, 'x', :size)"
        ),
    ),
    "labels": (":many", "SELECT id, label FROM labels ORDER BY id"),
    "label_ids": (":many", "SELECT id FROM labels ORDER BY id"),
    "outer_view": (":many", "SELECT id, label FROM outer_labels ORDER BY id"),
    "tripled": (":one", "SELECT tripled(:n) AS n"),
    "tripled_one": (":one", "SELECT tripled(id) AS n FROM pets WHERE id = 1"),
    "total": (":one", "SELECT total(id ORDER BY id) AS n FROM pets"),
    "call_it": (":exec", "CALL age_all(:years)"),
    "older": (":many", "SELECT id, older FROM pets ORDER BY id"),
    "sorted": (":many", "SELECT id FROM pets ORDER BY status, id"),
    "default_size": (":execrows", "UPDATE pets SET size = DEFAULT WHERE id = :id"),
    "add_default": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name, size) VALUES (8, 1, 'x', DEFAULT), (9, 1, 'y', 'large')",
    ),
    "add_given": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name, size) VALUES (:id, 1, 'x', :size)",
    ),
    "add_toy": (":exec", "INSERT INTO toys (id, kind) VALUES (:id, 'x')"),
    "add_selected": (
        ":exec",
        "INSERT INTO pets (id, owner_id, name) SELECT id + 10, owner_id, name FROM pets",
    ),
    "remove_owner": (":execrows", "DELETE FROM owners WHERE id = :id"),
    "remove": (":execrows", "DELETE FROM pets WHERE id = :id"),
}

CALLS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "pet": [{"id": 1}],
    "pet_name": [{"id": 1}],
    "by_chip": [{"chip": "c1"}],
    "twice": [{"n": 2}],
    "tripled": [{"n": 2}],
    "call_it": [{"years": 1}],
    "add_toy": [{"id": 1}],
    "add_given": [{"id": 3, "size": "large"}],
    "default_size": [{"id": 1}],
    "set_word": [{"id": 1, "word": "good"}, {"id": 1, "word": "bad"}],
    "set_code": [{"id": 1, "code": "x"}, {"id": 1, "code": "y"}],
    "add_owner": [{"id": 3, "name": "Bob"}],
    "add_named": [{"id": 3, "name": "Bob"}],
    "add": [{"id": 3, "owner_id": 1, "name": "Ida"}],
    "copy": [{"rows": [Row(id=3, owner_id=1, name="Ida")]}],
    "add_note": [{"id": 3, "note": "a"}, {"id": 3, "note": None}],
    "upsert": [{"id": 3, "name": "Ida", "chip": "c3"}],
    "rename": [{"id": 1, "name": "Max"}, {"id": 1, "name": "M" * 20}],
    "set_status": [{"id": 1, "status": "planned"}, {"id": 1, "status": "done"}],
    "set_size": [{"id": 1, "size": "small"}, {"id": 1, "size": "large"}],
    "set_large": [{"id": 1}],
    "set_weight": [{"id": 1, "weight": 999}, {"id": 1, "weight": None}],
    "set_age": [{"id": 1, "age": 3}, {"id": 1, "age": 2**31 - 1}, {"id": 1, "age": -1}],
    "set_note": [{"id": 1, "note": "b"}, {"id": 1, "note": None}],
    "patch": [{"id": 1}, {"id": 1, "note": None}, {"id": 2, "name": "Max"}],
    "remove_owner": [{"id": 9}],
    "remove": [{"id": 1}],
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A migration, and the queries that it is tried with.

    `queries` are names of `QUERIES`; `new` are those that the new code has otherwise, with other texts.
    `deployed` are the verdicts on the deployed code after the migration, `current` those on the
    new code before it; queries that are in neither run as before. `before` and `after` insert the rows that show what
    is found: before the migration, on the base schema, and after it; `before_deploying` only those that the new
    code meets. `calls` replaces the `CALLS` of a query, `new_calls` those of the new code.
    `schema` comes on top of `BASE`.
    `role` is who calls them, if not a superuser. `is_guarded`: `check_schema` of the deployed code finds what
    breaks it. `is_configured`: the role is the one of the configuration, too.
    """

    change: str
    queries: str
    deployed: Verdicts = field(default_factory=dict)
    current: Verdicts = field(default_factory=dict)
    new: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    before_deploying: str = ""
    role: str = ""
    schema: str = ""
    is_guarded: bool = False
    is_configured: bool = False
    calls: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    new_calls: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


CASES: Mapping[str, Case] = {
    "the default that calls leave a value to is dropped": Case(
        change="ALTER TABLE pets ALTER COLUMN size DROP DEFAULT",
        queries="add_sized",
        new={
            "add_sized": "INSERT INTO pets (id, owner_id, name, size) VALUES (:id, 1, 'x', :size)"
        },
        deployed={"add_sized": "may fail"},
        calls={"add_sized": [{"id": 3}, {"id": 3, "size": "large"}]},
        new_calls={"add_sized": [{"id": 3, "size": "large"}]},
    ),
    "a column that calls may set is dropped": Case(
        change="ALTER TABLE pets DROP COLUMN note",
        queries="patch",
        new={"patch": "UPDATE pets SET name = :name WHERE id = :id RETURNING *"},
        deployed={"patch": "breaks"},
        new_calls={"patch": [{"id": 1, "name": "Max"}]},
        is_guarded=True,
    ),
    "a table is added": Case(
        change="CREATE TABLE visits (id int PRIMARY KEY, pet_id int REFERENCES pets)",
        queries="pet add remove",
        after="INSERT INTO visits VALUES (1, 1)",
        deployed={"remove": "may fail"},
    ),
    "a table is added that the new code reads": Case(
        change="CREATE TABLE visits (id int PRIMARY KEY)",
        queries="pet_names",
        new={"pet_names": "SELECT id, 'x' AS name FROM visits"},
        current={"pet_names": "breaks"},
    ),
    "a table is dropped": Case(
        change="DROP TABLE pets CASCADE",
        queries="pet_names remove_owner",
        new={"pet_names": "SELECT id, name FROM owners"},
        deployed={"pet_names": "breaks"},
        is_guarded=True,
        current={"remove_owner": "may fail"},
        new_calls={"remove_owner": [{"id": 1}]},
    ),
    "a table is renamed": Case(
        change="ALTER TABLE owners RENAME TO people",
        queries="homes",
        new={"homes": "SELECT id, home FROM people"},
        deployed={"homes": "breaks"},
        current={"homes": "breaks"},
        is_guarded=True,
    ),
    "a table moves to another schema": Case(
        change="CREATE SCHEMA app; ALTER TABLE owners SET SCHEMA app",
        queries="homes",
        new={"homes": "SELECT id, home FROM app.owners"},
        deployed={"homes": "breaks"},
        current={"homes": "breaks"},
        is_guarded=True,
    ),
    "a table becomes a view": Case(
        change="ALTER TABLE owners RENAME TO people; CREATE VIEW owners AS SELECT * FROM people",
        queries="remove_owner",
    ),
    "a nullable column is added": Case(
        change="ALTER TABLE pets ADD COLUMN colour text",
        queries="pet pet_name add copy patch",
        current={"pet": "breaks", "patch": "breaks"},
    ),
    "a column with a default is added": Case(
        change="ALTER TABLE pets ADD COLUMN colour text NOT NULL DEFAULT 'red'",
        queries="pet_name add copy",
    ),
    "a required column is added": Case(
        change="ALTER TABLE pets ADD COLUMN colour text NOT NULL DEFAULT 'red';"
        " ALTER TABLE pets ALTER colour DROP DEFAULT",
        queries="pet_name add rename",
        new={
            "add": "INSERT INTO pets (id, owner_id, name, colour) VALUES (:id, :owner_id, :name, 'red')"
        },
        deployed={"add": "breaks"},
        current={"add": "breaks"},
        is_guarded=True,
    ),
    "a required column is added that COPY leaves out": Case(
        change="ALTER TABLE pets ADD COLUMN colour text NOT NULL DEFAULT 'red';"
        " ALTER TABLE pets ALTER colour DROP DEFAULT",
        queries="copy",
        new={
            "copy": "INSERT INTO pets (id, owner_id, name, colour)"
            " VALUES (:id, :owner_id, :name, :colour)"
        },
        deployed={"copy": "breaks"},
        current={"copy": "breaks"},
        new_calls={
            "copy": [{"rows": [Row(id=3, owner_id=1, name="Ida", colour="red")]}]
        },
        is_guarded=True,
    ),
    "a column is dropped": Case(
        change="ALTER TABLE pets DROP COLUMN note",
        queries="pet notes pet_name add",
        new={"notes": "SELECT id, 'x' AS note FROM pets"},
        deployed={"pet": "breaks", "notes": "breaks"},
        is_guarded=True,
    ),
    "a column is renamed": Case(
        change="ALTER TABLE pets RENAME note TO remark",
        queries="notes pet_name",
        new={"notes": "SELECT id, remark AS note FROM pets"},
        deployed={"notes": "breaks"},
        current={"notes": "breaks"},
        is_guarded=True,
    ),
    "SET NOT NULL": Case(
        change="UPDATE pets SET note = '' WHERE note IS NULL;"
        " ALTER TABLE pets ALTER note SET NOT NULL",
        queries="notes add_note set_note",
        deployed={"add_note.note": "may fail", "set_note.note": "may fail"},
        current={"notes.note": "widens"},
        new_calls={
            "add_note": [{"id": 3, "note": "a"}],
            "set_note": [{"id": 1, "note": "b"}],
        },
    ),
    "DROP NOT NULL": Case(
        change="ALTER TABLE pets ALTER name DROP NOT NULL",
        queries="pet_name rename",
        after="UPDATE pets SET name = NULL",
        deployed={"pet_name.name": "widens"},
        current={"rename.name": "may fail"},
        new_calls={"rename": [{"id": 1, "name": "Max"}, {"id": 1, "name": None}]},
        is_guarded=True,
    ),
    "a default is dropped": Case(
        change="ALTER TABLE pets ALTER size DROP DEFAULT",
        queries="add",
        new={
            "add": "INSERT INTO pets (id, owner_id, name, size) VALUES (:id, :owner_id, :name, 'large')"
        },
        deployed={"add": "breaks"},
        is_guarded=True,
    ),
    "a default is changed": Case(
        change="ALTER TABLE pets ALTER size SET DEFAULT 'large'",
        queries="add add_default add_given add_selected copy sizes",
        deployed=dict.fromkeys(
            ["add", "add_default", "add_selected", "copy"], "changes"
        ),
        current=dict.fromkeys(
            ["add", "add_default", "add_selected", "copy"], "changes"
        ),
    ),
    "a default of a column that may be NULL is dropped": Case(
        schema="ALTER TABLE pets ALTER age SET DEFAULT 1;",
        change="ALTER TABLE pets ALTER age DROP DEFAULT",
        queries="add ages set_age",
        deployed={"add": "changes"},
        current={"add": "changes"},
    ),
    "a default is dropped that only some statements need": Case(
        change="ALTER TABLE pets ALTER size DROP DEFAULT",
        queries="add_given add_default add_selected default_size set_size",
        new={
            "add_default": "SELECT 1",
            "add_selected": "SELECT 1",
            "default_size": "UPDATE pets SET size = 'small' WHERE id = :id",
        },
        deployed={
            "add_default": "breaks",
            "add_selected": "may fail",
            "default_size": "may fail",
        },
        is_guarded=True,
    ),
    "a default is added that only the new code relies on": Case(
        schema="CREATE TABLE toys (id int, kind text NOT NULL);",
        change="ALTER TABLE toys ALTER kind SET DEFAULT 'ball'",
        queries="add_toy",
        new={"add_toy": "INSERT INTO toys (id) VALUES (:id)"},
        current={"add_toy": "breaks"},
    ),
    "a column becomes GENERATED": Case(
        change="ALTER TABLE pets DROP COLUMN note;"
        " ALTER TABLE pets ADD COLUMN note text GENERATED ALWAYS AS (chip) STORED",
        queries="notes set_note",
        new={"set_note": "UPDATE pets SET chip = :note WHERE id = :id"},
        deployed={"notes": "loses data", "set_note": "breaks"},
        current={"notes": "changes"},
    ),
    "int becomes bigint": Case(
        change="ALTER TABLE pets ALTER age TYPE bigint",
        queries="ages set_age pet_name",
        deployed={"ages.age": "may fail"},
        current={"ages.age": "may fail", "set_age.age": "may fail"},
        new_calls={"set_age": [{"id": 1, "age": 3}, {"id": 1, "age": 2**40}]},
    ),
    "int becomes smallint": Case(
        change="ALTER TABLE pets ALTER age TYPE smallint",
        queries="set_age",
        deployed={"set_age.age": "may fail"},
        new_calls={"set_age": [{"id": 1, "age": 3}]},
    ),
    "int becomes text": Case(
        change="ALTER TABLE pets ALTER age TYPE text",
        queries="ages",
        deployed={"ages.age": "breaks"},
        current={"ages.age": "breaks"},
        is_guarded=True,
    ),
    "varchar becomes longer": Case(
        change="ALTER TABLE pets ALTER name TYPE varchar(40)",
        queries="rename add",
        current={"rename.name": "may fail", "add.name": "may fail"},
        new_calls={
            "rename": [{"id": 1, "name": "M" * 40}],
            "add": [{"id": 3, "owner_id": 1, "name": "M" * 40}],
        },
    ),
    "varchar becomes shorter": Case(
        change="ALTER TABLE pets ALTER name TYPE varchar(10)",
        queries="rename",
        deployed={"rename.name": "may fail"},
        new_calls={"rename": [{"id": 1, "name": "Max"}]},
    ),
    "varchar becomes text": Case(
        change="ALTER TABLE pets ALTER name TYPE text",
        queries="rename pet_name",
        deployed={"pet_name.name": "may fail"},
        current={"pet_name.name": "may fail", "rename.name": "may fail"},
        new_calls={"rename": [{"id": 1, "name": "M" * 40}]},
    ),
    "numeric becomes smaller": Case(
        change="ALTER TABLE pets ALTER weight TYPE numeric(3, 2) USING 1",
        queries="set_weight",
        deployed={"set_weight.weight": "may fail"},
        new_calls={"set_weight": [{"id": 1, "weight": 9}]},
    ),
    "timestamptz becomes timestamp": Case(
        change="ALTER TABLE pets ALTER born TYPE timestamp",
        queries="born",
        new={"born": "SELECT born AT TIME ZONE 'UTC' AS born FROM pets"},
        deployed={"born.born": "breaks"},
        current={"born.born": "breaks"},
        is_guarded=True,
    ),
    "a unique constraint is dropped": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_chip_key",
        queries="by_chip upsert",
        new={
            "by_chip": "SELECT id FROM pets WHERE chip = :chip LIMIT 1",
            "upsert": "INSERT INTO pets (id, owner_id, name, chip) VALUES (:id, 1, :name, :chip)",
        },
        after="UPDATE pets SET chip = 'c1'",
        deployed={"by_chip": "may fail", "upsert": "breaks"},
        current={"upsert": "may fail"},
        new_calls={"upsert": [{"id": 3, "name": "Ida", "chip": "c1"}]},
        is_guarded=True,
    ),
    "an index is dropped": Case(
        change="DROP INDEX pets_age; CREATE INDEX pets_name ON pets (name)",
        queries="pet rename",
    ),
    "a foreign key is dropped": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_owner_id_fkey",
        queries="owned remove_owner",
        after="UPDATE pets SET owner_id = 9",
        deployed={"owned.owner": "widens"},
        current={"remove_owner": "may fail"},
        new_calls={"remove_owner": [{"id": 1}]},
    ),
    "an enum gains a label": Case(
        change="ALTER TYPE status ADD VALUE 'missed'",
        queries="statuses set_status",
        after="UPDATE pets SET status = 'missed'",
        deployed={"statuses.status": "unknown value"},
        current={"set_status.status": "may fail"},
        new_calls={
            "set_status": [{"id": 1, "status": "done"}, {"id": 1, "status": "missed"}]
        },
        is_guarded=True,
    ),
    "an enum's label is renamed": Case(
        change="ALTER TYPE status RENAME VALUE 'done' TO 'finished'",
        queries="statuses set_status",
        before="UPDATE pets SET status = 'done'",
        deployed={
            "statuses.status": "unknown value",
            "set_status.status": "may fail",
        },
        current={
            "statuses.status": "unknown value",
            "set_status.status": "may fail",
        },
        new_calls={
            "set_status": [
                {"id": 1, "status": "planned"},
                {"id": 1, "status": "finished"},
            ]
        },
        is_guarded=True,
    ),
    "a CHECK allows one value more": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_size_check,"
        " ADD CONSTRAINT pets_size_check CHECK (size IN ('small', 'large', 'huge'))",
        queries="sizes set_size",
        after="UPDATE pets SET size = 'huge'",
        deployed={"sizes.size": "unknown value"},
        current={"set_size.size": "may fail"},
        new_calls={"set_size": [{"id": 1, "size": "huge"}]},
        is_guarded=True,
    ),
    "a CHECK allows one value less": Case(
        change="UPDATE pets SET size = 'small';"
        " ALTER TABLE pets DROP CONSTRAINT pets_size_check,"
        " ADD CONSTRAINT pets_size_check CHECK (size IN ('small'))",
        queries="sizes set_size",
        before_deploying="UPDATE pets SET size = 'large'",
        new_calls={"set_size": [{"id": 1, "size": "small"}]},
        deployed={"set_size.size": "may fail"},
        current={"sizes.size": "unknown value"},
        is_guarded=True,
    ),
    "a CHECK of values is dropped": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_size_check",
        queries="sizes set_size",
        after="UPDATE pets SET size = 'any'",
        deployed={"sizes.size": "unknown value"},
        current={"set_size.size": "may fail"},
        new_calls={"set_size": [{"id": 1, "size": "any"}]},
        is_guarded=True,
    ),
    "a domain's CHECK allows one value more": Case(
        change="ALTER DOMAIN code DROP CONSTRAINT code_check;"
        " ALTER DOMAIN code ADD CHECK (VALUE IN ('x', 'y', 'z'))",
        queries="codes set_code",
        after="UPDATE pets SET code = 'z'",
        deployed={"codes.code": "unknown value"},
        current={"set_code.code": "may fail"},
        new_calls={"set_code": [{"id": 1, "code": "z"}]},
        is_guarded=True,
    ),
    "a domain's CHECK is dropped": Case(
        change="ALTER DOMAIN code DROP CONSTRAINT code_check",
        queries="codes set_code",
        after="UPDATE pets SET code = 'any'",
        deployed={"codes.code": "unknown value"},
        current={"set_code.code": "may fail"},
        new_calls={"set_code": [{"id": 1, "code": "any"}]},
        is_guarded=True,
    ),
    "a domain's type is renamed": Case(
        change="ALTER DOMAIN code RENAME TO pet_code",
        queries="codes set_code",
    ),
    "a composite gains an attribute": Case(
        change="ALTER TYPE place ADD ATTRIBUTE zip text",
        queries="homes",
        current={"homes": "breaks"},
    ),
    "an attribute of a composite changes its type": Case(
        change="ALTER TABLE owners DROP COLUMN home; DROP TYPE place;"
        " CREATE TYPE place AS (street text, town int); ALTER TABLE owners ADD home place",
        queries="homes",
        after="UPDATE owners SET home = ('Main Street', 1)",
        deployed={"homes": "loses data"},
        current={"homes.home.town": "breaks"},
        is_guarded=True,
    ),
    "an attribute of a composite is renamed": Case(
        change="ALTER TYPE place RENAME ATTRIBUTE town TO city",
        queries="homes",
        deployed={"homes": "breaks"},
        current={"homes": "breaks"},
        is_guarded=True,
    ),
    "whole rows stay as they are": Case(
        change="CREATE INDEX ON pets (name)", queries="two_rows added_row"
    ),
    "a column of a row within loses NOT NULL": Case(
        change="ALTER TABLE owners ALTER name DROP NOT NULL",
        queries="rows_within two_rows made_rows",
        after="UPDATE owners SET name = NULL",
        deployed={
            "rows_within.owner.name": "widens",
            "two_rows.o.name": "widens",
            "made_rows.owner": "may fail",
        },
    ),
    "a function is dropped": Case(
        change="DROP FUNCTION doubled(int)",
        queries="twice",
        new={"twice": "SELECT 2 * :n::int AS n"},
        deployed={"twice": "breaks"},
    ),
    "a function gives another type": Case(
        change="DROP FUNCTION doubled(int);"
        " CREATE FUNCTION doubled(int) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
        queries="twice",
        deployed={"twice.n": "breaks"},
        current={"twice.n": "breaks"},
    ),
    "a function has other code": Case(
        change="CREATE OR REPLACE FUNCTION doubled(int) RETURNS int LANGUAGE sql"
        " IMMUTABLE AS 'SELECT 3 * $1'",
        queries="twice add",
        deployed={"twice": "changes"},
        current={"twice": "changes"},
    ),
    "a function is written otherwise": Case(
        change="CREATE OR REPLACE FUNCTION doubled(int) RETURNS int LANGUAGE sql"
        " IMMUTABLE AS $$ -- twice\n select 2  * $1 $$",
        queries="twice",
    ),
    "a view gains a column": Case(
        change="CREATE OR REPLACE VIEW chips AS SELECT id, chip, name FROM pets",
        queries="view",
    ),
    "a view is dropped": Case(
        change="DROP VIEW chips",
        queries="view",
        new={"view": "SELECT id, chip FROM pets ORDER BY id"},
        deployed={"view": "breaks"},
    ),
    "a view no longer leaves out NULLs": Case(
        change="CREATE OR REPLACE VIEW named AS SELECT id, note FROM pets",
        before="CREATE VIEW named AS SELECT id, note FROM pets WHERE note IS NOT NULL;",
        queries="pet_name",
    ),
    "a primary key is dropped": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_pkey",
        queries="pet_name",
        new={"pet_name": "SELECT id, name FROM pets WHERE id = :id LIMIT 1"},
        after="INSERT INTO pets (id, owner_id, name) VALUES (1, 1, 'Rex II')",
        deployed={"pet_name": "may fail"},
    ),
    "a unique key becomes a partial index": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_chip_key;"
        " CREATE UNIQUE INDEX ON pets (chip) WHERE age > 3",
        queries="by_chip upsert",
        new={
            "by_chip": "SELECT id FROM pets WHERE chip = :chip LIMIT 1",
            "upsert": "INSERT INTO pets (id, owner_id, name, chip) VALUES (:id, 1, :name, :chip)",
        },
        after="UPDATE pets SET chip = 'c1', age = 1",
        deployed={"by_chip": "may fail", "upsert": "breaks"},
        current={"upsert": "may fail"},
        new_calls={"upsert": [{"id": 3, "name": "Ida", "chip": "c1"}]},
        is_guarded=True,
    ),
    "a constraint is replaced by an index": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_chip_key;"
        " CREATE UNIQUE INDEX other_name ON pets (chip)",
        queries="by_chip upsert",
    ),
    "a column is dropped and added again": Case(
        change="ALTER TABLE owners DROP COLUMN name; ALTER TABLE owners ADD COLUMN name text",
        queries="add_owner add_named homes owned",
        new={"add_owner": "INSERT INTO owners (id, name) VALUES (:id, :name)"},
        deployed={
            "add_owner.name": "may fail",
            "owned.owner": "widens",
            "owned": "loses data",
        },
        current={
            "add_owner.name": "may fail",
            "add_named.name": "may fail",
            "owned": "changes",
        },
        is_guarded=True,
        calls={"add_owner": [{"id": 3, "name": "Bob"}]},
        new_calls={
            "add_owner": [{"id": 3, "name": None}],
            "add_named": [{"id": 3, "name": None}],
        },
    ),
    "an identity column is GENERATED ALWAYS": Case(
        change="ALTER TABLE owners ALTER id ADD GENERATED ALWAYS AS IDENTITY",
        queries="add_named",
        new={"add_named": "INSERT INTO owners (name) VALUES (:name || :id::text)"},
        deployed={"add_named": "breaks"},
        current={"add_named": "breaks"},
    ),
    "row-level security is enabled": Case(
        change="ALTER TABLE pets ENABLE ROW LEVEL SECURITY",
        queries="add_plain",
        role="pg_write_all_data",
        deployed={"add_plain": "may fail"},
    ),
    "JSON may have a null where it had none": Case(
        change="ALTER TABLE pets ALTER name DROP NOT NULL",
        queries="by_json name_sizes all_notes",
        after="UPDATE pets SET name = NULL",
        deployed={
            "by_json.pet.name": "widens",
            "name_sizes.size": "widens",
            "all_notes.names": "widens",
        },
    ),
    "a table becomes partitioned": Case(
        change="DROP VIEW chips; ALTER TABLE pets RENAME TO pets_old;"
        " CREATE TABLE pets (LIKE pets_old INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
        " PRIMARY KEY (id)) PARTITION BY LIST (id);"
        " CREATE TABLE pets_all PARTITION OF pets DEFAULT;"
        " INSERT INTO pets SELECT * FROM pets_old; DROP TABLE pets_old",
        queries="pet_name",
    ),
    "only comments and statistics change": Case(
        change="COMMENT ON TABLE pets IS 'animals'; CREATE STATISTICS s ON name, age FROM pets;"
        " ALTER TABLE pets SET (fillfactor = 90); GRANT SELECT ON pets TO PUBLIC",
        queries="pet add rename statuses",
    ),
    "a sequence is dropped": Case(
        change="DROP SEQUENCE numbers",
        before="",
        queries="next_number",
        new={"next_number": "SELECT 1::bigint AS n"},
        deployed={"next_number": "breaks"},
    ),
    "a CHECK is added": Case(
        change="ALTER TABLE pets ADD CHECK (age > 0)",
        queries="set_age pet_name rename remove",
        deployed={"set_age": "may fail"},
        new_calls={"set_age": [{"id": 1, "age": 3}]},
    ),
    "a CHECK that is NOT VALID is added": Case(
        change="ALTER TABLE pets ADD CHECK (age > 0) NOT VALID",
        queries="set_age",
        deployed={"set_age": "may fail"},
        new_calls={"set_age": [{"id": 1, "age": 3}]},
    ),
    "a CHECK refuses a constant": Case(
        change="ALTER TABLE pets DROP CONSTRAINT pets_size_check,"
        " ADD CONSTRAINT pets_size_check CHECK (size IN ('small'))",
        queries="set_large",
        new={"set_large": "UPDATE pets SET size = 'small' WHERE id = :id"},
        deployed={"set_large": "may fail"},
    ),
    "a CHECK has another name": Case(
        change="ALTER TABLE pets RENAME CONSTRAINT pets_size_check TO sizes",
        queries="set_size set_large sizes",
    ),
    "a foreign key is added": Case(
        change="ALTER TABLE pets ADD FOREIGN KEY (age) REFERENCES owners",
        before="INSERT INTO owners SELECT n, 'x' FROM generate_series(3, 5) AS n;",
        queries="set_age remove_owner rename",
        deployed={"set_age": "may fail", "remove_owner": "may fail"},
        calls={"remove_owner": [{"id": 3}]},
        new_calls={"set_age": [{"id": 1, "age": 3}], "remove_owner": [{"id": 4}]},
    ),
    "a foreign key no longer cascades": Case(
        change="ALTER TABLE toys DROP CONSTRAINT toys_pet_id_fkey,"
        " ADD FOREIGN KEY (pet_id) REFERENCES pets ON DELETE RESTRICT",
        schema="CREATE TABLE toys (pet_id int REFERENCES pets ON DELETE CASCADE);",
        before="INSERT INTO toys VALUES (1);",
        queries="remove rename",
        deployed={"remove": "may fail"},
        new_calls={"remove": [{"id": 2}]},
    ),
    "a unique constraint is added": Case(
        change="ALTER TABLE pets ADD UNIQUE (name)",
        queries="rename set_note",
        deployed={"rename": "may fail"},
        calls={"rename": [{"id": 1, "name": "Tom"}]},
        new_calls={"rename": [{"id": 1, "name": "Max"}]},
    ),
    "a unique index over an expression is added": Case(
        change="CREATE UNIQUE INDEX ON pets (lower(name))",
        queries="rename",
        deployed={"rename": "may fail"},
        calls={"rename": [{"id": 1, "name": "TOM"}]},
        new_calls={"rename": [{"id": 1, "name": "Max"}]},
    ),
    "an exclusion constraint is added": Case(
        change="ALTER TABLE pets ADD EXCLUDE USING hash (name WITH =)",
        queries="rename",
        deployed={"rename": "may fail"},
        calls={"rename": [{"id": 1, "name": "Tom"}]},
        new_calls={"rename": [{"id": 1, "name": "Max"}]},
    ),
    "a trigger is added": Case(
        change="CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.name = 'Max' THEN RAISE 'no'; END IF; RETURN NULL; END$$;"
        " CREATE TRIGGER refusing AFTER UPDATE OF name ON pets FOR EACH ROW"
        " EXECUTE FUNCTION refuse()",
        queries="rename set_note remove",
        deployed={"rename": "may fail"},
        current={"rename": "changes"},
    ),
    "a domain gets a CHECK": Case(
        change="ALTER DOMAIN word ADD CHECK (VALUE <> 'bad')",
        queries="set_word",
        deployed={"set_word": "may fail"},
        new_calls={"set_word": [{"id": 1, "word": "good"}]},
    ),
    "SET NOT NULL of what comes from another column": Case(
        change="UPDATE pets SET chip = coalesce(chip, ''); ALTER TABLE pets ALTER chip SET NOT NULL",
        before="UPDATE pets SET note = NULL;",
        queries="chip_from_note",
        new={"chip_from_note": "UPDATE pets SET chip = id::text WHERE id = :id"},
        deployed={"chip_from_note": "may fail"},
        calls={"chip_from_note": [{"id": 1}]},
    ),
    "an expression of a view changes": Case(
        schema=LABELS,
        change="CREATE OR REPLACE VIEW labels AS SELECT id, lower(name) AS label FROM pets",
        queries="labels label_ids outer_view pet_name",
        deployed={"labels": "changes", "outer_view": "changes"},
        current={"labels": "changes", "outer_view": "changes"},
    ),
    "a view has other rows": Case(
        change="CREATE OR REPLACE VIEW chips AS SELECT id, chip FROM pets WHERE id > 1",
        queries="view pet_name",
        deployed={"view": "changes"},
        current={"view": "changes"},
    ),
    "a view that a view reads has other rows": Case(
        schema=LABELS,
        change="CREATE OR REPLACE VIEW labels AS SELECT id, upper(name) AS label FROM pets WHERE id > 1",
        queries="outer_view pet_name",
        deployed={"outer_view": "changes"},
        current={"outer_view": "changes"},
    ),
    "a view is dropped and created again as it was": Case(
        schema=LABELS,
        change="DROP VIEW labels CASCADE; " + LABELS,
        queries="labels outer_view",
    ),
    "a column behind a view is renamed": Case(
        schema=LABELS,
        change="ALTER TABLE pets RENAME name TO title",
        queries="labels outer_view",
    ),
    "a function of a view has other code": Case(
        schema="CREATE VIEW labels AS SELECT id, doubled(age)::text AS label FROM pets;",
        change="CREATE OR REPLACE FUNCTION doubled(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 3 * $1'",
        queries="labels label_ids",
        deployed={"labels": "changes"},
        current={"labels": "changes"},
    ),
    "a SQL-standard body changes": Case(
        schema="CREATE FUNCTION tripled(n int) RETURNS int RETURN 3 * n;",
        change="CREATE OR REPLACE FUNCTION tripled(n int) RETURNS int RETURN 4 * n",
        queries="tripled twice",
        deployed={"tripled": "changes"},
        current={"tripled": "changes"},
    ),
    "a function that a function calls has other code": Case(
        schema="CREATE FUNCTION tripled(n int) RETURNS int LANGUAGE plpgsql AS"
        " $$BEGIN RETURN doubled(n) + n; END$$;",
        change="CREATE OR REPLACE FUNCTION doubled(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 3 * $1'",
        queries="tripled pet_name",
        deployed={"tripled": "changes"},
        current={"tripled": "changes"},
    ),
    "an aggregate is another one": Case(
        schema="CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');",
        change="CREATE OR REPLACE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '1')",
        queries="total",
        deployed={"total": "changes"},
        current={"total": "changes"},
    ),
    "a procedure has other code": Case(
        schema="CREATE PROCEDURE age_all(years int) LANGUAGE sql AS 'UPDATE pets SET age = age + years';",
        change="CREATE OR REPLACE PROCEDURE age_all(years int) LANGUAGE sql AS"
        " 'UPDATE pets SET age = age - years'",
        queries="call_it set_age",
        deployed={"call_it": "changes"},
        current={"call_it": "changes"},
    ),
    "a call means another function": Case(
        schema="CREATE FUNCTION tripled(bigint) RETURNS int LANGUAGE sql AS 'SELECT 3 * $1::int';",
        change="CREATE FUNCTION tripled(int) RETURNS int LANGUAGE sql AS 'SELECT 4 * $1'",
        queries="tripled_one",
        deployed={"tripled_one": "changes"},
        current={"tripled_one": "changes"},
    ),
    "the function of a trigger has other code": Case(
        schema=NOTING,
        change="CREATE OR REPLACE FUNCTION noting() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.note := 'changed'; RETURN NEW; END$$",
        queries="rename set_age pet_name remove",
        deployed={"rename": "changes"},
        current={"rename": "changes"},
    ),
    "a trigger is dropped": Case(
        schema=NOTING,
        change="DROP TRIGGER noting ON pets",
        queries="rename set_age pet_name",
        deployed={"rename": "changes"},
        current={"rename": "changes"},
    ),
    "a trigger is disabled": Case(
        schema=NOTING,
        change="ALTER TABLE pets DISABLE TRIGGER noting",
        queries="rename set_age",
        deployed={"rename": "changes"},
        current={"rename": "changes"},
    ),
    "a trigger is added that only assigns": Case(
        change=NOTING,
        queries="rename set_age",
        deployed={"rename": "changes"},
        current={"rename": "changes"},
    ),
    "the trigger of rows that a key deletes changes": Case(
        schema="CREATE TABLE toys (id int, pet_id int REFERENCES pets ON DELETE CASCADE);"
        " CREATE FUNCTION toy_lost() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN UPDATE owners SET name = 'sad'; RETURN OLD; END$$;"
        " CREATE TRIGGER toy_lost BEFORE DELETE ON toys FOR EACH ROW EXECUTE FUNCTION toy_lost();",
        before="INSERT INTO toys VALUES (1, 1);",
        change="CREATE OR REPLACE FUNCTION toy_lost() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN UPDATE owners SET name = 'very sad'; RETURN OLD; END$$",
        queries="remove rename",
        deployed={"remove": "changes"},
        current={"remove": "changes"},
    ),
    "a rule is dropped": Case(
        schema="CREATE RULE noted AS ON DELETE TO pets DO ALSO INSERT INTO owners (id, name) VALUES (1, 'x');",
        change="DROP RULE noted ON pets",
        queries="remove",
        deployed={"remove": "changes"},
        current={"remove": "may fail"},
    ),
    "a policy changes": Case(
        schema="ALTER TABLE pets ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON pets USING (id < 3);",
        change="ALTER POLICY own ON pets USING (id < 2)",
        queries="pet_names homes",
        role="pg_read_all_data",
        is_configured=True,
        deployed={"pet_names": "changes"},
        current={"pet_names": "changes"},
    ),
    "a policy refuses what is written": Case(
        schema="ALTER TABLE owners ENABLE ROW LEVEL SECURITY; CREATE POLICY every ON owners USING (true);",
        change="CREATE POLICY few ON owners AS RESTRICTIVE FOR INSERT WITH CHECK (id < 3)",
        queries="add_named",
        role="pg_write_all_data",
        is_configured=True,
        deployed={"add_named": "may fail"},
        current={"add_named": "changes"},
    ),
    "a column is generated otherwise": Case(
        schema="ALTER TABLE pets ADD older int GENERATED ALWAYS AS (age + 1) STORED;",
        change="ALTER TABLE pets DROP older;"
        " ALTER TABLE pets ADD older int GENERATED ALWAYS AS (age + 2) STORED",
        queries="older ages",
        deployed={"older": "changes"},
        current={"older": "changes"},
    ),
    "a function of a CHECK has other code": Case(
        schema="CREATE FUNCTION fits(text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$SELECT $1 <> 'Eve'$$;"
        " ALTER TABLE owners ADD CHECK (fits(name));",
        change="CREATE OR REPLACE FUNCTION fits(text) RETURNS bool LANGUAGE sql IMMUTABLE AS"
        " $$SELECT $1 <> 'Bob'$$",
        queries="add_named homes",
        calls={"add_named": [{"id": 3, "name": "Bob"}, {"id": 3, "name": "Eve"}]},
        new_calls={"add_named": [{"id": 3, "name": "Eve"}]},
        deployed={"add_named": "may fail"},
        current={"add_named": "may fail"},
    ),
    "a table is dropped and created again": Case(
        change="DROP TABLE pets CASCADE; DROP TABLE owners CASCADE;"
        " CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL, home place, word word)",
        queries="homes add_named",
        deployed={"homes": "loses data"},
        current={"homes": "changes"},
    ),
    "two columns take each other's name": Case(
        schema="ALTER TABLE pets ADD remark text DEFAULT 'x';",
        change="ALTER TABLE pets RENAME note TO other; ALTER TABLE pets RENAME remark TO note;"
        " ALTER TABLE pets RENAME other TO remark",
        queries="notes pet_name",
        deployed={"notes": "changes"},
        current={"notes": "changes"},
    ),
    "the values of a new column are copied": Case(
        change="ALTER TABLE pets ADD copy text; UPDATE pets SET copy = note;"
        " ALTER TABLE pets DROP note; ALTER TABLE pets RENAME copy TO note",
        queries="notes",
    ),
    "another table has the name": Case(
        schema="CREATE TABLE people (id int PRIMARY KEY, home place);",
        change="ALTER TABLE owners RENAME TO old_owners; ALTER TABLE people RENAME TO owners",
        queries="homes",
        deployed={"homes": "changes"},
        current={"homes": "changes"},
    ),
    "an enum is created again": Case(
        change="ALTER TABLE pets ALTER status DROP DEFAULT, ALTER status TYPE text;"
        " DROP TYPE status; CREATE TYPE status AS ENUM ('planned', 'done');"
        " ALTER TABLE pets ALTER status TYPE status USING status::status,"
        " ALTER status SET DEFAULT 'planned'",
        queries="statuses set_status pet_name add",
        deployed={"statuses.status": "may fail", "set_status.status": "may fail"},
        current={"statuses.status": "may fail", "set_status.status": "may fail"},
    ),
    "the labels of an enum have another order": Case(
        change="ALTER TABLE pets ALTER status DROP DEFAULT, ALTER status TYPE text;"
        " DROP TYPE status; CREATE TYPE status AS ENUM ('done', 'planned');"
        " ALTER TABLE pets ALTER status TYPE status USING status::status,"
        " ALTER status SET DEFAULT 'planned'",
        before="UPDATE pets SET status = 'done' WHERE id = 2;",
        queries="sorted add",
        deployed={"sorted": "changes"},
        current={"sorted": "changes"},
    ),
    "a domain is created again": Case(
        change="ALTER TABLE pets ALTER code TYPE text; DROP DOMAIN code;"
        " CREATE DOMAIN code AS text CHECK (VALUE IN ('x', 'y'));"
        " ALTER TABLE pets ALTER code TYPE code",
        queries="codes set_code",
        deployed={"codes.code": "may fail", "set_code.code": "may fail"},
        current={"codes.code": "may fail", "set_code.code": "may fail"},
    ),
    "a composite is created again": Case(
        change="ALTER TABLE owners ADD copy text; UPDATE owners SET copy = home::text;"
        " ALTER TABLE owners DROP home; DROP TYPE place; CREATE TYPE place AS (street text, town text);"
        " ALTER TABLE owners ADD home place; UPDATE owners SET home = copy::place",
        queries="homes",
    ),
}
