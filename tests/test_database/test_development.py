import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sqlgen.database import development
from sqlgen.embedded import pid_file
from sqlgen.embedded.account import server_account
from sqlgen.model.diagnostic import ServerUnavailableError


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project whose development server is deleted at the end."""
    yield tmp_path
    development.remove(tmp_path)


def test_its_data_stays(project: Path) -> None:
    assert development.running(project) is None
    url = development.url(development.start(project), "my app")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pgcrypto; CREATE TABLE t (n int)")
    assert development.url(development.start(project), "my app") == url
    assert development.stop(project)
    assert not development.stop(project)
    with psycopg.connect(
        development.url(development.start(project), "my app")
    ) as connection:
        assert connection.execute("SELECT to_regclass('t')::text").fetchone() == ("t",)


def test_git_ignores_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlgen.embedded.account.Account.can_reach", lambda *_: True)
    development.running(tmp_path)
    assert (tmp_path / ".sqlgen" / ".gitignore").read_text() == "*\n"


def test_a_server_that_was_killed_starts_again(project: Path) -> None:
    url = development.url(development.start(project), "app")
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        connection.execute("CHECKPOINT")
    assert row is not None
    state = pid_file.read_postmaster_pid(Path(row[0]).parent)
    assert state is not None
    os.kill(state.number, signal.SIGKILL)
    assert development.url(development.start(project), "app") == url


def test_a_cluster_of_another_major_version_is_an_error(project: Path) -> None:
    development.start(project)
    development.stop(project)
    version = development._folder(project, server_account()) / "data" / "PG_VERSION"
    content = version.read_text()
    version.write_text("13\n")
    with pytest.raises(ServerUnavailableError, match="made by PostgreSQL 13"):
        development.start(project)
    version.write_text(content)


@pytest.mark.parametrize("name", ["$(touch pwned)", 'a "b", c:d', "it's; $HOME & `id`"])
def test_it_starts_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    root.mkdir()
    try:
        url = development.url(development.start(root), "app")
        psycopg.connect(url).close()
        assert development.stop(root)
    finally:
        development.remove(root)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_a_pid_file_names_is_not_deleted(project: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="sqlgen-", dir="/tmp") as other:
        (Path(other) / "mine").touch()
        folder = development._folder(project, server_account())
        (folder / "data").mkdir(parents=True)
        lines = f"999999\n{folder / 'data'}\n1\n5432\n{other}\n"
        (folder / "data" / "postmaster.pid").write_text(lines)
        assert not development.stop(project)
        development.start(project)
        assert (Path(other) / "mine").exists()
