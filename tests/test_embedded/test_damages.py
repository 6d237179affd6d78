"""A damaged cluster is made anew: the next build works, whatever happened to the files."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.embedded import account

Damage = Callable[[Path], None]
"""Does something to the cluster's folder."""


def deleted(*parts: str) -> Damage:
    def damage(folder: Path) -> None:
        for part in parts:
            for path in folder.glob(part):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    return damage


def content(part: str, text: bytes) -> Damage:
    def damage(folder: Path) -> None:
        for path in folder.glob(part):
            if path.is_file():
                path.write_bytes(text)

    return damage


def created(part: str, text: bytes) -> Damage:
    def damage(folder: Path) -> None:
        (folder / part).write_bytes(text)

    return damage


def truncated(*parts: str) -> Damage:
    def damage(folder: Path) -> None:
        for part in parts:
            content(part, b"")(folder)

    return damage


def kept(part: str, damage: Callable[[str], Damage]) -> Damage:
    """Damage files of the databases that are kept with a schema, which have the highest oids."""

    def of_kept(folder: Path) -> None:
        for path in (folder / "data/base").iterdir():
            if int(path.name) > 16000:
                damage(f"data/base/{path.name}/{part}")(folder)

    return of_kept


def replaced_by_a_file(part: str) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / part
        shutil.rmtree(path)
        path.write_text("")

    return damage


def mode(part: str, bits: int) -> Damage:
    return lambda folder: (folder / part).chmod(bits)


def owner(part: str) -> Damage:
    """Give files to the user who runs the test, which is another one only for root."""
    return lambda folder: os.chown(folder / part, os.geteuid(), os.getegid())


DAMAGES = {
    "control file deleted": deleted("data/global/pg_control"),
    "control file truncated": truncated("data/global/pg_control"),
    "control file garbage": content("data/global/pg_control", b"garbage" * 1000),
    "version deleted": deleted("data/PG_VERSION"),
    "version garbage": content("data/PG_VERSION", b"nineteen\n"),
    "configuration deleted": deleted("data/postgresql.conf"),
    "configuration garbage": content("data/postgresql.conf", b"garbage = = 'x\n"),
    "ALTER SYSTEM's configuration garbage": content(
        "data/postgresql.auto.conf", b"\0\xff = '"
    ),
    "authentication deleted": deleted("data/pg_hba.conf"),
    "authentication refused": content("data/pg_hba.conf", b"local all all reject\n"),
    "log of writes deleted": deleted("data/pg_wal"),
    "log of writes emptied": deleted("data/pg_wal/*"),
    "log of writes truncated": truncated("data/pg_wal/0*"),
    "transactions deleted": deleted("data/pg_xact"),
    "transactions truncated": truncated("data/pg_xact/*"),
    "folder for tablespaces deleted": deleted("data/pg_tblspc"),
    "shared catalogs deleted": deleted("data/global/[0-9]*"),
    "databases truncated": truncated("data/global/1262"),
    "roles truncated": truncated("data/global/1260"),
    "shared map garbage": content("data/global/pg_filenode.map", b"garbage"),
    "all databases deleted": deleted("data/base/*"),
    "template deleted": deleted("data/base/4", "data/base/1"),
    "template truncated": truncated("data/base/4/*"),
    "maintenance database deleted": deleted("data/base/5"),
    "kept database deleted": kept("", deleted),
    "kept database's relations truncated": kept("1259", truncated),
    "kept database's functions truncated": kept("1255", truncated),
    "kept database's columns deleted": kept("1249", deleted),
    "kept database's map deleted": kept("pg_filenode.map", deleted),
    "kept database's version deleted": kept("PG_VERSION", deleted),
    "process file of a process that lives": created(
        "data/postmaster.pid", f"{os.getpid()}\n/x\n1\n5432\n/x\n".encode()
    ),
    "process file garbage": created("data/postmaster.pid", b"\0\xff"),
    "data deleted": deleted("data"),
    "data emptied": deleted("data/*"),
    "data is a file": replaced_by_a_file("data"),
    "data of another user": owner("data"),
    "data open to others": mode("data", 0o777),
    "socket's folder deleted": deleted("s"),
    "record deleted": deleted("sound"),
    "record garbage": content("sound", b"\0\xff\n"),
    "catalogs garbage": content("catalogs/*/*", b"garbage"),
    "everything deleted": deleted("*"),
    "pristine copy too": deleted("data/global", "../pristine/data/global"),
    "pristine copy truncated": truncated("../pristine/data/base/*/*", "data/global/*"),
    "pristine copy deleted": deleted("data/global", "../pristine"),
}


FAST = {
    "control file deleted",
    "log of writes emptied",
    "template truncated",
    "kept database's functions truncated",
    "process file garbage",
    "data of another user",
    "record garbage",
    "pristine copy truncated",
}
"""One of each kind; the others run with the tests of the operating system's programs."""
NAMES = [
    pytest.param(name, marks=[] if name in FAST else [pytest.mark.system])
    for name in DAMAGES
]


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A project whose clusters no other process uses."""
    with tempfile.TemporaryDirectory(prefix="sqlgen-test-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        patch = pytest.MonkeyPatch()
        patch.setattr(account, "_memory_folders", lambda: (folder / "memory",))
        patch.delenv("SQLGEN_NO_CACHE", raising=False)
        patch.setenv("SQLGEN_CACHE_DIR", str(folder / "cache"))
        project = folder / "project"
        for part in ("migrations", "queries"):
            (project / part).mkdir(parents=True)
        (project / "pyproject.toml").write_text("[tool.sqlgen]\n")
        script = "CREATE TABLE t (id int NOT NULL);\n"
        (project / "migrations" / "0001_t.sql").write_text(script)
        build_with(project, "first")
        yield project
        patch.undo()


def build_with(root: Path, column: str) -> None:
    query = f"-- name: q :one\nSELECT id AS {column}, lower('A') AS n FROM t;\n"
    (root / "queries" / "q.sql").write_text(query)
    build.build(read.config(root))
    assert f"{column}: int\n" in (root / "generated" / "q.py").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_next_build_works(root: Path, name: str) -> None:
    number = list(DAMAGES).index(name)
    build_with(root, f"before_{number}")
    [folder] = (root.parent / "memory").glob("*/0")
    assert (folder / "sound").exists()
    DAMAGES[name](folder)
    build_with(root, f"after_{number}")
    assert (folder / "sound").exists()
