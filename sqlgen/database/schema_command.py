"""A command of another tool -> a scratch database that has the schema which the tool makes.

The command is given the database by the variables of its environment, as Alembic's, Django's and most
other configurations can read them. No shell is involved.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from ..conninfo import SECRETS
from ..model import session
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from .urls import url

_SHOWN_LINES: Final = 40
"""Lines of a command's output that are shown, the last ones."""
_READ_BYTES: Final = 64 * 1024

_HAS_ANYTHING: Final = """
SELECT FROM pg_catalog.pg_class WHERE oid >= '16384' AND relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL SELECT FROM pg_catalog.pg_proc WHERE oid >= '16384'
UNION ALL SELECT FROM pg_catalog.pg_type WHERE oid >= '16384'
LIMIT 1
"""


def run_schema_command(conninfo: str, config: Config) -> None:
    """Run the command of the configuration's `schema` against the database of *conninfo*.

    Raises `SqlgenError` with its output if it fails, and if the database has nothing afterwards;
    `ConfigurationError` if there is no such program.
    """
    assert config.schema is not None
    command = config.schema.command
    if config.search_path != Config(root=config.root).search_path:
        path = {"search_path": session.quoted_search_path(config.search_path)}
        options = conninfo_to_dict(conninfo).get("options") or ""
        options = f"{options} {session.startup_options(path)}".strip()
        conninfo = make_conninfo(conninfo, options=options)
    environment = command_environment(conninfo)
    with tempfile.TemporaryFile() as output:
        try:
            status = subprocess.run(
                command,
                cwd=config.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        except OSError as error:
            raise ConfigurationError(
                Diagnostic(
                    code="schema-command-failed",
                    message=f"`{command[0]}` cannot be run: {error.strerror}",
                    label=None,
                    hint="install it beside sqlgen, or correct `command` of `[tool.sqlgen.schema]`",
                )
            ) from None
        if status:
            lines = _last_lines(output.fileno(), conninfo)
            message = f"{config.schema} ended with status {status}"
            raise SqlgenError(
                Diagnostic(
                    code="schema-command-failed",
                    message="\n".join(
                        [f"{message}, and said:", *lines] if lines else [message]
                    ),
                    label=None,
                    hint="run it on an empty database of your own; sqlgen sets DATABASE_URL, PGHOST,"
                    " PGPORT, PGUSER and PGDATABASE for it",
                )
            )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if connection.execute(_HAS_ANYTHING).fetchone() is None:
            raise SqlgenError(
                Diagnostic(
                    code="schema-command-empty",
                    message=f"{config.schema} has left the database empty: it may have worked on"
                    " another one",
                    label=None,
                    hint="let the tool's configuration read DATABASE_URL, or PGHOST, PGPORT, PGUSER and"
                    " PGDATABASE, from the environment",
                )
            )


def command_environment(conninfo: str) -> dict[str, str]:
    """Return the environment for a command that is to work on the database of *conninfo*.

    All variables that libpq reads are set or removed, so that none of the user's leads elsewhere. The
    programs beside this Python are found first.
    """
    parameters = {
        k: str(v) for k, v in conninfo_to_dict(conninfo).items() if v is not None
    }
    environment = dict(os.environ)
    for option in Conninfo.get_defaults():
        if option.envvar:
            name, value = option.envvar.decode(), parameters.get(
                option.keyword.decode()
            )
            environment.pop(name, None)
            if value:
                environment[name] = value
    for name in ("PGSERVICEFILE", "PGSYSCONFDIR"):
        environment.pop(name, None)
    programs = str(Path(sys.executable).parent)
    environment["PATH"] = os.pathsep.join(
        [programs, environment.get("PATH", os.defpath)]
    )
    return environment | {"DATABASE_URL": url(conninfo)}


def _last_lines(output: int, conninfo: str) -> list[str]:
    """Return the last lines of a command's output, without the password that it was given."""
    size = os.fstat(output).st_size
    content = os.pread(output, _READ_BYTES, max(size - _READ_BYTES, 0))
    text = content.decode("utf-8", "replace").rstrip()
    for secret in _secrets(conninfo):
        text = text.replace(secret, "…")
    return text.splitlines()[-_SHOWN_LINES:]


def _secrets(conninfo: str) -> Iterator[str]:
    from urllib.parse import quote

    for name, value in conninfo_to_dict(conninfo).items():
        if name in SECRETS and value:
            yield from (str(value), quote(str(value), safe=""))
