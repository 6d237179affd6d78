"""`sqlgen check`."""

from pathlib import Path

import click

from . import generation
from .options import cache_option, format_option


@click.command()
@click.option(
    "--offline",
    is_flag=True,
    help="Use the recorded analysis of the last build; needs no server.",
)
@format_option
@cache_option
@click.pass_obj
def check(directory: Path, offline: bool, format_: str) -> None:
    """Tell whether the generated code is current; write nothing.

    Does all that `build` does but the writing. Prints a diff and exits with 1 if
    `build` would change anything.

    With --offline, nothing is analysed: it is checked that migrations, queries and
    settings are those of the recorded analysis, and that it gives the generated code.
    So no warnings are reported.
    """
    generation.run_check(directory, offline=offline, format_=format_)
