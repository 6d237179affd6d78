"""The schemas that a command works on, one after the other, and the report of what was done in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NoReturn, TypeVar

import click

from ...migrate import MigrationRun, check_schema
from ...model.config import Config
from ...model.diagnostic import SqlgenError
from ..console import Progress, echo, exit_status, show
from .output import count, diagnostics_json, duration, print_json, run_json, run_printer

Function = TypeVar("Function", bound=Callable[..., Any])
Result = TypeVar("Result")


def schema_option(function: Function) -> Function:
    """Add `--schema NAME`, which may be repeated."""
    option = click.option(
        "--schema",
        "schemas",
        multiple=True,
        metavar="NAME",
        help="Work in this schema, which has a ledger of its own; may be repeated. Without it, in"
        " those of the setting `schemas`, if there are any.",
    )
    return option(function)


def chosen_schemas(config: Config, names: Sequence[str]) -> tuple[str, ...]:
    """Return the schemas to work on; none for that of the search path.

    Raises `ConfigurationError` for a name that no schema has, or a ledger of a certain schema.
    """
    schemas = tuple(dict.fromkeys(names)) or config.migrate.schemas
    for schema in schemas:
        check_schema(schema, config.migrate.table)
    return schemas


class SchemaState(StrEnum):
    """The outcome of a migration of one schema."""

    DONE = "done"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(slots=True)
class SchemaWork(Generic[Result]):
    """A schema with the migrations that ran in it, and the result or the error of the work."""

    schema: str
    runs: list[MigrationRun]
    state: SchemaState = SchemaState.NOT_TRIED
    result: Result | None = None
    error: SqlgenError | None = None


def work_on_each(
    schemas: Sequence[str],
    work: Callable[[str, Callable[[MigrationRun], None]], Result],
    progress: Progress,
    verb: str,
    format_: str,
) -> tuple[SchemaWork[Result], ...]:
    """Call *work* for each schema in order, until one fails.

    *work* is given the schema and a function to call with each migration that ran, which prints it
    with *verb* ("applied" or "reverted").
    """
    works = tuple(SchemaWork[Result](schema, []) for schema in schemas)
    for number, schema_work in enumerate(works, start=1):
        name = schema_work.schema
        progress(f"schema {number} of {len(works)}: {name}")
        printer = run_printer(f"{name}: {verb}", progress, format_)

        def note(
            run: MigrationRun,
            runs: list[MigrationRun] = schema_work.runs,
            print_run: Callable[[MigrationRun], None] = printer,
        ) -> None:
            runs.append(run)
            print_run(run)

        try:
            schema_work.result = work(name, note)
        except SqlgenError as error:
            schema_work.state, schema_work.error = SchemaState.FAILED, error
            break
        schema_work.state = SchemaState.DONE
    return works


def report_runs(
    works: Sequence[SchemaWork[Any]], verb: str, format_: str, *, none: str
) -> None:
    """Print what ran in each schema; exit with the status of the error, if there is one."""
    if format_ == "json":
        print_json(
            {
                "schemas": [
                    {
                        "schema": work.schema,
                        "state": str(work.state),
                        verb: [run_json(run) for run in work.runs],
                        "diagnostics": diagnostics_json(work.error),
                    }
                    for work in works
                ]
            }
        )
    else:
        for work in works:
            if work.state is SchemaState.DONE and not work.runs:
                echo(f"{work.schema}: {none}")
        runs = [run for work in works for run in work.runs]
        total = duration(sum(run.seconds for run in runs))
        done = sum(work.state is SchemaState.DONE for work in works)
        if done == len(works):
            echo(
                f"{count(done, 'schema')}: {count(len(runs))} {verb}"
                + (f" in {total}" if runs else "")
            )
    failed = next((work for work in works if work.error is not None), None)
    if failed is not None:
        _exit_with_failure(works, failed, format_)


def _exit_with_failure(
    works: Sequence[SchemaWork[Any]], failed: SchemaWork[Any], format_: str
) -> NoReturn:
    assert failed.error is not None
    if format_ == "text":
        show(failed.error.diagnostics)
        for state in SchemaState:
            names = [work.schema for work in works if work.state is state]
            if names:
                echo(f"{state}: {', '.join(names)}", err=True)
    raise SystemExit(exit_status(failed.error))
