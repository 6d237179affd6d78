"""Verdicts about privileges agree with what PostgreSQL does when the role runs the statement."""

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import TupleRow

from .conftest import Findings

PERMITTED = [
    "SELECT 1",
    "SELECT * FROM app.open",
    "SELECT o FROM app.open AS o",
    "INSERT INTO app.open VALUES (2) RETURNING *",
    "UPDATE app.open SET note = name WHERE id = 1",
    "DELETE FROM app.open WHERE id = 1",
    "SELECT id FROM app.open FOR UPDATE",
    "INSERT INTO app.open (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    "MERGE INTO app.open AS o USING app.readable AS r ON r.id = o.id WHEN MATCHED THEN UPDATE SET name = r.name",
    "INSERT INTO app.writable VALUES (1, 'x')",
    "UPDATE app.writable SET name = 'x'",
    "DELETE FROM app.writable",
    "SELECT id, name FROM app.parts WHERE name IS NOT NULL",
    "SELECT count(*) FROM app.parts",
    "SELECT id FROM app.parts FOR UPDATE",
    "INSERT INTO app.parts (id, name) VALUES (1, 'x') RETURNING id",
    "UPDATE app.parts SET name = 'x' WHERE id = 1",
    "INSERT INTO app.numbered VALUES (1, 'x')",
    "UPDATE app.numbered SET name = 'x'",
    "INSERT INTO app.identified (name) VALUES ('x') RETURNING id",
    "SELECT nextval('app.free')",
    "SELECT app.reads_as_owner()",
    "SELECT * FROM app.closed_view",
    "INSERT INTO app.closed_view VALUES (1, 'x')",
    "UPDATE app.closed_view SET name = 'x' WHERE id = 1",
    "DELETE FROM app.closed_view WHERE id = 1",
    "SELECT id FROM app.closed_view FOR UPDATE",
    "SELECT * FROM app.parts_view",
    "INSERT INTO app.parts_view VALUES (1, 'x')",
    "UPDATE app.parts_view SET title = 'x' WHERE number = 1",
    "INSERT INTO app.secret_view (id, name) VALUES (1, 'x')",
    "INSERT INTO app.trigger_view VALUES (1, 'x')",
    "UPDATE app.trigger_view SET name = 'x' WHERE id = 1",
    "SELECT * FROM app.stored",
    'SELECT b FROM app."Odd Order"',
    "SELECT * FROM app.moods",
    "UPDATE app.defaulted SET j = 1",
    "INSERT INTO app.defaulted VALUES (1, 1)",
    "SELECT relname FROM pg_class",
    "SELECT table_name FROM information_schema.tables",
    "WITH r AS (SELECT id FROM app.readable) SELECT * FROM r WHERE id IN (SELECT id FROM app.open)",
    "SELECT * FROM app.owned",
]

REFUSED = [
    "SELECT * FROM app.closed",
    "SELECT FROM app.closed",
    "SELECT count(*) FROM app.closed",
    "SELECT id FROM app.open WHERE EXISTS (SELECT FROM app.closed)",
    "WITH c AS (SELECT id FROM app.closed) SELECT * FROM c",
    "WITH d AS (DELETE FROM app.readable RETURNING id) SELECT * FROM d",
    "SELECT id FROM app.open UNION SELECT id FROM app.closed",
    "INSERT INTO app.readable VALUES (1, 'x')",
    "INSERT INTO app.open SELECT * FROM app.closed",
    "UPDATE app.readable SET name = 'x'",
    "DELETE FROM app.readable",
    "SELECT id FROM app.readable FOR UPDATE",
    "SELECT id FROM app.readable FOR KEY SHARE",
    "INSERT INTO app.writable VALUES (1, 'x') RETURNING id",
    "UPDATE app.writable SET name = 'x' WHERE id = 1",
    "UPDATE app.writable SET name = name || 'x'",
    "DELETE FROM app.writable WHERE id = 1",
    "INSERT INTO app.writable VALUES (1, 'x') ON CONFLICT (id) DO NOTHING",
    "INSERT INTO app.readable VALUES (1, 'x') ON CONFLICT DO NOTHING",
    "INSERT INTO app.parts (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET id = 2",
    "MERGE INTO app.readable AS t USING app.open AS o ON o.id = t.id WHEN MATCHED THEN DELETE",
    "SELECT * FROM app.parts",
    "SELECT p FROM app.parts AS p",
    "SELECT id FROM app.parts WHERE secret = 'x'",
    "SELECT id FROM app.parts ORDER BY secret",
    "INSERT INTO app.parts VALUES (1, 'x', 'y')",
    "INSERT INTO app.parts (id, name) VALUES (1, 'x') RETURNING secret",
    "UPDATE app.parts SET secret = 'x'",
    "UPDATE app.parts SET id = 2, name = 'x'",
    "DELETE FROM app.parts",
    "INSERT INTO app.numbered (name) VALUES ('x')",
    "INSERT INTO app.numbered VALUES (DEFAULT, 'x')",
    "INSERT INTO app.numbered VALUES (1, 'x'), (DEFAULT, 'y')",
    "UPDATE app.numbered SET id = DEFAULT",
    "SELECT nextval('app.numbered_id_seq')",
    "SELECT setval('app.free', 3)",
    "SELECT * FROM hidden.unreachable",
    "SELECT 'happy'::hidden.mood",
    "SELECT mood FROM app.moods WHERE mood = $1::hidden.mood",
    'SELECT "The Id" FROM app."Odd Order"',
    "SELECT app.revoked(1)",
    "SELECT * FROM app.revoked(1)",
    "SELECT app.revoked_sum(id) FROM app.open",
    "SELECT id FROM app.open WHERE id OPERATOR(app.===) 1",
    "SELECT app.reads_closed()",
    "SELECT app.reads_as_weak_owner()",
    "SELECT * FROM app.invoker_view",
    "SELECT * FROM app.above_invoker",
    "SELECT * FROM app.weak_view",
    "INSERT INTO app.weak_view VALUES (1, 'x')",
    "SELECT * FROM app.ungranted_view",
    "SELECT * FROM app.calling_view",
    "DELETE FROM app.invoker_view WHERE id = 1",
    "UPDATE app.parts_view SET number = 1",
    "SELECT id FROM app.secret_view",
    "UPDATE app.secret_view SET name = 'x' WHERE id = 1",
    "DELETE FROM app.trigger_view WHERE id = 1",
    "INSERT INTO app.checked VALUES (1, 1)",
    "INSERT INTO app.defaulted (j) VALUES (1)",
    "SELECT * FROM pg_authid",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT * FROM app.looked_up",
]

