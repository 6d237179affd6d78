"""`sqlgen plans`."""

from pathlib import Path

import click

from ..plans import plans as find_plans
from .console import FAILED, Progress, configuration, exit_on_errors
from .options import cache_option, format_option
from .plan_findings import as_github, as_json, as_text


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
