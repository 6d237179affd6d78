"""Copies of template databases, which are made in steps."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from sqlgen import database
from sqlgen.testing.template_databases import PREFIX, TemplateStep, copied_template

RUN = secrets.token_hex(4)
"""Makes the keys of this run unique: templates stay on the server."""


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
    assert {f"{PREFIX}{RUN}_a", f"{PREFIX}{RUN}_b"} <= names(server)


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
    assert f"{PREFIX}{RUN}_d" not in names(server)
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
    assert f"{PREFIX}{RUN}_f9" in templates


def test_a_copy_may_stay(server: database.Server) -> None:
    step = TemplateStep(f"{RUN}_g", runs("CREATE TABLE t (n int)"))
    with copied_template(server, [step], keep=lambda: True) as conninfo:
        pass
    assert look(conninfo) == 0
    name = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}".encode())
