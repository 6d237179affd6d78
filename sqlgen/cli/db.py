"""`sqlgen db`: the project's embedded development database."""

import os
import shutil
from pathlib import Path

import click

from .. import database
from ..database import development
from ..embedded import find_binaries
from ..migrate import project
from ..model.config import Config
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .confirmation import confirm, yes_option
from .console import Progress, configuration, exit_on_errors

database_option = click.option(
    "--database",
    "name",
    metavar="NAME",
    default=project.DEVELOPMENT_DATABASE,
    show_default=True,
    help="The database on the server, created if need be.",
)


@click.group()
def db() -> None:
    """Manage the project's embedded development server.

    Its files are in the project's folder `.sqlgen/`, which git ignores. It needs no
    Docker, listens on no port, and runs until it is stopped.
    """


@db.command()
@database_option
@click.pass_obj
def start(directory: Path, name: str) -> None:
    """Start the server, and print the database's URL."""
    with exit_on_errors():
        click.echo(url_of(configuration(directory), name))


@db.command()
@click.pass_obj
def stop(directory: Path) -> None:
    """Stop the server; its databases stay."""
    with exit_on_errors():
        config = configuration(directory)
        was_running = development.stop(config.root)
    click.echo("stopped" if was_running else "the server was not running")


@db.command()
@database_option
@click.pass_obj
def url(directory: Path, name: str) -> None:
    """Print the database's URL, as for DATABASE_URL; start the server if need be."""
    with exit_on_errors():
        click.echo(url_of(configuration(directory), name))


@db.command(context_settings={"ignore_unknown_options": True})
@database_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(directory: Path, name: str, arguments: tuple[str, ...]) -> None:
    """Open psql in the database, with psql's own ARGUMENTS."""
    with exit_on_errors():
        target_url = url_of(configuration(directory), name)
        program = psql_program()
    os.execv(program, (program, target_url, *arguments))


@db.command()
@yes_option
@click.pass_obj
def reset(directory: Path, yes: bool) -> None:
    """Stop the server and delete its files, with all databases."""
    with exit_on_errors():
        config = configuration(directory)
        confirm(f"Delete the development database of {config.root}?", yes=yes)
        development.remove(config.root)
    click.echo("deleted")


def url_of(config: Config, name: str) -> str:
    """Return the URL of one of the server's databases; start the server if need be."""
    with Progress() as progress:
        return database.url(
            project.target(config, None, name, progress=progress).conninfo
        )


def psql_program() -> str:
    """Return the path of psql: that of the embedded PostgreSQL, or else the system's.

    Raises `ServerUnavailableError` if there is none.
    """
    bundled = find_binaries().folder / "psql"
    path = str(bundled) if bundled.exists() else shutil.which("psql")
    if path is None:
        raise ServerUnavailableError(
            Diagnostic(
                code="no-psql",
                message="there is no psql on this machine",
                label=None,
                hint="install PostgreSQL's client, or use another one with the URL of"
                " `sqlgen db url`",
            )
        )
    return path
