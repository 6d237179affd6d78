import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sqlgen.database import development
from sqlgen.embedded.account import server_account
from sqlgen.embedded.clusters import own_clusters
from sqlgen.embedded.processes import pid_file
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


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project in which the server's files are, also if root runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        monkeypatch.setattr(
            own_clusters, "temporary_folder", lambda: folder / "temporary"
        )
        project = folder / "project"
        project.mkdir()
        yield project
        development.remove(project)


@pytest.fixture
def cluster(reachable: Path) -> Path:
    """A folder for a cluster in the project."""
    (reachable / "cluster").mkdir()
    return reachable / "cluster"


def test_a_cluster_of_the_checkout_is_not_started(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    development.start(reachable)
    assert (reachable / ".sqlgen/.gitignore").read_text() == "*\n"
    development.stop(reachable)
    # For somebody else, it is a cluster that came with the checkout.
    monkeypatch.setenv("XDG_STATE_HOME", str(reachable.parent / "other"))
    program = reachable / ".sqlgen/postgresql/data/postgresql.auto.conf"
    program.write_text("archive_command = 'a program'")
    with pytest.raises(ServerUnavailableError, match="not made by this user's sqlgen"):
        development.start(reachable)
    assert development.running(reachable) is None
    assert not development.stop(reachable)
    development.remove(reachable)
    assert development.start(reachable).embedded


@pytest.mark.parametrize("content", ["", "0" * 160, "é", "0" * 32 + "\n", "x" * 4096])
def test_a_note_cannot_be_made_up(cluster: Path, content: str) -> None:
    own_clusters.register(cluster)
    assert own_clusters.is_registered(cluster)
    (cluster / "made-by").write_text(content, "utf-8")
    assert not own_clusters.is_registered(cluster)
    (cluster / "made-by").unlink()
    os.mkfifo(cluster / "made-by")
    assert not own_clusters.is_registered(cluster)


def test_a_moved_project_keeps_its_server(cluster: Path) -> None:
    own_clusters.register(cluster)
    assert own_clusters.is_registered(cluster.rename(cluster.with_name("moved")))


@pytest.mark.parametrize("damage", ["readable", "short", "gone", "of a checkout"])
def test_a_secret_of_others_is_none(cluster: Path, damage: str) -> None:
    own_clusters.register(cluster)
    state = cluster.parents[1] / "state/sqlgen"
    secret = state / "cluster-secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    match damage:
        case "readable":
            secret.chmod(0o644)
        case "short":
            secret.write_bytes(b"")
        case "gone":
            secret.unlink()
        case _:
            (cluster.parents[1] / ".git").mkdir()
    assert not own_clusters.is_registered(cluster)
    if damage == "of a checkout":
        with pytest.raises(OSError, match="no folder for a secret"):
            own_clusters.register(cluster)
    else:
        own_clusters.register(cluster)  # with another secret
        assert own_clusters.is_registered(cluster)
    assert [path.name for path in state.iterdir()] == ["cluster-secret"]