WITHOUT_POLICY = [
    "SELECT id FROM app.secured",
    "SELECT id FROM app.restricted",
    "SELECT id FROM app.for_others",
    "INSERT INTO app.secured VALUES (2, 'x')",
    "UPDATE app.secured SET owner = 'y' RETURNING id",
    "DELETE FROM app.secured RETURNING id",
    "SELECT id FROM app.seen FOR UPDATE",
    "UPDATE app.seen SET owner = 'y' RETURNING id",
    "DELETE FROM app.seen RETURNING id",
    "INSERT INTO app.seen VALUES (2, 'x')",
]

WITH_POLICY = [
    "SELECT id FROM app.seen",
    "SELECT id FROM app.owned",
    "SELECT id FROM app.secured_view",
]


UNREAD = [
    ("SELECT app.public_one(1)", True),
    ("SELECT app.public_one(id) FROM app.open", True),
    ("SELECT app.text_reads_closed()", False),
    ("SELECT app.text_reads_closed_as_owner()", None),
    ("SELECT app.writes_closed()", False),
    ("SELECT * FROM app.view_of_text", False),
    ("SELECT app.calls_unread()", False),
    ("SELECT app.calls_unread_as_owner()", None),
]
"""Statements that call functions whose body is a string, and whether they run; `None`: without a warning, as
the function's owner."""


def run(
    connection: psycopg.Connection[TupleRow], role: str, statement: str, *grants: str
) -> int:
    """Run a statement as the role after some *grants*, undo it, and return how many rows it gave."""
    with connection.transaction(force_rollback=True):
        for grant in grants:
            connection.execute(grant.encode())
        become = sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role))
        connection.execute(become)
        parameters = ["happy"] if "$1" in statement else None
        text = statement.replace("$1", "%s")
        cursor = connection.execute(text.encode(), parameters)
        return len(cursor.fetchall()) if cursor.description else cursor.rowcount


@pytest.mark.parametrize("statement", PERMITTED)
def test_what_is_permitted_runs(
    connection: psycopg.Connection[TupleRow],
    role: str,
    findings: Findings,
    statement: str,
) -> None:
    assert findings(statement) == ()
    run(connection, role, statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_refused_is_denied_and_runs_after_the_grants(
    connection: psycopg.Connection[TupleRow],
    role: str,
    findings: Findings,
    statement: str,
) -> None:
    [error] = findings(statement)
    assert error.code == "missing-privilege"
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        run(connection, role, statement)
    # Each of the grants is needed, and they are enough.
    _, _, grants = error.hint.partition("migration: ")
    *each, _ = grants.split(";")
    for grant in each:
        others = [other for other in each if other != grant]
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            run(connection, role, statement, *others)
    if "pg_read_file" not in statement:
        run(connection, role, statement, *each)


@pytest.mark.parametrize(("statement", "runs"), UNREAD)
def test_what_a_function_does_is_not_known(
    connection: psycopg.Connection[TupleRow],
    role: str,
    findings: Findings,
    statement: str,
    runs: bool | None,
) -> None:
    warnings = findings(statement)
    assert [w.code for w in warnings] == ["unread-function"] * (runs is not None)
    if runs is False:
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            run(connection, role, statement)
    else:
        run(connection, role, statement)


@pytest.mark.parametrize("statement", WITHOUT_POLICY)
def test_without_a_policy_no_row_is_seen_or_written(
    connection: psycopg.Connection[TupleRow],
    role: str,
    findings: Findings,
    statement: str,
) -> None:
    warnings = findings(statement)
    assert {warning.code for warning in warnings} == {"no-policy"}
    if statement.startswith("INSERT"):
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            run(connection, role, statement)
    else:
        assert run(connection, role, statement) == 0


@pytest.mark.parametrize("statement", WITH_POLICY)
def test_with_a_policy_rows_are_seen(
    connection: psycopg.Connection[TupleRow],
    role: str,
    findings: Findings,
    statement: str,
) -> None:
    assert findings(statement) == ()
    assert run(connection, role, statement) == 1
