"""`sqlgen doctor`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from .. import database, report
from ..doctor import Remark, RemarkLevel, ServerFacts, examine, remarks
from ..migrate import project
from .console import FAILED, configuration, exit_on_errors

_COLORS: Final = {
    RemarkLevel.OK: "green",
    RemarkLevel.NOTE: "cyan",
    RemarkLevel.WARNING: "yellow",
    RemarkLevel.PROBLEM: "red",
}


@click.command()
@click.argument("url", required=False, envvar="DATABASE_URL", metavar="[URL]")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for people, or one object for tools.",
)
@click.pass_obj
def doctor(directory: Path, url: str | None, format_: str) -> None:
    """Tell what a database means for your migrations and generated code.

    Connects to URL, else to that of DATABASE_URL, and reads: is it a standby, what
    pooler is between, do prepared statements work, which settings matter? Exits with
    1 if something does not work.
    """
    with exit_on_errors(format_ if format_ == "json" else "text"):
        if url is None:
            url = project.target(configuration(directory), None, None).conninfo
        facts = examine(url)
    found = remarks(facts)
    if format_ == "json":
        click.echo(as_json(facts, found))
    else:
        click.echo(f"{database.url(url, with_password=False)}\n{as_text(found)}")
    if any(remark.level is RemarkLevel.PROBLEM for remark in found):
        raise SystemExit(FAILED)


def as_text(found: Sequence[Remark]) -> str:
    """Return a line for each remark, and one for its hint."""
    lines = []
    for remark in found:
        level = click.style(f"{remark.level:<9}", fg=_COLORS[remark.level])
        lines.append(f"{level}{report.printable(remark.message)}")
        if remark.hint:
            lines.append(f"{'':9}{report.printable(remark.hint)}")
    return "\n".join(lines)


def as_json(facts: ServerFacts, found: Sequence[Remark]) -> str:
    """Return the facts and the remarks as an object."""
    return json.dumps(
        {
            "version": facts.version,
            "database": facts.database,
            "user": facts.user,
            "standby": facts.is_standby,
            "pooling": facts.pooling.value,
            "prepared_statements": facts.prepares,
            "settings": dict(facts.settings),
            "extensions": dict(facts.extensions),
            "remarks": [
                {"level": r.level.value, "message": r.message, "hint": r.hint}
                for r in found
            ],
        },
        indent=2,
    )
