"""`sqlgen docs`."""

from pathlib import Path
from typing import Final

import click

from .. import report
from ..build.page_files import NO_PLANS, write_pages
from ..model.config import Config
from ..model.documentation import DocumentedPlan, QueryPlace
from ..model.progress import Progress as Step
from .console import Progress, collect_garbage_less, configuration, exit_on_errors

FOLDER: Final = Path("sqlgen-pages")
TITLE: Final = "Queries and schema"


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    default=FOLDER,
    show_default=True,
    help="The folder of the pages.",
)
@click.option(
    "--title",
    default=TITLE,
    show_default=True,
    help="The name at the head of each page.",
)
@click.option(
    "--plans",
    "with_plans",
    is_flag=True,
    help="Show what `sqlgen plans` tells of each query; it takes longer.",
)
@click.pass_obj
def docs(directory: Path, output: Path, title: str, with_plans: bool) -> None:
    """Write pages about the queries and the schema, for a browser.

    There is a page for each query, table and type, an overview, a search, and a picture
    of the foreign keys. They work from a folder and from any web server. Only files that
    sqlgen has made are overwritten or deleted.
    """
    collect_garbage_less()
    folder = directory if directory.is_dir() else directory.parent
    with exit_on_errors():
        config = configuration(directory)
        with Progress() as progress:
            plans = documented_plans(config, progress) if with_plans else NO_PLANS
            changes = write_pages(
                config, folder / output, title=title, plans=plans, progress=progress
            )
    counts = {
        "created": sum(change.before is None for change in changes),
        "updated": sum(None not in (change.before, change.after) for change in changes),
        "deleted": sum(change.after is None for change in changes),
    }
    parts = [f"{count} {verb}" for verb, count in counts.items() if count]
    shown = report.printable(str(output / "index.html"))
    click.echo(f"{shown}: {', '.join(parts) or 'current'}")


def documented_plans(
    config: Config, progress: Step
) -> dict[QueryPlace, DocumentedPlan]:
    """Return what the plans of the queries tell, by the queries' places."""
    from ..plans import plans
    from .plan_findings import order_message, unserved_message

    return {
        (query.place.source.path, query.place.start): DocumentedPlan(
            used=query.used,
            unserved=(
                *[(unserved_message(one), one.indexes) for one in query.unserved],
                *[
                    (order_message(page), (page.index,) if page.index else ())
                    for page in query.pages
                ],
            ),
            error=query.error,
        )
        for query in plans(config, progress=progress).queries
    }
