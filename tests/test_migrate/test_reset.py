from importlib import import_module

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate
from sqlgen.model.diagnostic import SqlgenError

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
    migrate.reset(conninfo)
    with psycopg.connect(conninfo) as again:
        assert again.execute(facts).fetchone() == before
        assert again.execute("SELECT to_regclass('t')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_missing_database_is_created(server: database.Server) -> None:
    name = "sqlgen_test_recreate"
    conninfo = make_conninfo(server.conninfo, dbname=name)
    migrate.reset(conninfo)
    psycopg.connect(conninfo).close()
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")


def test_the_default_database_is_libpqs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PGDATABASE", raising=False)
    assert recreate._name("dbname=a user=b") == "a"
    assert recreate._name("postgresql://b@localhost") == "b"
    monkeypatch.setenv("PGDATABASE", "c")
    assert recreate._name("postgresql://b@localhost") == "c"


def test_templates_are_refused(server: database.Server) -> None:
    with pytest.raises(SqlgenError, match="is a template"):
        migrate.reset(make_conninfo(server.conninfo, dbname="template1"))
