"""An embedded server starts whatever the umask, and for users whom the system has no name for."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NAMELESS = 54321
"""A user id without an entry in /etc/passwd."""
USERS = {"own": 0, "nameless": NAMELESS} if os.geteuid() == 0 else {"own": 0}
"""The users that the tests can become: only root can become another one."""

PROGRAM = """
import os, sys
from pathlib import Path
from sqlgen import database
from sqlgen.embedded import account
from sqlgen.embedded.programs import binaries

folder, umask, user, in_memory, system = Path(sys.argv[1]), *map(int, sys.argv[2:])
account._memory_folders = lambda: (folder / "memory" / "sqlgen",) if in_memory else ()
program = binaries.installed()[-1] if system else None

def start():
    with database.server("embedded", binaries=program) as server:
        with database.scratch(server) as connection:
            print(connection.execute("SHOW server_version_num").fetchone()[0])

if user:
    start()  # imports all that is needed, which the user may not be able to read
    home = folder / "home of the user"
    home.mkdir()
    os.chown(home, user, user)
    os.environ["HOME"] = str(home)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    account._memory_folders = lambda: ()
os.umask(umask)
start()
start()
"""


COPIES = """
import os, shutil, sys
from pathlib import Path
from sqlgen import database
from sqlgen.embedded import account
from sqlgen.embedded.programs import binaries

folder = Path(sys.argv[1])
account._memory_folders = lambda: ()
package = binaries.wheel_folder().parents[1]
for name, mode in (("public", 0o755), ("private", 0o700)):
    copy = folder / name
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, copy / part.name, ignore=shutil.ignore_patterns("include", "*.a"))
    copy.chmod(mode)
    programs = binaries.in_folder(copy / package.name / "pginstall" / "bin")
    with database.server("embedded", binaries=programs) as server:
        print(server.version)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A home folder that its user, and the user whom root starts a server as, can reach."""
    with tempfile.TemporaryDirectory(prefix="sqlgen-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def start_twice(
    folder: Path, umask: int, user: int, in_memory: bool, system: bool
) -> None:
    home = folder / "home"
    home.mkdir(mode=0o755)
    keep = ("PATH", "LANG", "PYTHONPATH")
    variables = {name: os.environ[name] for name in keep if name in os.environ}
    numbers = [str(int(n)) for n in (umask, user, in_memory, system)]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), *numbers],
        cwd="/",
        env=variables | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert len(set(result.stdout.split())) == 1


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o027, 0o077], ids=oct)
def test_it_starts_with_every_umask(folder: Path, umask: int, user: int) -> None:
    start_twice(folder, umask, user, in_memory=False, system=False)


def test_the_same_programs_in_a_folder_that_only_their_user_can_reach(
    folder: Path,
) -> None:
    home = folder / "home"
    home.mkdir(mode=0o755)
    result = subprocess.run(
        [sys.executable, "-c", COPIES, str(folder)],
        cwd="/",
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.split()) == 2


@pytest.mark.parametrize("umask", [0o002, 0o077], ids=oct)
def test_it_starts_in_memory_with_every_umask(folder: Path, umask: int) -> None:
    start_twice(folder, umask, 0, in_memory=True, system=False)


@pytest.mark.system
@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_an_installed_server_starts(folder: Path, user: int) -> None:
    start_twice(folder, 0o027, user, in_memory=False, system=True)
