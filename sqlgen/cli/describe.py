"""`sqlgen describe`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from .. import report
from ..build import DescribedQuery, describe_queries
from ..build.query_names import check_query_names
from ..model.constraints import Violation
from ..model.diagnostic import Diagnostic
from ..model.order import Order
from ..model.query import Part, PartKind, Query
from .console import FAILED, Progress, configuration, exit_on_errors, is_coloured, show


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="A page for people, or one object for tools.",
)
@click.pass_obj
def describe(directory: Path, names: tuple[str, ...], format_: str) -> None:
    """Show each query's types, nullability and the reason of each.

    With NAMEs, only the queries of those names. Queries that PostgreSQL refuses are
    reported; the others are described all the same.
    """
    with exit_on_errors():
        config = configuration(directory)
        with Progress() as progress:
            queries, diagnostics = describe_queries(config, progress=progress)
        chosen = choose(queries, diagnostics, names)
    show(diagnostics)
    if format_ == "json":
        document = {"queries": [as_json(query) for query in chosen]}
        click.echo(report.json_text(document))
    else:
        for query in chosen:
            click.echo(as_text(query, color=is_coloured(sys.stdout)))
    if diagnostics:
        raise SystemExit(FAILED)


def choose(
    queries: Sequence[DescribedQuery],
    diagnostics: Sequence[Diagnostic],
    names: Sequence[str],
) -> list[DescribedQuery]:
    """Return the queries of those *names*, or all if there are none.

    Raises `ConfigurationError` for a name that no query has, unless some query could
    not be analysed: that may be the one.
    """
    if not diagnostics:
        known = {described.query.query.name for described in queries}
        check_query_names(names, known)
    return [d for d in queries if not names or d.query.query.name in names]


def as_json(described: DescribedQuery) -> dict[str, Any]:
    """Return the object that `docs/queries.md` promises to tools."""
    typed, shown = described.query, described.annotations
    query = typed.query
    return {
        "name": query.name,
        "file": query.name_span.source.path,
        "line": query.name_span.line,
        "command": query.command.value,
        "row": shown.row or None,
        "parameters_class": (
            shown.function.params.name if shown.function.params else None
        ),
        "deprecated": shown.function.deprecated or None,
        "cardinality": typed.cardinality.value,
        "parameters": [
            {
                "name": parameter.name,
                "pg_type": parameter.type.display,
                "py_type": annotation,
                "nullable": parameter.nullable,
                "reason": parameter.reason,
            }
            for parameter, annotation in zip(
                typed.parameters, shown.parameters, strict=True
            )
        ],
        "columns": [
            {
                "name": column.name,
                "pg_type": column.type.display,
                "py_type": annotation,
                "nullable": column.nullable,
                "override": column.override.text if column.override else None,
                "reason": column.reason,
            }
            for column, annotation in zip(typed.columns, shown.columns, strict=True)
        ],
        "reads": [str(column) for column in typed.reads],
        "writes": [str(column) for column in typed.writes],
        "read_only": typed.read_only,
        "optional": [
            {
                "parameters": part_names(query, part),
                "kind": str(part.kind),
                "text": query.part_text(part),
            }
            for part in query.parts
        ],
        "order": order_as_json(query.order) if query.order else None,
        "variants": query.variant_count,
        "analyses": query.analysis_count,
        "errors": [
            {"class": class_, **_constraint(violation)}
            for class_, violation in zip(
                shown.errors or [None] * len(typed.violations),
                typed.violations,
                strict=True,
            )
        ],
        "deferred_errors": [_constraint(each) for each in typed.deferred_violations],
        "unknown_errors": list(typed.unknown_effects),
    }


def _constraint(violation: Violation) -> dict[str, str]:
    return {
        "kind": violation.kind.value,
        "relation": f"{violation.schema}.{violation.relation}",
        "name": violation.name,
        "definition": violation.definition,
    }


def _errors(described: DescribedQuery) -> list[str]:
    """Return the lines about the constraints that a query can violate."""
    typed, shown = described.query, described.annotations
    names = shown.errors or [violation.name for violation in typed.violations]
    lines = [
        f"  raises {name}  {violation.relation}: {violation.definition}"
        for name, violation in zip(names, typed.violations, strict=True)
    ]
    lines += [
        f"  COMMIT checks {each.name}  {each.relation}: {each.definition}"
        for each in typed.deferred_violations
    ]
    lines += [f"  {effect} may raise others" for effect in typed.unknown_effects]
    return lines


def as_text(described: DescribedQuery, *, color: bool) -> str:
    """Return a block for people: the query, then a line for each parameter, column and error."""
    typed, shown = described.query, described.annotations
    span = typed.query.name_span
    head = f"{span.text} :{typed.query.command}"
    if typed.query.command.spec.always_returns_rows:
        head += f" -> {shown.row or shown.columns[0]}"
    head = report.printable(head)
    place = report.printable(span.source.origin or f"{span.source.path}:{span.line}")
    first = f"{click.style(head, bold=True) if color else head}  {place}"
    lines = [f"  {typed.row_count}, {typed.reads_or_writes}"]
    if shown.function.deprecated:
        lines.append(f"  deprecated: {' '.join(shown.function.deprecated.split())}")
    if shown.function.params:
        lines.append(f"  takes a {shown.function.params.name}")
    if typed.query.parts or typed.query.order:
        count, analyses = typed.query.variant_count, typed.query.analysis_count
        noun = "analyses" if analyses > 1 else "analysis"
        lines.append(f"  {count} variants, proved by {analyses} {noun}")
    for part in typed.query.parts:
        names = " and ".join([f":{name}" for name in part_names(typed.query, part)])
        text = " ".join(typed.query.part_text(part).split())
        becomes = "DEFAULT for" if part.kind is PartKind.DEFAULT else "without"
        lines.append(f"  {becomes} {names}: {text}")
    if order := typed.query.order:
        most = f" up to {order.most} of" if order.most else ""
        lines.append(f"  :{order.name} sorts by{most}")
        for key in order.keys:
            values = " or ".join(
                [json.dumps(v, ensure_ascii=False) for v, _ in key.choices]
            )
            lines.append(f"    {values}: {key.choices[0][1]}")
    table = [
        (f":{p.name}", p.type.display, annotation, p.reason)
        for p, annotation in zip(typed.parameters, shown.parameters, strict=True)
    ] + [
        (c.name, c.type.display, annotation, c.reason)
        for c, annotation in zip(typed.columns, shown.columns, strict=True)
    ]
    printable_rows = [list(map(report.printable, row)) for row in table]
    widths = [max((len(row[i]) for row in printable_rows), default=0) for i in range(3)]
    lines = [first, *map(report.printable, lines)]
    for row in printable_rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        reason = click.style(row[3], dim=True) if color else row[3]
        lines.append(f"  {'  '.join(cells)}  {reason}")
    lines += map(report.printable, _errors(described))
    return "\n".join(lines) + "\n"


def order_as_json(order: Order) -> dict[str, Any]:
    """Return the parameter that chooses the order, with the values and the item of ORDER BY of each key."""
    return {
        "parameter": order.name,
        "up_to": order.most or None,
        "keys": [
            {
                "values": [value for value, _ in key.choices],
                "items": [item for _, item in key.choices],
            }
            for key in order.keys
        ],
    }


def part_names(query: Query, part: Part) -> list[str]:
    """Return the names of a part's parameters."""
    return [p.name for p in query.parameters if p.number in part.parameters]
