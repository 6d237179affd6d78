"""Two revisions of a small project -> what really happens when one of the two goes first."""

import dataclasses
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, get_type_hints

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from typeguard import CollectionCheckStrategy, TypeCheckError, check_type

from sqlgen import database, describe, infer, parse, read, render
from sqlgen.impact import Impact, compare
from sqlgen.impact.project import project
from sqlgen.model.config import Config
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from tests.translation import translated_package

Calls = Mapping[str, Sequence[Mapping[str, Any]]]
"""The arguments of the calls of each function."""
Connection = psycopg.Connection[TupleRow]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of tables by their names."""


class Failures(NamedTuple):
    """The failures of functions by name: before the migration, and after it on two connections.

    `changed` are the functions whose calls do something else after the migration, `other_results` those that
    return something else.
    """

    before: dict[str, list[str]]
    prepared: dict[str, list[str]]
    after: dict[str, list[str]]
    mismatch: str
    changed: frozenset[str]
    other_results: frozenset[str]


class Outcomes(NamedTuple):
    """What came of calls, by the names of functions: failures, and the effect of each call."""

    failures: dict[str, list[str]]
    effects: dict[str, list[tuple[str, Tables]]]


class Revisions:
    """The deployed and the new revision of a project, and what their generated functions do.

    The names of their packages are `deployed` and `current`.
    """

    def __init__(
        self,
        folder: Path,
        server: database.Server,
        schema: str,
        change: str,
        queries: Mapping[str, str],
        role: str = "",
    ) -> None:
        self._server, self._schema, self._change = server, schema, change
        self._queries = queries
        self.roots = {name: folder / name for name in queries}
        scripts = {"1_base.sql": schema}
        for name, text in queries.items():
            if name == "current":
                scripts["2_change.sql"] = change
            files = {
                "pyproject.toml": f"[tool.sqlgen]\nserver = '{server.conninfo}'\n"
                + (f"role = '{role}'\n" if role else ""),
                "queries/q.sql": text,
                **{f"migrations/{path}": script for path, script in scripts.items()},
            }
            for path, content in files.items():
                place = self.roots[name] / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(content)

    def impact(self) -> Impact:
        deployed, current = (project(read.config(r)) for r in self.roots.values())
        return compare(deployed, current, "main")

    def failures(
        self, calls: Mapping[str, Calls], rows: Mapping[str, str], role: str
    ) -> dict[str, Failures]:
        """Return the failures of each revision's functions on both sides of the migration.

        The first calls are made on the base schema with *rows*. Then another connection migrates. The same
        connection goes on, which has prepared all statements, and a new one repeats the calls.
        """
        failures: dict[str, Failures] = {}
        with self._import_path():
            for name, root in self.roots.items():
                with database.scratch(self._server) as own:
                    own.execute(self._schema.encode())
                    if name == "deployed":
                        generate(root, name, own, self._queries[name])
                    own.execute(rows["before"].encode())
                    own.execute(rows.get(f"before {name}", "").encode())
                    module = importlib.import_module(f"{name}.q")
                    with database.connect(self._server, own.info.dbname) as warm:
                        warm.prepare_threshold = 0
                        set_role(warm, role)
                        before = _outcomes(warm, own, module, calls[name])
                        own.execute(self._change.encode())
                        own.execute(rows.get(f"after {name}", "").encode())
                        prepared = _outcomes(warm, own, module, calls[name])
                    with database.connect(self._server, own.info.dbname) as fresh:
                        set_role(fresh, role)
                        after = _outcomes(fresh, own, module, calls[name])
                        mismatch = _mismatch(fresh, name)
                    if name == "deployed":
                        new = self.roots["current"]
                        generate(new, "current", own, self._queries["current"])
                failures[name] = Failures(
                    before.failures,
                    prepared.failures,
                    after.failures,
                    mismatch,
                    _changed(before, after),
                    _other_results(before, after),
                )
        return failures

    @contextmanager
    def _import_path(self) -> Iterator[None]:
        sys.path[:0] = [str(root) for root in self.roots.values()]
        try:
            yield
        finally:
            del sys.path[: len(self.roots)]
            for name in [n for n in sys.modules if n.split(".")[0] in self.roots]:
                del sys.modules[name]


def generate(root: Path, name: str, connection: Connection, queries: str) -> None:
    """Write the package of the queries for the schema that the connection's database has."""
    file = parse.query_file(SourceFile("queries/q.sql", queries))
    catalog = describe.catalog(connection)
    outcomes = describe.queries(connection, catalog, file.queries)
    typed = [infer.query(d, catalog) for d in outcomes if isinstance(d, Description)]
    assert len(typed) == len(outcomes), outcomes
    for module in translated_package([(file, typed)], Config(root=root, output=name)):
        made = render.module(module)
        (root / made.path).parent.mkdir(parents=True, exist_ok=True)
        (root / made.path).write_text(made.text)
    importlib.invalidate_caches()


