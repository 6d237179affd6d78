"""Plans of many statements, asked for at once: by libpq and by the wire protocol."""

from collections.abc import Sequence
from functools import partial

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe
from sqlgen.explain import (
    AskAll,
    AskedSettings,
    PlannedVariant,
    StatementPlans,
    explain_statements,
)

from .conftest import OF_OUR_OWN

SCHEMA = """
CREATE TABLE pets (id bigint PRIMARY KEY, name text);
CREATE FUNCTION lies() RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT set_config('search_path', 'nowhere', false) $$;
CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RAISE 'no'; END $$;
CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN INSERT INTO public.pets VALUES (1); RETURN 1; END $$;
"""
BOTH = (AskedSettings.CONDITIONS, AskedSettings.USUAL)


@pytest.fixture(params=["libpq", "wire"] if OF_OUR_OWN else ["libpq"])
def ask_all(
    connection: psycopg.Connection[TupleRow], request: pytest.FixtureRequest
) -> AskAll:
    """Asks on the test's database, with psycopg or without."""
    connection.execute(SCHEMA)
    connection.commit()
    session = connection if request.param == "libpq" else None
    return partial(describe.answers, session or request.getfixturevalue("wire"))


def plans_of(
    ask_all: AskAll,
    texts: Sequence[str],
    settings: Sequence[AskedSettings] = BOTH,
    types: tuple[str, ...] = (),
) -> list[StatementPlans]:
    [answer] = ask_all(["SHOW server_version_num"])
    assert not isinstance(answer, str)
    [(version,)] = answer
    variants = [PlannedVariant("", text, types) for text in texts]
    return [*explain_statements(ask_all, variants, settings, int(version))]


def test_an_error_is_of_its_statement_alone(ask_all: AskAll) -> None:
    texts = [
        "SELECT id FROM pets WHERE id = 3",
        "LISTEN changes",
        "SELECT id FROM nothing",
        "SELECT fails()",
        "SELECT writes()",
        "SELECT id FROM pets -- a comment at the end",
        "SELECT 'never ends",
        "SELECT name FROM pets WHERE id = 3",
    ]
    found = plans_of(ask_all, texts)
    errors = [one.error for one in found]
    assert [bool(error) for error in errors] == [
        *(False, True, True, True, True, False, True, False)
    ]
    assert errors[1] == "PostgreSQL plans no LISTEN"
    assert "not allowed" in errors[4]
    for one in (found[0], found[5], found[7]):
        assert set(one.plans) == {*BOTH}
    assert found[7].plans[AskedSettings.CONDITIONS].kind == "Bitmap Heap Scan"
    assert found[7].plans[AskedSettings.USUAL].kind == "Index Scan"


def test_more_than_are_sent_at_once(ask_all: AskAll) -> None:
    texts = [f"SELECT {number} FROM pets WHERE id = $1" for number in range(250)]
    found = plans_of(ask_all, texts, BOTH, ("bigint",))
    assert [one.plans[BOTH[0]].output for one in found] == [
        (f"{number}",) for number in range(250)
    ]


@pytest.mark.parametrize("question", AskedSettings)
def test_nothing_stays(ask_all: AskAll, question: AskedSettings) -> None:
    names = ("search_path", "enable_seqscan", "enable_sort", "plan_cache_mode")
    state = [f"SHOW {name}" for name in (*names, "transaction_read_only")]
    state.append("SELECT name FROM pg_prepared_statements")
    before = ask_all(state)
    found = plans_of(ask_all, ["SELECT lies()", "SELECT fails()"], [question])
    assert not found[0].error
    assert ask_all(state) == before
