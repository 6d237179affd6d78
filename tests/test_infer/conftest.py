"""Queries as they are after inference, on a real server's trees."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]
TypedAll = Callable[[Sequence[str]], list[TypedQuery]]

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm'));
CREATE TABLE patients (
    id int PRIMARY KEY,
    mrn text NOT NULL UNIQUE,
    name varchar(80) NOT NULL,
    born_on date,
    status text NOT NULL CHECK (status IN ('in', 'out')),
    size size,
    tags text[]
);
CREATE TABLE visits (
    id int PRIMARY KEY,
    patient_id int NOT NULL REFERENCES patients,
    at timestamptz NOT NULL,
    note text,
    "Odd name" int,
    UNIQUE (patient_id, at)
);
CREATE VIEW inpatients AS SELECT id, mrn AS number, status FROM patients WHERE status = 'in';
CREATE VIEW visitors AS
    SELECT p.id, p.mrn, p.status, v.id AS visit, v.note
    FROM visits AS v JOIN patients AS p ON p.id = v.patient_id;
"""


@pytest.fixture
def typed(connection: psycopg.Connection[TupleRow]) -> Typed:
    """Infers one statement, after statements that change the schema."""
    connection.execute(SCHEMA)

    def call(
        statement: str,
        *changes: str,
        command: str = "many",
        nullable_elements: bool = False,
    ) -> TypedQuery:
        for change in changes:
            connection.execute(change)
        text = f"-- name: q :{command}\n{statement}"
        parsed = parse.query_file(SourceFile("queries/q.sql", text)).queries
        catalog = describe.catalog(connection)
        [description] = describe.queries(connection, catalog, parsed)
        assert isinstance(description, Description), description
        return infer.query(description, catalog, nullable_elements=nullable_elements)

    return call


@pytest.fixture
def typed_all(connection: psycopg.Connection[TupleRow]) -> TypedAll:
    """Infers many statements on one catalog."""
    connection.execute(SCHEMA)
    catalog = describe.catalog(connection)

    def call(statements: Sequence[str]) -> list[TypedQuery]:
        text = "\n".join(
            f"-- name: q{number} :exec\n{statement};"
            for number, statement in enumerate(statements)
        )
        parsed = parse.query_file(SourceFile("queries/q.sql", text)).queries
        queries = []
        for description in describe.queries(connection, catalog, parsed):
            assert isinstance(description, Description), description
            queries.append(infer.query(description, catalog))
        return queries

    return call