def _mismatch(connection: Connection, name: str) -> str:
    """Return what the package's own check finds in the database."""
    package = importlib.import_module(name)
    if not hasattr(package, "check_schema"):
        return ""  # none of its queries uses a table
    try:
        package.check_schema(connection)
    except package.SchemaMismatch as mismatch:
        return str(mismatch)
    return ""


def set_role(connection: Connection, role: str) -> None:
    if role:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def _outcomes(
    connection: Connection, own: Connection, module: ModuleType, calls: Calls
) -> Outcomes:
    """Return what comes of the calls of each function; nothing is left in the database.

    *own* is a superuser's connection, which tells what the tables are.
    """
    outcomes = Outcomes({}, {})
    for name, values in calls.items():
        function = getattr(module, name)
        for arguments in values:
            # Not by psycopg's own transactions: after a rollback, it prepares all statements anew.
            connection.pgconn.exec_(b"BEGIN")
            tables: Tables = {}
            try:
                result = function(connection, **arguments)
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                text = repr(result)
                conforms(result, get_type_hints(function)["return"])
                tables = _tables(connection, own)
            except (psycopg.Error, ValueError, TypeError, TypeCheckError) as error:
                text = type(error).__name__
                outcomes.failures.setdefault(name, []).append(repr(error))
            finally:
                connection.pgconn.exec_(b"ROLLBACK")
            outcomes.effects.setdefault(name, []).append((text, tables))
    return outcomes


def _tables(connection: Connection, own: Connection) -> Tables:
    """Return all rows of all tables, as *connection* sees them within its transaction."""
    connection.pgconn.exec_(b"RESET ROLE")
    names = own.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    return {
        name: [
            row
            for (row,) in connection.execute(
                sql.SQL("SELECT to_jsonb(t) FROM {} AS t ORDER BY t::text").format(
                    sql.Identifier(name)
                ),
                prepare=False,
            )
        ]
        for (name,) in names.fetchall()
    }


def _changed(before: Outcomes, after: Outcomes) -> frozenset[str]:
    """Return the functions that return something else, or leave other values in columns that were there."""

    def differs(one: tuple[str, Tables], other: tuple[str, Tables]) -> bool:
        tables = one[1].keys() & other[1].keys()
        return one[0] != other[0] or any(
            _common(one[1][name], other[1][name])
            != _common(other[1][name], one[1][name])
            for name in tables
        )

    return frozenset(
        [
            name
            for name, effects in before.effects.items()
            if any(map(differs, effects, after.effects[name]))
        ]
    )


def _common(
    rows: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows with the columns only that the others have too."""
    names = {name for row in others for name in row} if others else None
    return [
        {n: v for n, v in row.items() if names is None or n in names} for row in rows
    ]


def _other_results(before: Outcomes, after: Outcomes) -> frozenset[str]:
    return frozenset(
        [
            name
            for name, effects in before.effects.items()
            if [text for text, _ in effects]
            != [text for text, _ in after.effects[name]]
        ]
    )


def conforms(value: object, annotation: Any) -> None:
    """Raise `TypeCheckError` unless *value*, with all that it contains, has the type *annotation*."""
    every = CollectionCheckStrategy.ALL_ITEMS
    check_type(value, annotation, collection_check_strategy=every)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise TypeCheckError(
            "no time zone"
        )  # tables of these projects have timestamptz
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name, type_ in get_type_hints(type(value)).items():
            conforms(getattr(value, name), type_)
    elif isinstance(value, list):
        for item in value:
            conforms(item, type(item))
