"""`sqlgen plans`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .. import report
from ..model.diagnostic import Diagnostic, Label, Severity
from ..plans import (
    AccessChange,
    PlanFindings,
    QueryAccess,
    QueryFindings,
    UnindexedKey,
    UnservedCondition,
)
from ..plans import plans as find_plans
from ..plans.comparison import scan_text
from ..plans.keys import table_name
from .console import FAILED, Progress, configuration, exit_on_errors
from .impact import shortened
from .options import cache_option, format_option


@click.command()
@click.argument("names", nargs=-1, metavar="[QUERY]...")
@click.option(
    "--statistics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What `pg_dump --statistics-only` of PostgreSQL 18 has written: show the plans that"
    " its server would make.",
)
@click.option(
    "--with-values",
    is_flag=True,
    help="Restore the most common values and histograms of the statistics, too.",
)
@click.option(
    "--from",
    "revision",
    metavar="REF",
    help="Tell what has changed since this git revision.",
)
@format_option
@cache_option
@click.pass_obj
def plans(
    directory: Path,
    names: tuple[str, ...],
    statistics: Path | None,
    with_values: bool,
    revision: str | None,
    format_: str,
) -> None:
    """Tell which conditions of queries no index can serve, and which indexes nothing uses.

    With QUERY names, only those queries. The plans are made on empty tables, with
    sequential scans disabled: they tell which indexes PostgreSQL can use for the
    conditions of a query. Nothing is executed. With --from, exits with 1 if a query
    has lost its index.
    """
    if with_values and statistics is None:
        raise click.UsageError("`--with-values` needs `--statistics FILE`")
    with exit_on_errors(format_):
        config = configuration(directory)
        with Progress() as progress:
            result = find_plans(
                config,
                names,
                statistics=statistics,
                with_values=with_values,
                revision=revision,
                progress=progress,
            )
    write = {"json": as_json, "github": as_github}.get(format_, as_text)
    click.echo(write(result))
    if any(change.is_loss for change in result.changes):
        raise SystemExit(FAILED)


def as_text(result: PlanFindings) -> str:
    """Return the findings for people: queries first, then indexes and foreign keys; or only the changes."""
    if result.revision:
        return "\n".join(map(report.printable, _change_lines(result)))
    lines = [*map(_access_line, result.accesses)]
    if result.missing:
        lines.append(f"not in the schema: {shortened(result.missing)}")
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
        "plans": list(map(_access, result.accesses)),
        "not_in_the_schema": result.missing,
        "from": result.revision or None,
        "changes": [
            {
                "query": change.query,
                "statement": change.variant,
                "table": change.table,
                "before": change.before,
                "now": change.now,
                "lost_index": change.is_loss,
            }
            for change in result.changes
        ],
    }
    return report.json_text(document)


def as_github(result: PlanFindings) -> str:
    """Return annotations: warnings at queries, and notes about indexes; or errors at queries that lost one."""
    if result.revision:
        return report.github([_change(c) for c in result.changes])
    return report.github([*_diagnostics(result)])


def _query_lines(query: QueryFindings) -> Iterator[str]:
    if query.error:
        yield f"{query.name}  has no plan: {query.error}"
    for one in query.unserved:
        yield f"{query.name}  {unserved_message(one)}"
        for index in one.indexes:
            yield f"  {index}"
    if query.unserved and query.unseen:
        yield f"  not seen: what {', '.join(query.unseen)} does"


def _change_lines(result: PlanFindings) -> Iterator[str]:
    for change in result.changes:
        yield f"{change.query}: {_change_message(change)}"
    lost = len({change.place for change in result.changes if change.is_loss})
    yield f"lost an index since {result.revision}: {lost} queries"


def _change_message(change: AccessChange) -> str:
    variant = f" ({change.variant})" if change.variant else ""
    return f"{change.before} → {change.now}{variant}"


def _change(change: AccessChange) -> Diagnostic:
    loss = change.is_loss
    return Diagnostic(
        code="lost-index" if loss else "other-plan",
        message=f"{change.query}: {_change_message(change)}",
        label=Label(change.place),
        severity=Severity.ERROR if loss else Severity.NOTE,
    )


def _access_line(access: QueryAccess) -> str:
    variant = f" ({access.variant})" if access.variant else ""
    scans = ", ".join(map(scan_text, access.summary.scans)) or "no table"
    plan = access.summary
    return f"{access.query}{variant}  {scans}; {plan.rows:,.0f} rows, cost {plan.cost:,.0f}"


def _access(access: QueryAccess) -> dict[str, Any]:
    return {
        "query": access.query,
        "statement": access.variant,
        "scans": [
            {
                "scan": scan.kind,
                "table": table_name(scan.table),
                "index": scan.index or None,
                "table_rows": scan.table_rows,
            }
            for scan in access.summary.scans
        ],
        "rows": access.summary.rows,
        "cost": access.summary.cost,
    }


def unserved_message(one: UnservedCondition) -> str:
    """Return the finding in words."""
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
                message=f"{query.name}: {unserved_message(one)}",
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
