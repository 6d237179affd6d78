"""`sqlgen build`."""

from pathlib import Path

import click

from . import generation
from .options import cache_option, format_option


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@format_option
@cache_option
@click.pass_obj
def build(directory: Path, files: tuple[Path, ...], format_: str) -> None:
    """Generate the typed functions of all queries, or only those of FILES.

    Applies the migrations to a scratch database, asks PostgreSQL for the types of
    every query, and writes the package. If anything is wrong, nothing is written.
    """
    generation.run_build(directory, files, format_)
