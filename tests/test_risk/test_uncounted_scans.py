"""A server that does not count scans: whether a statement reads a table is not known, and is said so."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from sqlgen import database
from sqlgen.risk import diagnose
from tests.test_risk.conftest import Connection, measured


@pytest.fixture
def uncounted(
    server: database.Server, schema_connection: Connection
) -> Iterator[Connection]:
    """Return the connection of an owner who may not turn `track_counts` on, which is off."""
    name = schema_connection.info.dbname
    owner = f"owner_{secrets.token_hex(4)}"
    setup = sql.SQL("""
        CREATE ROLE {owner} LOGIN;
        GRANT CREATE ON SCHEMA public TO {owner};
        ALTER DATABASE {database} SET track_counts = off;
        ALTER TABLE items OWNER TO {owner};
        ALTER TABLE children OWNER TO {owner};
        ALTER DOMAIN positive OWNER TO {owner};
        ALTER TABLE measured OWNER TO {owner};
        """)
    role = sql.Identifier(owner)
    schema_connection.execute(setup.format(owner=role, database=sql.Identifier(name)))
    conninfo = make_conninfo(server.conninfo, dbname=name, user=owner)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection
    schema_connection.execute(
        sql.SQL("DROP OWNED BY {owner} CASCADE; DROP ROLE {owner}").format(owner=role)
    )


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # What the messages and files show is as it is elsewhere.
        ("CREATE INDEX ON items (name)", ["blocking-index 1"]),
        ("ALTER TABLE children ALTER id TYPE bigint", ["table-rewrite 1"]),
        ("CREATE TABLE more (id int); INSERT INTO more VALUES (1)", []),
        ("SELECT name FROM items", []),
        ("TRUNCATE items", ["scans-not-measured 1"]),
        # These read a table.
        ("UPDATE items SET name = 'x'", ["scans-not-measured 1"]),
        ("ALTER DOMAIN positive SET NOT NULL", ["scans-not-measured 1"]),
        ("CLUSTER items USING items_pkey", ["table-rewrite 1"]),
        (
            "CREATE INDEX ON items (name);\nDELETE FROM children WHERE note = 'x';\nDELETE FROM items",
            ["blocking-index 1", "scans-not-measured 2"],
        ),
    ],
)
def test_what_is_not_known(
    uncounted: Connection, statements: str, expected: list[str]
) -> None:
    found = measured(uncounted, statements)
    codes = [f"{f.code} {f.place.line}" for f in found if not f.is_harmless]
    assert codes == expected


def test_it_says_what_to_do(uncounted: Connection) -> None:
    (finding,) = measured(uncounted, "-- Names.\nUPDATE items SET name = 'x'")
    diagnostic = diagnose(finding)
    assert diagnostic.code == "scans-not-measured"
    assert "`track_counts`" in (diagnostic.hint or "")
    assert finding.place.line == 2
