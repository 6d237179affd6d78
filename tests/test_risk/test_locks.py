"""The findings about statements, against a second session that really waits, on real servers."""

import re

import psycopg
import pytest

from sqlgen import database
from sqlgen.risk import diagnose
from sqlgen.risk.findings import RiskCode
from sqlgen.risk.query_locks import query_locks, waiting_queries
from tests.test_risk.cases import CASES, Case
from tests.test_risk.conftest import QUERY_FILE, Connection, measured, waiting

FILES = """
SELECT oid::regclass::text, relfilenode FROM pg_class
WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql[:60])
def test_who_waits(
    case: Case, server: database.Server, schema_connection: Connection
) -> None:
    if server.version < case.since * 10000:
        with pytest.raises(psycopg.errors.SyntaxError):
            schema_connection.execute(case.sql.encode())
        return
    locks = query_locks(schema_connection, QUERY_FILE.queries)
    messages: list[str] = []
    schema_connection.add_notice_handler(
        lambda message: messages.append(message.message_primary or "")
    )
    before: dict[str, int] = dict(schema_connection.execute(FILES).fetchall())
    schema_connection.execute(
        "BEGIN; SET LOCAL client_min_messages = debug1; SET LOCAL TIME ZONE 1"
    )
    schema_connection.execute(case.sql.encode())
    after: dict[str, int] = dict(schema_connection.execute(FILES).fetchall())
    waited = waiting(server, schema_connection.info.dbname)
    schema_connection.execute("ROLLBACK")

    found = measured(schema_connection, case.sql)
    works = [f"{f.code} {f.relation}" for f in found if not f.is_harmless]
    assert sorted(works) == sorted(case.works)
    predicted = {
        name
        for finding in found
        if finding.code is not RiskCode.BULK_UPDATE
        for name in waiting_queries(finding, locks)
    }
    assert predicted == waited
    replaced = {t for t in before if t in after and before[t] != after[t]}
    rewritten = {str(f.relation) for f in found if f.code is RiskCode.TABLE_REWRITE}
    assert rewritten == replaced - ({"children"} if "TRUNCATE" in case.sql else set())
    verified = re.findall(
        r'^verifying table "(\w+)"', "\n".join(messages), re.MULTILINE
    )
    scanned = {str(f.relation) for f in found if f.code is RiskCode.TABLE_SCAN}
    assert set(verified) <= scanned or "VALIDATE" in case.sql


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE children ALTER id TYPE bigint", "table-rewrite"),
        ("CREATE INDEX ON children (note)", "blocking-index"),
    ],
)
def test_work_that_is_rolled_back_takes_as_long(
    schema_connection: Connection, statement: str, code: str
) -> None:
    text = f"DO $$ BEGIN {statement}; RAISE 'x'; EXCEPTION WHEN raise_exception THEN END $$"
    assert [f.code for f in measured(schema_connection, text)] == [code]


def test_tables_of_one_name_in_two_schemas(schema_connection: Connection) -> None:
    schema_connection.execute("CREATE SCHEMA other; CREATE TABLE other.items (id int)")
    text = "ALTER TABLE other.items ALTER id TYPE bigint"
    (finding,) = measured(schema_connection, text)
    assert str(finding.relation) == "other.items"
    text = "ALTER TABLE items ALTER name SET NOT NULL"
    (finding,) = measured(schema_connection, text)
    assert str(finding.relation) == "items"


def test_a_transaction_that_sets_its_isolation(schema_connection: Connection) -> None:
    text = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE INDEX ON items (name)"
    (finding,) = measured(schema_connection, text)
    assert (finding.code, finding.place.line) == ("blocking-index", 2)


def test_hostile_names(schema_connection: Connection) -> None:
    name = 'a" on table "items" serially\n"\'%s'
    quoted = '"' + name.replace('"', '""') + '"'
    schema_connection.execute(b"CREATE TABLE " + quoted.encode() + b" (id int)")
    text = f"CREATE INDEX ON {quoted} (id)"
    (finding,) = measured(schema_connection, text)
    assert str(finding.relation) == name
    assert diagnose(finding).code == "blocking-index"
