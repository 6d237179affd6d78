"""A database -> its schema and its rows, as pg_dump writes them."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from ..conninfo import parse_conninfo, redact
from ..embedded.programs.binaries import installed, wheel_folder
from ..model.diagnostic import server_unavailable


def dump(conninfo: str, options: Sequence[str]) -> str:
    """Return what pg_dump, with *options*, writes of a database.

    Raises `ServerUnavailableError` if there is no pg_dump, or it fails.
    """
    output, error = run_pg_dump(parse_conninfo(conninfo), options)
    if error is not None:
        raise server_unavailable(
            f"pg_dump has failed: {error}",
            "install the pg_dump of the server's version, or a newer one",
        )
    return output.decode()


def run_pg_dump(
    parameters: Mapping[str, Any], options: Sequence[str], *, session_options: str = ""
) -> tuple[bytes, str | None]:
    """Return what pg_dump writes, and its message, without the password, if it fails.

    *parameters* are libpq's, of the connection. *session_options* are its `options`, beside those of the
    environment. Raises `ServerUnavailableError` if there is no pg_dump.
    """
    shown = {name: v for name, v in parameters.items() if name != "password"}
    # Other users of the machine see the command line.
    environment = dict(os.environ)
    if password := parameters.get("password"):
        environment["PGPASSWORD"] = str(password)
    if session_options:
        inherited = environment.get("PGOPTIONS", "")
        environment["PGOPTIONS"] = f"{inherited} {session_options}".strip()
    process = subprocess.run(
        (
            *(str(find_pg_dump()), "--no-password", *options),
            *("--dbname", make_conninfo("", **shown)),
        ),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if not process.returncode:
        return process.stdout, None
    message = process.stderr.decode("utf-8", "replace")
    return b"", redact(message, dict(parameters))


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
    raise server_unavailable(
        "there is no pg_dump on this machine",
        "run `pip install 'sqlgen-postgres[embedded]'`, or install PostgreSQL's client programs",
    )
