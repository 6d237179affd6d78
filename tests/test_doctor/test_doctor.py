"""`sqlgen doctor` on real servers, behind a real PgBouncer, and on a real standby."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen.cli import main
from sqlgen.doctor import Pooling, RemarkLevel, ServerFacts, examine, remarks
from sqlgen.model.diagnostic import ServerUnavailableError
from tests.conftest import INSTALLED
from tests.pgbouncer import Pooler
from tests.standby import Replication, replication

Connection = psycopg.Connection[TupleRow]


@pytest.fixture(scope="module")
def replicated() -> Iterator[Replication]:
    with replication(INSTALLED[-1]) as servers:
        yield servers


def problems(facts: ServerFacts) -> list[str]:
    return [r.message for r in remarks(facts) if r.level is RemarkLevel.PROBLEM]


def test_a_server_itself(connection: Connection, conninfo: str) -> None:
    connection.execute("CREATE EXTENSION citext")
    facts = examine(conninfo)
    assert facts.version == connection.info.server_version
    assert facts.database == connection.info.dbname
    assert (facts.pooling, facts.prepares, facts.is_standby) == (
        Pooling.NONE,
        True,
        False,
    )
    assert {"citext", "plpgsql"} == set(facts.extensions)
    assert problems(facts) == []


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("IntervalStyle", "iso_8601", True),
        ("DateStyle", "German", True),
        ("standard_conforming_strings", "off", True),
        ("transform_null_equals", "on", True),
        ("extra_float_digits", "0", False),
        ("default_transaction_read_only", "on", False),
    ],
)
def test_a_setting_that_matters_is_named(
    connection: Connection, conninfo: str, setting: str, value: str, problem: bool
) -> None:
    """So is the way to mend it, for all sessions of the database."""
    name = connection.info.dbname
    connection.execute(f'ALTER DATABASE "{name}" SET {setting} = {value!r}'.encode())
    facts = examine(conninfo)
    [remark] = [r for r in remarks(facts) if r.message.startswith(setting)]
    assert (remark.level is RemarkLevel.PROBLEM) is problem
    assert remark.hint


def test_an_ordinary_role_and_one_that_skips_policies(
    connection: Connection, conninfo: str
) -> None:
    try:
        connection.execute("CREATE ROLE doctor_plain LOGIN")
        connection.execute("CREATE ROLE doctor_bypass LOGIN BYPASSRLS")
        plain = examine(make_conninfo(conninfo, user="doctor_plain"))
        bypass = examine(make_conninfo(conninfo, user="doctor_bypass"))
    finally:
        connection.execute("DROP ROLE IF EXISTS doctor_plain, doctor_bypass")
    assert "`doctor_plain` is an ordinary role" in [r.message for r in remarks(plain)]
    assert any("BYPASSRLS" in r.message for r in remarks(bypass))


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailableError):
        examine(f"host={tmp_path} password=secret connect_timeout=1")


@pytest.mark.system
@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("round_robin", [0, 1])
@pytest.mark.parametrize(
    ("mode", "pooling", "prepares"),
    [
        ("session", Pooling.SESSION, True),
        ("transaction", Pooling.TRANSACTION, False),
        ("statement", Pooling.STATEMENT, False),
    ],
)
def test_a_pooler_is_told_by_its_mode(
    pooler: Pooler,
    mode: str,
    pooling: Pooling,
    prepares: bool,
    round_robin: int,
    size: int,
) -> None:
    if mode == "session":
        size += 1  # each client has its own
    facts = examine(pooler(mode, size=size, round_robin=round_robin))
    assert (facts.pooling, facts.prepares) == (pooling, prepares)


@pytest.mark.system
def test_nothing_is_left_in_the_sessions_of_a_pooler(pooler: Pooler) -> None:
    url = pooler("transaction", size=1)
    examine(url)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        left = connection.execute("SELECT name FROM pg_prepared_statements").fetchall()
    assert left == []


@pytest.mark.system
def test_a_standby_is_told_from_its_primary(replicated: Replication) -> None:
    assert not examine(replicated.primary).is_standby
    facts = examine(replicated.standby)
    assert facts.is_standby
    assert problems(facts) == []
    assert any(r.message.startswith("a standby server") for r in remarks(facts))


def test_the_command(connection: Connection, conninfo: str) -> None:
    result = CliRunner().invoke(main, ["doctor", conninfo])
    assert result.exit_code == 0, result.output
    assert "no pooler between" in result.stdout
    name = connection.info.dbname
    connection.execute(
        f"ALTER DATABASE \"{name}\" SET IntervalStyle = 'iso_8601'".encode()
    )
    result = CliRunner().invoke(main, ["doctor", "--format", "json", conninfo])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["settings"]["IntervalStyle"] == "iso_8601"
    assert "problem" in [remark["level"] for remark in found["remarks"]]


def test_a_password_is_not_shown(conninfo: str) -> None:
    secret = make_conninfo(conninfo, password="hunter2")
    result = CliRunner().invoke(main, ["doctor", secret])
    assert result.exit_code == 0
    assert "hunter2" not in result.output
