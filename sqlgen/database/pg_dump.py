"""A database -> its schema and its rows, as pg_dump writes them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo

from ..conninfo import parse_conninfo, redact
from ..embedded.binaries import installed, wheel_folder
from ..model.diagnostic import Diagnostic, ServerUnavailableError


def dump(conninfo: str, options: Sequence[str]) -> str:
    """Return what pg_dump, with *options*, writes of a database.

    Raises `ServerUnavailableError` if there is no pg_dump, or it fails.
    """
    parameters = parse_conninfo(conninfo)
    password = parameters.pop("password", None)
    # Other users of the machine see the command line.
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    process = subprocess.run(
        (
            *(str(find_pg_dump()), "--no-password", *options),
            *("--dbname", make_conninfo("", **parameters)),
        ),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if process.returncode:
        text = process.stderr.decode("utf-8", "replace")
        message = redact(text, {**parameters, "password": password})
        raise _unavailable(
            f"pg_dump has failed: {message}",
            "install the pg_dump of the server's version, or a newer one",
        )
    return process.stdout.decode()


def find_pg_dump() -> Path:
    """Return the program: the wheel's, the newest installed server's, or the one on the PATH.

    Raises `ServerUnavailableError` if there is none.
    """
    folders = [*filter(None, [wheel_folder()]), *(b.folder for b in installed())]
    programs = [folder / "pg_dump" for folder in folders]
    if client := shutil.which("pg_dump"):
        programs.append(Path(client))
    for program in programs:
        if program.exists():
            return program
    raise _unavailable(
        "there is no pg_dump on this machine",
        "run `pip install 'sqlgen-postgres[embedded]'`, or install PostgreSQL's client programs",
    )


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
