"""The command `cache`, and the folders that it shows."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen.cli import main
from sqlgen.embedded.account import Account
from sqlgen.embedded.clusters import storage
from sqlgen.embedded.programs import binaries
from sqlgen.embedded.programs.binaries_copy import installation_key


def test_programs_of_the_same_bytes_have_the_same_clusters(tmp_path: Path) -> None:
    """As those of two virtual environments; another build of the same version has others."""
    programs = binaries.from_wheel()
    assert programs is not None
    account = Account.current()
    key = installation_key(programs.folder, account)
    for place in (0, -1000):
        copy = tmp_path / "bin"
        copy.mkdir(exist_ok=True)
        shutil.copyfile(programs.folder / "postgres", copy / "postgres")
        assert installation_key(copy, account) == key
        content = bytearray((copy / "postgres").read_bytes())
        content[place] ^= 1
        (copy / "postgres").write_bytes(content)
        assert installation_key(copy, account) != key


def test_cache_shows_and_clears_what_is_not_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "storage"
    clusters = place / "18.6-0123abcd"
    (clusters / "0").mkdir(parents=True)
    (clusters / "0" / "data").write_bytes(b"x" * 3 * 2**20)
    (clusters / "0.lock").touch()
    (place / "postgresql-18.6-0123abcd").mkdir()
    (place / "somebody else's").mkdir()
    monkeypatch.setattr(storage, "existing_storage_folders", lambda: (place,))
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")

    project = tmp_path / "project"
    project.mkdir()
    shown = CliRunner().invoke(main, ["-C", str(project), "cache"]).stdout.splitlines()
    assert shown[0].startswith("    3 MB")
    assert shown[0].endswith(f"clusters of PostgreSQL  {clusters}")
    assert shown[-1] == "3 MB in 3 folders"
    cleared = CliRunner().invoke(main, ["-C", str(project), "cache", "clear"])
    assert cleared.stdout == "freed 3 MB\n"
    assert [path.name for path in place.iterdir()] == ["somebody else's"]
