"""What a statement with optional parts can violate is what each of its variants can violate, together."""

from itertools import combinations

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.typed import TypedQuery
from tests.test_infer.conftest import Typed

SCHEMA = """
CREATE DOMAIN code AS text CONSTRAINT code_form CHECK (VALUE ~ '^[a-z]+$');
CREATE TABLE users (
    id int PRIMARY KEY,
    email text NOT NULL,
    nick text,
    code code CONSTRAINT long CHECK (length(code) > 3)
);
CREATE FUNCTION writes(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
"""

STATEMENTS = {
    "only with the condition no value is NULL": (
        "INSERT INTO users (id, email) SELECT 1, nick FROM users WHERE {} AND {}",
        ("nick = :nick", "email = :email"),
        "users_pkey email code_form long",
    ),
    "a domain and a function in the conditions": (
        "UPDATE users SET nick = 'a' WHERE {} AND {}",
        ("code = :code::text::code", "email = writes(:email)"),
        "code_form the function `writes`",
    ),
    "a condition in a query in WITH": (
        "WITH others AS (SELECT nick FROM users WHERE {}) UPDATE users SET email = o.nick FROM others AS o WHERE {}",
        ("nick = :nick", "users.email = :email"),
        "email",
    ),
    "a CHECK that the condition does not prove": (
        "UPDATE users SET code = nick WHERE {} AND {}",
        ("nick = :nick", "length(nick) > :length::int"),
        "code_form long",
    ),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_all_variants_are_among_it(
    typed: Typed, connection: psycopg.Connection[TupleRow], case: str
) -> None:
    connection.execute(SCHEMA.encode())
    statement, parts, expected = STATEMENTS[case]
    names = [part.split(":")[1].split("::")[0].strip(")") for part in parts]
    header = f"-- sqlgen: optional {', '.join(names)}\n"
    whole = effects(typed(header + statement.format(*parts), command="exec"))
    variants = [
        [part if part in chosen else "true" for part in parts]
        for count in range(len(parts) + 1)
        for chosen in combinations(parts, count)
    ]
    each = [effects(typed(statement.format(*v), command="exec")) for v in variants]
    assert whole == set.union(*each)
    assert " ".join(sorted(whole)) == " ".join(sorted(words(expected)))


def words(text: str) -> list[str]:
    """Return the names of constraints, and the sentence about a function, if there is one."""
    constraints, the, function = text.partition("the function")
    return [*constraints.split(), *([the + function] if the else [])]


def effects(query: TypedQuery) -> set[str]:
    names = {violation.name for violation in query.violations}
    return names | set(query.unknown_effects)
