"""`sqlgen impact`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from .. import report
from ..impact import Impact, ImpactFinding
from ..impact import impact as find_impact
from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.source import Span
from .console import FAILED, Progress, configuration, exit_on_errors
from .options import cache_option, format_option

MOST_NAMES: Final = 20
"""Columns that nobody reads, as many as people look through."""


@click.command()
@click.option(
    "--from",
    "revision",
    metavar="REF",
    help="The git revision that is deployed; without it, the newest commit of the main branch"
    " that HEAD has too.",
)
@format_option
@cache_option
@click.pass_obj
def impact(directory: Path, revision: str | None, format_: str) -> None:
    """Tell what migrations break in the deployed code, and what to deploy first.

    The deployed code is tried on the schema of the working tree, and the new code on
    the deployed schema. Exits with 1 if it is not safe to migrate before the new code
    is deployed.
    """
    with exit_on_errors(format_):
        config = configuration(directory)
        with Progress() as progress:
            result = find_impact(config, revision, progress=progress)
    write = {"json": as_json, "github": as_github}.get(format_, as_text)
    click.echo(write(result))
    if not result.may_migrate_first:
        raise SystemExit(FAILED)


def as_text(result: Impact) -> str:
    """Return the findings for people: those about the deployed code by script, then those about the new."""
    lines: list[str] = []
    if result.is_first:
        lines.append(f"nothing is deployed: {result.revision} has no `[tool.sqlgen]`")
    groups: dict[str, list[ImpactFinding]] = {}
    for finding in result.deployed:
        script = finding.script
        groups.setdefault(script.path if script else "the new schema", []).append(
            finding
        )
    if result.current:
        title = f"the new code on the schema of {result.revision}"
        groups[title] = [*result.current]
    findings = (*result.deployed, *result.current)
    width = max([len(finding.subject) for finding in findings], default=0)
    for title, group in groups.items():
        lines.append(title)
        lines += [
            f"  {f.verdict:<13}  {f.subject:<{width}}  {f.message}" for f in group
        ]
    lines.append(summary(result))
    if result.unread:
        lines.append(f"nobody reads: {shortened(result.unread)}")
    return "\n".join(map(report.printable, lines))


def as_json(result: Impact) -> str:
    """Return the object that `docs/deploying.md` promises to tools."""
    document = {
        "from": result.revision,
        "safe_to_migrate_first": result.may_migrate_first,
        "safe_to_deploy_first": result.may_deploy_first,
        "deployed_code": list(map(_object, result.deployed)),
        "new_code": list(map(_object, result.current)),
        "nobody_reads": result.unread,
    }
    return json.dumps(document, indent=2)


def as_github(result: Impact) -> str:
    """Return annotations: errors at migrations, and warnings at queries of the new code."""
    diagnostics = [
        _diagnostic(f, Span(f.script, 0, 0) if f.script else None, Severity.ERROR)
        for f in result.deployed
    ]
    diagnostics += [_diagnostic(f, f.place, Severity.WARNING) for f in result.current]
    diagnostics.append(
        Diagnostic(
            code="deploy-order",
            message=summary(result),
            label=None,
            severity=Severity.NOTE,
        )
    )
    return report.github(diagnostics)


def summary(result: Impact) -> str:
    """Return what is safe to do first."""
    words = {True: "yes", False: "no"}
    return (
        f"safe to migrate first: {words[result.may_migrate_first]}"
        f"   safe to deploy first: {words[result.may_deploy_first]}"
    )


def shortened(names: Sequence[str]) -> str:
    """Return the names, of which only the first are shown if they are many."""
    visible = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return f"{visible} and {more} more" if more > 0 else visible


def _object(finding: ImpactFinding) -> dict[str, Any]:
    return {
        "verdict": finding.verdict,
        "query": finding.query,
        "item": finding.item or None,
        "message": finding.message,
        "file": finding.place.source.path,
        "line": finding.place.line,
        "migration": finding.script.path if finding.script else None,
    }


def _diagnostic(
    finding: ImpactFinding, place: Span | None, severity: Severity
) -> Diagnostic:
    code = finding.verdict.replace(" ", "-")
    return Diagnostic(
        code=code,
        message=f"{finding.subject}: {finding.message}",
        label=Label(place) if place else None,
        severity=severity,
    )
