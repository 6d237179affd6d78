"""A database full of NULLs, and the question which columns of a query may be NULL."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database, describe, parse
from sqlgen.infer.nullability import column_verdicts, statement_scope
from sqlgen.infer.nullability.verdict import Verdict
from sqlgen.infer.tree import nodes
from sqlgen.infer.tree.query_level import statement_level
from sqlgen.model.catalog import Catalog, ScalarType
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedParameter

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN label AS text NOT NULL;
CREATE TABLE doctors (id int PRIMARY KEY, name text NOT NULL, room int, boss int REFERENCES doctors);
CREATE TABLE patients (
    id int PRIMARY KEY,
    name text NOT NULL,
    born_on date,
    doctor_id int REFERENCES doctors,
    guardian_id int NOT NULL REFERENCES doctors,
    tags text[],
    label label,
    mood mood,
    data jsonb,
    span int4range NOT NULL DEFAULT 'empty'
);
CREATE TABLE visits (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_id int NOT NULL,
    at timestamptz NOT NULL DEFAULT 'infinity',
    fee numeric,
    note text,
    phone text,
    mail text,
    CONSTRAINT phone_or_mail CHECK (phone IS NOT NULL OR mail IS NOT NULL)
);
CREATE TABLE empty (id int NOT NULL, a int NOT NULL, b int);
INSERT INTO doctors VALUES (1, 'Ada', 7, NULL), (2, 'Bob', NULL, 1);
INSERT INTO patients (id, name, born_on, doctor_id, guardian_id, tags, label, mood, data) VALUES
    (1, 'Cid', '2000-01-01', 1, 1, '{a,NULL}', 'x', 'sad', '{"a": null}'),
    (2, 'Dot', NULL, NULL, 2, NULL, 'y', NULL, NULL),
    (3, 'Eve', '1999-09-09', 2, 2, '{}', 'z', 'glad', '{"a": 1}');
INSERT INTO visits (patient_id, fee, note, phone, mail) VALUES
    (1, 10, 'n', '1', NULL), (1, NULL, NULL, NULL, 'm'), (9, NULL, NULL, '2', 'n');
"""


@dataclass
class World:
    """`catalog` is read again after `run` has changed the schema."""

    connection: psycopg.Connection[TupleRow]
    catalog: Catalog | None = None

    @property
    def major(self) -> int:
        return self.connection.info.server_version // 10000

    def verdicts(
        self, sql: str, nullable_parameters: Sequence[int] = (), never_null: str = ""
    ) -> dict[str, Verdict]:
        catalog = self.catalog = self.catalog or describe.catalog(self.connection)
        description = self._described(sql, catalog)
        tree = nodes.query(description.tree)
        assert tree is not None
        text = ScalarType(schema="pg_catalog", name="text", display="text")
        parameters = [
            TypedParameter(
                name="",
                number=number,
                type=text,
                nullable=number in nullable_parameters,
                reason="",
            )
            for number in range(1, len(description.parameter_types) + 1)
        ]
        scope = statement_scope(
            statement_level(catalog, tree),
            parameters,
            never_null.split(),
            nullable_elements=True,  # as in the rows above
        )
        verdicts, _ = column_verdicts(scope)
        names = [column.name for column in description.columns]
        return dict(zip(names, verdicts, strict=True))

    def check(
        self,
        sql: str,
        nullable: str = "",
        *,
        nullable_parameters: Sequence[int] = (),
        never_null: str = "",
        values: Sequence[object] | None = None,
    ) -> None:
        """Assert that just the columns named in *nullable* may be NULL, and that no other one is."""
        verdicts = self.verdicts(sql, nullable_parameters, never_null)
        assert {
            name: f"{'NULL' if v.nullable else 'not NULL'}: {v.reason}"
            for name, v in verdicts.items()
            if v.nullable != (name in nullable.split())
        } == {}
        assert set(nullable.split()) <= set(verdicts)
        if values is None and "$1" in sql:
            return
        with (
            psycopg.RawCursor(self.connection) as cursor,
            self.connection.transaction(force_rollback=True),
        ):
            cursor.execute(sql, values)
            result = cursor.pgresult
        # The bytes as they came: psycopg gives None for JSON's null as well.
        assert result is not None
        for row in range(result.ntuples):
            for column, verdict in enumerate(verdicts.values()):
                null = result.get_value(row, column) is None
                assert verdict.nullable or not null, (row, column, verdict)

    def reason(self, sql: str) -> str:
        """Return the reason of the only column."""
        [verdict] = self.verdicts(sql).values()
        return verdict.reason

    def run(self, script: str) -> None:
        self.catalog = None
        self.connection.execute(script)

    def _described(self, sql: str, catalog: Catalog) -> Description:
        file = parse.query_file(SourceFile("q.sql", f"-- name: q :many\n{sql};\n"))
        [description] = describe.queries(self.connection, catalog, file.queries)
        assert isinstance(description, Description), description
        return description


@pytest.fixture(scope="module")
def world(server: database.Server) -> Iterator[World]:
    """The database, shared by the tests of a module: what they add has names of its own."""
    with database.scratch(server) as connection:
        connection.execute(SCHEMA)
        yield World(connection)


@pytest.fixture(scope="module")
def newest(newest_server: database.Server) -> Iterator[World]:
    """The same on the newest server only, for what older ones do not have."""
    with database.scratch(newest_server) as connection:
        connection.execute(SCHEMA)
        yield World(connection)


Check = Callable[..., None]


@pytest.fixture
def check(world: World) -> Check:
    return world.check
