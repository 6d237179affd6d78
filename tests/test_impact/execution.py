"""Two revisions of a small project -> what really happens when one of the two goes first."""

import dataclasses
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import psycopg
from psycopg.rows import TupleRow
from typeguard import CollectionCheckStrategy, TypeCheckError, check_type

from sqlgen import build, database, read
from sqlgen.impact import Impact, compare
from sqlgen.impact.project import project

Calls = Mapping[str, Sequence[Mapping[str, Any]]]
"""The arguments of the calls of each function."""
Connection = psycopg.Connection[TupleRow]


class Revisions:
    """The deployed and the new revision of a project, with their generated packages.

    The names of the packages are those of the revisions: `deployed` and `current`.
    """

    def __init__(
        self,
        folder: Path,
        server: database.Server,
        schema: str,
        change: str,
        queries: Mapping[str, str],
    ) -> None:
        self._server, self._schema, self._change = server, schema, change
        scripts = {"1_base.sql": schema}
        for name, text in queries.items():
            if name == "current" and change:
                scripts["2_change.sql"] = change
            files = {
                "pyproject.toml": f"[tool.sqlgen]\noutput = '{name}'\n"
                f"server = '{server.conninfo}'\n",
                "queries/q.sql": text,
                **{f"migrations/{path}": script for path, script in scripts.items()},
            }
            for path, content in files.items():
                place = folder / name / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(content)
        self.roots = {name: folder / name for name in queries}

    def impact(self) -> Impact:
        deployed, current = (project(read.config(r)) for r in self.roots.values())
        return compare(deployed, current, "main")

    @contextmanager
    def modules(self) -> Iterator[dict[str, ModuleType]]:
        """Build both packages, and import the modules of their queries."""
        modules = {}
        sys.path[:0] = [str(root) for root in self.roots.values()]
        try:
            for name, root in self.roots.items():
                build.build(read.config(root))
                importlib.invalidate_caches()
                modules[name] = importlib.import_module(f"{name}.q")
            yield modules
        finally:
            del sys.path[: len(self.roots)]
            for name in [n for n in sys.modules if n.split(".")[0] in self.roots]:
                del sys.modules[name]

    def failures(
        self, module: ModuleType, calls: Calls, before: str, after: str
    ) -> dict[str, list[str]]:
        """Return the failures of each function on both sides of the migration, by its name.

        The first calls are made on the base schema with the rows of *before*. Then another connection
        migrates, and inserts the rows of *after*. The same connection goes on, which has prepared all
        statements, and a new one repeats the calls.
        """
        with database.scratch(self._server) as own:
            own.execute(self._schema.encode())
            own.execute(before.encode())
            with database.connect(self._server, own.info.dbname) as warm:
                warm.prepare_threshold = 0
                failed = {"before": _failures(warm, module, calls)}
                own.execute(self._change.encode())
                own.execute(after.encode())
                failed["prepared"] = _failures(warm, module, calls)
            with database.connect(self._server, own.info.dbname) as fresh:
                failed["after"] = _failures(fresh, module, calls)
        return {f"{when} {n}": v for when, f in failed.items() for n, v in f.items()}


def _failures(
    connection: Connection, module: ModuleType, calls: Calls
) -> dict[str, list[str]]:
    """Return what is wrong with the calls of each function; nothing is left in the database."""
    failures: dict[str, list[str]] = {}
    for name, values in calls.items():
        function = getattr(module, name)
        for arguments in values:
            # Not by psycopg's own transactions: after a rollback, it prepares all statements anew.
            connection.pgconn.exec_(b"BEGIN")
            try:
                result = function(connection, **arguments)
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                conforms(result, get_type_hints(function)["return"])
            except (psycopg.Error, ValueError, TypeError, TypeCheckError) as error:
                failures.setdefault(name, []).append(repr(error))
            finally:
                connection.pgconn.exec_(b"ROLLBACK")
    return failures


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
