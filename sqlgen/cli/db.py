"""`sqlgen db`: the project's embedded development database."""

import ipaddress
import os
import re
import shutil
from pathlib import Path

import click

from .. import database
from ..conninfo import check_database_name
from ..database import development, tcp
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
    Docker, listens on no port unless asked to, and runs until it is stopped.
    """


@db.command()
@database_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this TCP port as well, from now on; 0 for none.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="The address of this machine that the port is at.",
)
@click.pass_obj
def start(directory: Path, name: str, port: int | None, host: str) -> None:
    """Start the server, and print the database's URL.

    With --port, programs that know no Unix sockets can connect too, such as DataGrip, DBeaver
    and programs in containers: the URL has a password then.
    """
    with exit_on_errors():
        config = configuration(directory)
        if port is not None:
            listen = tcp.Address(address_of(host), port) if port else tcp.NOWHERE
            with Progress() as progress:
                project.start_development_server(config, listen, progress=progress)
        click.echo(url_of(config, name, by_port=bool(port)))


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
@click.option(
    "--tcp", "by_port", is_flag=True, help="By the port of `db start --port`."
)
@click.pass_obj
def url(directory: Path, name: str, by_port: bool) -> None:
    """Print the database's URL, as for DATABASE_URL; start the server if need be."""
    with exit_on_errors():
        click.echo(url_of(configuration(directory), name, by_port=by_port))


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


def url_of(config: Config, name: str, *, by_port: bool = False) -> str:
    """Return the URL of one of the server's databases; start the server if need be."""
    check_database_name(name)
    with Progress() as progress:
        server = project.start_development_server(config, progress=progress)
        conninfo = development.url(server, name)
    if by_port:
        conninfo = development.tcp_url(config.root, name)
    return database.url(project.on_search_path(config, conninfo))


def address_of(host: str) -> str:
    """Return the host if it is an address or a plain name, not a list of them; raise `BadParameter`."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        if re.fullmatch(r"[A-Za-z0-9.-]+", host):
            return host
        raise click.BadParameter(
            f"`{host}` is neither an IP address nor the name of a host",
            param_hint="--host",
        ) from None


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
