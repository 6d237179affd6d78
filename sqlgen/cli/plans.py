"""`sqlgen plans`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .. import report
from ..model.diagnostic import Diagnostic, Label, Severity
from ..plans import PlanFindings, QueryFindings, UnindexedKey, UnservedCondition
from ..plans import plans as find_plans
from .console import Progress, configuration, exit_on_errors
from .options import cache_option, format_option


@click.command()
@click.argument("names", nargs=-1, metavar="[QUERY]...")
@format_option
@cache_option
@click.pass_obj
def plans(directory: Path, names: tuple[str, ...], format_: str) -> None:
    """Tell which conditions of queries no index can serve, and which indexes nothing uses.

    With QUERY names, only those queries. The plans are made on empty tables, with
    sequential scans disabled: they tell which indexes PostgreSQL can use for the
    conditions of a query. Nothing is executed.
    """
    with exit_on_errors(format_):
        config = configuration(directory)
        with Progress() as progress:
            result = find_plans(config, names, progress=progress)
    write = {"json": as_json, "github": as_github}.get(format_, as_text)
    click.echo(write(result))


def as_text(result: PlanFindings) -> str:
    """Return the findings for people: queries first, then indexes and foreign keys."""
    lines: list[str] = []
    for query in result.queries:
        lines += _query_lines(query)
    served = len([q for q in result.queries if not q.unserved and not q.error])
    lines.append(
        f"no condition without an index: {served} of {len(result.queries)} queries"
    )
    for index in result.unused:
        better = f"; plans use {index.instead} instead" if index.instead else ""
        lines.append(f"no query uses: index {index.name} of {index.table}{better}")
    for key in result.keys:
        lines += (f"no index for: {_key_message(key)}", f"  {key.index}")
    return "\n".join(map(report.printable, lines))


def as_json(result: PlanFindings) -> str:
    """Return the object that `docs/plans.md` promises to tools."""
    document = {
        "queries": list(map(_object, result.queries)),
        "unused_indexes": [
            {"index": i.name, "table": i.table, "instead": i.instead or None}
            for i in result.unused
        ],
        "foreign_keys": [
            {
                "constraint": key.name,
                "table": key.table,
                "columns": key.columns,
                "queries": key.queries,
                "through": key.through,
                "index": key.index,
            }
            for key in result.keys
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_github(result: PlanFindings) -> str:
    """Return annotations: warnings at queries, and notes about indexes."""
    return report.github([*_diagnostics(result)])


def _query_lines(query: QueryFindings) -> Iterator[str]:
    if query.error:
        yield f"{query.name}  has no plan: {query.error}"
    for one in query.unserved:
        yield f"{query.name}  {_message(one)}"
        for index in one.indexes:
            yield f"  {index}"
    if query.unserved and query.unseen:
        yield f"  not seen: what {', '.join(query.unseen)} does"


def _message(one: UnservedCondition) -> str:
    variants = f" ({'; '.join(one.variants)})" if one.variants else ""
    conditions = [*one.conditions]
    if len(conditions) > 1:
        conditions = [f"({c})" if " OR " in c else c for c in conditions]
    return f"no index of {one.table} serves {' and '.join(conditions)}{variants}"


def _key_message(key: UnindexedKey) -> str:
    columns = ", ".join(key.columns)
    return (
        f"{key.table} ({columns}), foreign key {key.name}, which PostgreSQL looks up for"
        f" {', '.join(key.queries)}"
    )


def _object(query: QueryFindings) -> dict[str, Any]:
    return {
        "name": query.name,
        "file": query.place.source.path,
        "line": query.place.line,
        "unserved": [
            {
                "table": one.table,
                "conditions": one.conditions,
                "variants": one.variants,
                "indexes": one.indexes,
            }
            for one in query.unserved
        ],
        "used": query.used,
        "not_seen": query.unseen,
        "error": query.error or None,
    }


def _diagnostics(result: PlanFindings) -> Iterator[Diagnostic]:
    for query in result.queries:
        for one in query.unserved:
            yield Diagnostic(
                code="no-index",
                message=f"{query.name}: {_message(one)}",
                label=Label(query.place),
                hint="; ".join(one.indexes),
                severity=Severity.WARNING,
            )
    for index in result.unused:
        yield _note(
            "unused-index", f"no query uses index {index.name} of {index.table}"
        )
    for key in result.keys:
        yield _note("unindexed-key", f"no index for {_key_message(key)}", key.index)


def _note(code: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code=code, message=message, label=None, hint=hint, severity=Severity.NOTE
    )
