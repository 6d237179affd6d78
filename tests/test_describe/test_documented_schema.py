"""The schema as people read it, asked with psycopg and without."""

from typing import Any

import psycopg

from sqlgen import describe
from sqlgen.model.catalog import RelationKind
from sqlgen.model.documentation import DocumentedColumn, DocumentedTable

SCHEMA = """
CREATE EXTENSION btree_gist;
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('sad', 'happy');
COMMENT ON TYPE mood IS 'How they are.';
CREATE DOMAIN price AS numeric(10, 2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0);
CREATE TYPE pair AS (a varchar(3), b int[]);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE owners (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(20) NOT NULL DEFAULT 'x' CHECK (name <> ''),
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
    gone int,
    mood mood
);
ALTER TABLE owners DROP COLUMN gone;
COMMENT ON TABLE owners IS 'Who pays.';
COMMENT ON COLUMN owners.name IS 'As on the card.';
CREATE TABLE billing.invoices (
    id int, owner_id bigint, first_id bigint,
    CONSTRAINT to_owner FOREIGN KEY (owner_id) REFERENCES owners ON DELETE CASCADE DEFERRABLE,
    CONSTRAINT late FOREIGN KEY (first_id) REFERENCES owners NOT VALID
);
CREATE INDEX by_owner ON billing.invoices (owner_id DESC) WHERE id > 0;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE INSERT ON owners FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW names AS SELECT id, name FROM owners;
CREATE MATERIALIZED VIEW moods AS SELECT mood FROM owners;
CREATE TABLE logs (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE TABLE refers (id int, at date, FOREIGN KEY (id, at) REFERENCES logs);
CREATE TEMP TABLE passing (id int);
"""


def test_schema(connection: psycopg.Connection[Any]) -> None:
    connection.execute(SCHEMA.encode())
    schema = describe.documented_schema(connection)
    tables = {table.key: table for table in schema.tables}
    assert list(tables) == sorted(tables)
    assert [name for _, name in tables] == [
        *("invoices", "logs", "logs_1", "moods", "names", "owners", "refers")
    ]
    owners = tables["public", "owners"]
    assert owners.comment == "Who pays."
    assert owners.kind is RelationKind.TABLE
    assert owners.columns == (
        DocumentedColumn(name="id", type="bigint", not_null=True, identity="always"),
        DocumentedColumn(
            name="name",
            type="character varying(20)",
            not_null=True,
            default="'x'::character varying",
            comment="As on the card.",
        ),
        DocumentedColumn(
            name="upper_name",
            type="text",
            default="upper((name)::text)",
            generated="stored",
        ),
        DocumentedColumn(name="mood", type="mood"),
    )
    assert [(c.kind, c.columns) for c in owners.constraints] == [
        ("primary key", ("id",)),
        ("check", ("name",)),
    ]
    assert [trigger.name for trigger in owners.triggers] == ["touch"]
    invoices = tables["billing", "invoices"]
    assert [(r.name, r.target, r.target_columns) for r in invoices.references] == [
        ("late", ("public", "owners"), ("id",)),
        ("to_owner", ("public", "owners"), ("id",)),
    ]
    assert "ON DELETE CASCADE DEFERRABLE" in invoices.references[1].definition
    [index] = invoices.indexes
    assert "(owner_id DESC) WHERE id > 0" in index.definition
    assert tables["public", "names"].definition.strip().startswith("SELECT")
    assert tables["public", "moods"].kind is RelationKind.MATERIALIZED_VIEW
    assert tables["public", "logs_1"].parents == (("public", "logs"),)
    assert len(tables["public", "refers"].references) == 1


def test_types(connection: psycopg.Connection[Any]) -> None:
    connection.execute(SCHEMA.encode())
    types = {t.name: t for t in describe.documented_schema(connection).types}
    assert list(types) == ["mood", "pair", "price", "span"]
    assert types["mood"].labels == ("sad", "happy")
    assert types["mood"].comment == "How they are."
    price = types["price"]
    assert (price.kind, price.base, price.not_null) == ("domain", "numeric(10,2)", True)
    assert [(c.name, c.kind) for c in price.constraints] == [("positive", "check")]
    assert [(a.name, a.type) for a in types["pair"].attributes] == [
        ("a", "character varying(3)"),
        ("b", "integer[]"),
    ]
    assert (types["span"].kind, types["span"].base) == ("range", "double precision")


def test_an_empty_database(connection: psycopg.Connection[Any]) -> None:
    schema = describe.documented_schema(connection)
    assert schema.tables == ()
    assert schema.types == ()


def test_without_psycopg(
    wire: describe.WireConnection, connection: psycopg.Connection[Any]
) -> None:
    connection.execute(SCHEMA.encode())
    tables: tuple[DocumentedTable, ...] = describe.documented_schema(wire).tables
    assert tables == describe.documented_schema(connection).tables
