"""Copies of template databases, which are made in steps."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sqlgen import database
from sqlgen.testing.template_databases import PREFIX, TemplateStep, copied_template

RUN = secrets.token_hex(4)
"""Makes the keys of this run unique: templates stay on the server."""


def keys(server: database.Server) -> set[str]:
    """Return the keys of the templates that are complete."""
    complete = [name for name in names(server) if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX).rpartition("_")[0] for name in complete}


def runs(script: str, log: list[str] | None = None) -> Callable[[str], None]:
    """Return a function that runs *script* on a database, and appends it to *log*."""

    def fill(conninfo: str) -> None:
        with psycopg.connect(conninfo) as connection:
            connection.execute(script.encode())
        if log is not None:
            log.append(script)

    return fill


def names(server: database.Server) -> set[str]:
    with psycopg.connect(server.conninfo) as connection:
        return {
            name for (name,) in connection.execute("SELECT datname FROM pg_database")
        }


def look(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        (count,) = connection.execute("SELECT count(*) FROM t").fetchone() or (-1,)
        connection.execute("INSERT INTO t VALUES (9)")
    return int(count)


def test_each_step_is_made_once_and_each_copy_is_its_own(
    server: database.Server,
) -> None:
    log: list[str] = []
    schema = TemplateStep(f"{RUN}_a", runs("CREATE TABLE t (n int)", log))
    rows = TemplateStep(f"{RUN}_b", runs("INSERT INTO t VALUES (1)", log))
    for steps, expected in (([schema, rows], 1), ([schema], 0), ([schema, rows], 1)):
        with copied_template(server, steps, keep=lambda: False) as conninfo:
            assert look(conninfo) == expected
        name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
        assert name not in names(server)
    assert log == ["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)"]
    assert {f"{RUN}_a", f"{RUN}_b"} <= keys(server)


def test_many_that_want_the_same_one_make_it_once(server: database.Server) -> None:
    log: list[str] = []
    step = TemplateStep(f"{RUN}_c", runs("CREATE TABLE t (n int)", log))

    def use(_: int) -> int:
        with copied_template(server, [step], keep=lambda: False) as conninfo:
            return look(conninfo)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(use, range(16))) == [0] * 16
    assert len(log) == 1


def test_one_that_failed_is_made_again(server: database.Server) -> None:
    broken = TemplateStep(f"{RUN}_d", runs("SELECT nothing"))
    with (
        pytest.raises(psycopg.errors.UndefinedColumn),
        copied_template(server, [broken], keep=lambda: False),
    ):
        pass
    assert f"{RUN}_d" not in keys(server)
    corrected = TemplateStep(f"{RUN}_d", runs("CREATE TABLE t (n int)"))
    with copied_template(server, [corrected], keep=lambda: False) as conninfo:
        assert look(conninfo) == 0


def test_what_killed_processes_left_goes_with_the_next_template(
    server: database.Server,
) -> None:
    left = f"{PREFIX}{RUN}_killed_new"
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {left}".encode())
    step = TemplateStep(f"{RUN}_e", runs("CREATE TABLE t (n int)"))
    with copied_template(server, [step], keep=lambda: False):
        assert left not in names(server)


def test_only_the_newest_templates_stay(server: database.Server) -> None:
    with ExitStack() as stack:
        for number in range(10):
            step = TemplateStep(f"{RUN}_f{number}", runs("CREATE TABLE t (n int)"))
            stack.enter_context(copied_template(server, [step], keep=lambda: False))
    templates = {name for name in names(server) if name.startswith(PREFIX)}
    assert len(templates) == 8
    assert f"{RUN}_f9" in keys(server)


def test_a_copy_may_stay(server: database.Server) -> None:
    step = TemplateStep(f"{RUN}_g", runs("CREATE TABLE t (n int)"))
    with copied_template(server, [step], keep=lambda: True) as conninfo:
        pass
    assert look(conninfo) == 0
    name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}".encode())


def test_users_of_one_server_have_templates_of_their_own(
    server: database.Server,
) -> None:
    users = [f"{RUN}_ann", f"{RUN}_bob"]
    log: list[str] = []
    step = TemplateStep(f"{RUN}_h", runs("CREATE TABLE t (n int)", log))
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        for user in users:
            connection.execute(f'CREATE ROLE "{user}" LOGIN CREATEDB'.encode())
        for user in (*users, *users):
            conninfo = make_conninfo(server.conninfo, user=user)
            theirs = replace(server, conninfo=conninfo, own_databases=set())
            with copied_template(theirs, [step], keep=lambda: False) as copy:
                assert look(copy) == 0
        assert len(log) == 2
        for name in names(server):
            if name.startswith(f"{PREFIX}{RUN}_h"):
                connection.execute(f"DROP DATABASE {name}".encode())
        for user in users:
            connection.execute(f'DROP ROLE "{user}"'.encode())
