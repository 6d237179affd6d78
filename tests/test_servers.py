"""Tests of a server that stays up between builds and loses sessions, or is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sqlgen import build, database, read
from sqlgen.build import watch
from sqlgen.build.server.server_pool import ServerPool
from sqlgen.embedded import EmbeddedServer


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    root = tmp_path / "project"
    for folder in ("migrations", "queries"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (root / "migrations" / "0001_t.sql").write_text("CREATE TABLE t (id int);\n")
    return root


@pytest.fixture
def pool() -> Iterator[ServerPool]:
    with ServerPool() as lent:
        yield lent


def changed(root: Path, number: int) -> None:
    text = f"-- name: q :many\nSELECT id + {number} AS id FROM t;\n"
    (root / "queries" / "q.sql").write_text(text)


def running(root: Path, pool: ServerPool) -> EmbeddedServer:
    server = pool.acquire(read.config(root), lambda _: None)
    assert isinstance(server, EmbeddedServer)
    server.wait()
    return server


def test_a_lost_session_is_opened_again(root: Path, pool: ServerPool) -> None:
    changed(root, 1)
    build.build(read.config(root), pool=pool)
    own = database.embedded_server(running(root, pool))
    with psycopg.connect(own.conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname ~ '^sqlgen_schema_'"
        )
    changed(root, 2)
    assert build.build(read.config(root), pool=pool).changes


def test_a_lost_session_on_a_given_server_is_opened_again(
    root: Path, pool: ServerPool, server: database.Server
) -> None:
    (root / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{server.conninfo}'\n"
    )
    changed(root, 1)
    build.build(read.config(root), pool=pool)
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname ~ '^sqlgen_scratch_' AND query ~ 'debug_print_parse'"
        )
    changed(root, 2)
    assert build.build(read.config(root), pool=pool).changes


def test_a_killed_server_is_started_again(root: Path, pool: ServerPool) -> None:
    changed(root, 1)
    build.build(read.config(root), pool=pool)
    pid = (running(root, pool).folder / "data" / "postmaster.pid").read_text()
    os.kill(int(pid.split()[0]), signal.SIGKILL)
    plans = []
    for number in (2, 3):
        changed(root, number)
        plans.append(watch.try_build(lambda: read.config(root), pool).plan)
    assert plans[-1] is not None


@pytest.mark.parametrize("keep", [True, False])
def test_roles_of_migrations_are_dropped_after_the_build(
    root: Path, pool: ServerPool, keep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "migrations" / "0002_role.sql").write_text("CREATE ROLE of_test_servers;\n")
    if not keep:
        monkeypatch.setenv("SQLGEN_NO_CACHE", "1")
    for number in (1, 2):
        changed(root, number)
        with ServerPool() as lent:
            build.build(read.config(root), pool=lent)
    own = database.embedded_server(running(root, pool))
    with psycopg.connect(own.conninfo) as connection:
        exists = "SELECT FROM pg_roles WHERE rolname = 'of_test_servers'"
        assert connection.execute(exists).fetchone() is None
