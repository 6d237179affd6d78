from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate
from sqlgen.model.diagnostic import SqlgenError


def reset(conninfo: str) -> None:
    migrate.reset(migrate.find_database(conninfo))


recreate = import_module("sqlgen.migrate.reset")  # the name is the function's, too


@pytest.mark.parametrize(
    ("host", "address", "local"),
    [
        ("/var/run/postgresql", "", True),
        ("@abstract", "", True),
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("127.8.9.1", "", True),
        ("localhost", "", True),
        ("localhost", "10.0.0.1", False),
        ("db.example.com", "93.184.216.34", False),
        ("db.example.com", "", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, address: str, local: bool) -> None:
    assert recreate.on_this_machine(host, address) is local


def test_a_database_is_created_with_the_same_owner_and_locale(
    connection: psycopg.Connection[TupleRow], server: database.Server
) -> None:
    """But for what is in it; whoever is connected is thrown out."""
    name = connection.info.dbname
    conninfo = make_conninfo(server.conninfo, dbname=name)
    facts = (
        "SELECT pg_get_userbyid(datdba), encoding, datcollate, datctype"
        " FROM pg_database WHERE datname = current_database()"
    )
    connection.execute("CREATE TABLE t ()")
    before = connection.execute(facts).fetchone()
    reset(conninfo)
    with psycopg.connect(conninfo) as again:
        assert again.execute(facts).fetchone() == before
        assert again.execute("SELECT to_regclass('t')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_missing_database_is_created(server: database.Server) -> None:
    name = "sqlgen_test_recreate"
    conninfo = make_conninfo(server.conninfo, dbname=name)
    reset(conninfo)
    psycopg.connect(conninfo).close()
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")


SERVICE = """[shop]
host={host}
port={port}
user={user}
dbname={dbname}
"""


@pytest.mark.parametrize(
    "how", ["service=", "URL with a service", "PGSERVICE", "PGDATABASE", "the user's"]
)
@pytest.mark.parametrize("exists", [True, False])
def test_the_server_is_asked_for_the_name(
    server: database.Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    how: str,
    exists: bool,
) -> None:
    """However libpq comes by the database, that one is meant, and no other."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        info = connection.info
        name = info.user if how == "the user's" else "sqlgen_test_named"
        there = connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if exists and there is None:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        if not exists and there is not None:
            return  # the cluster's own database of the user's name must stay
        parts: dict[str, str | int] = {
            "host": info.host,
            "port": info.port,
            "user": info.user,
        }
        (tmp_path / "services").write_text(SERVICE.format(**parts, dbname=name))
        monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        conninfo = {
            "service=": "service=shop",
            "URL with a service": "postgresql:///?service=shop",
            "PGSERVICE": "",
        }.get(how, make_conninfo("", **parts))
        if how == "PGSERVICE":
            monkeypatch.setenv("PGSERVICE", "shop")
        if how == "PGDATABASE":
            monkeypatch.setenv("PGDATABASE", name)
        try:
            found = migrate.find_database(conninfo)
            owner = info.user if exists else None
            assert (found.name, found.owner) == (name, owner)
            assert f"`{name}`" in str(found)
            assert info.host in str(found)
            if how != "the user's":
                migrate.reset(found)
                with psycopg.connect(make_conninfo("", **parts, dbname=name)) as made:
                    assert made.info.dbname == name
        finally:
            if there is None:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())


def test_templates_are_refused(server: database.Server) -> None:
    with pytest.raises(SqlgenError, match="is a template"):
        reset(make_conninfo(server.conninfo, dbname="template1"))
