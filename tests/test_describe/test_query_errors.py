"""PostgreSQL's errors, at their places in the query file."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, parse
from sqlgen.model.diagnostic import Diagnostic
from sqlgen.model.source import SourceFile

_SCHEMA = """
CREATE TABLE patients (id int PRIMARY KEY, name text, "born on" date);
CREATE TYPE mood AS ENUM ('happy', 'so so', 'it''s me');
CREATE SCHEMA ward;
CREATE TABLE ward.beds (id int);
"""

Check = Callable[[str, str, str, str], Diagnostic]


@pytest.fixture
def check(connection: psycopg.Connection[TupleRow]) -> Check:
    """A function that asserts the code, the message and the underlined text of a query's error."""
    connection.execute(_SCHEMA)
    catalog = describe.catalog(connection)

    def call(statement: str, code: str, message: str, underlined: str) -> Diagnostic:
        source = SourceFile(
            "q.sql", f"-- Käse, 麺\n-- name: wrong :exec\n{statement}\n"
        )
        parsed = parse.query_file(source).queries
        [error] = describe.queries(connection, catalog, parsed)
        assert isinstance(error, Diagnostic)
        assert error.label is not None
        assert (error.code, error.message, error.label.span.text) == (
            code,
            message,
            underlined,
        )
        return error

    return call


def test_a_column(check: Check) -> None:
    error = check(
        "SELECT idd FROM patients", "42703", 'column "idd" does not exist', "idd"
    )
    assert error.hint == 'Perhaps you meant to reference the column "patients.id".'
    assert error.label is not None
    assert (error.label.span.line, error.label.span.column) == (3, 8)


def test_after_multi_byte_text(check: Check) -> None:
    check(
        "SELECT 'Käse 麺 😀' AS \"ü\", idd FROM patients",
        "42703",
        'column "idd" does not exist',
        "idd",
    )


def test_after_windows_line_ends(check: Check) -> None:
    check(
        "SELECT id,\r\n  'ü',\r\n  idd\r\nFROM patients",
        "42703",
        'column "idd" does not exist',
        "idd",
    )


def test_after_parameters(check: Check) -> None:
    check(
        "SELECT :a_very_long_name::int, :b!::int, idd FROM patients",
        "42703",
        'column "idd" does not exist',
        "idd",
    )


def test_a_qualified_and_a_quoted_name(check: Check) -> None:
    check(
        'SELECT p."bornon" FROM patients AS p',
        "42703",
        "column p.bornon does not exist",
        'p."bornon"',
    )


def test_a_table(check: Check) -> None:
    check(
        "SELECT * FROM allergies",
        "42P01",
        'relation "allergies" does not exist',
        "allergies",
    )


def test_an_operator(check: Check) -> None:
    check(
        "SELECT id <<>> name FROM patients",
        "42883",
        "operator does not exist: integer <<>> text",
        "<<>>",
    )


def test_a_parameter_of_two_types(check: Check) -> None:
    error = check(
        "INSERT INTO patients (id, name) VALUES (:key, :key)",
        "42P08",
        "inconsistent types deduced for parameter :key",
        ":key",
    )
    assert error.label is not None
    assert error.label.text == "integer versus text"
    assert error.hint == ""


def test_a_parameter_without_a_type(check: Check) -> None:
    error = check(
        "SELECT :other::int, jsonb_build_object('since', :since!)",
        "42P18",
        "could not determine data type of parameter :since",
        ":since!",
    )
    assert error.hint == (
        "cast `:since!` to the type that it has, such as `:since!::timestamptz`"
    )


def test_a_numbered_parameter_without_a_type(check: Check) -> None:
    error = check(
        "SELECT $1 IS NULL",
        "42P18",
        "could not determine data type of parameter $1",
        "$1",
    )
    assert error.hint == (
        "cast `$1` to the type that it has, such as `$1::timestamptz`"
    )


def test_a_syntax_error(check: Check) -> None:
    check("SELEC 1", "42601", 'syntax error at or near "SELEC"', "SELEC")


def test_the_end_of_the_statement(check: Check) -> None:
    check("SELECT 1 +;", "42601", "syntax error at end of input", "")


def test_an_error_without_a_position_is_shown_at_the_name(check: Check) -> None:
    error = check(
        "INSERT INTO pg_stats (tablename) VALUES ('x')",
        "55000",
        'cannot insert into view "pg_stats"',
        "wrong",
    )
    assert error.label is not None
    assert error.label.text.startswith("Views that do not select from a single table")
    assert error.hint.startswith("To enable inserting into the view")


ICU_HINT = "set `server` to a PostgreSQL that has ICU: this one was built without"
_DIRECTION = (
    "write `ORDER BY :direction`, and below the header `-- sqlgen: order direction by id`:"
    " calls choose the direction, too"
)
_WRITE_OUT = "write it out: a parameter is a value, and no name or keyword"


AMBIGUOUS_HINT = "Could not choose a best candidate operator. You might need to add explicit type casts."


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("SELECT FROM patient", "write `patients`"),
        (
            "SELECT id FROM patients p ORDER BY p.id DESC, p.name :direction LIMIT 3",
            _DIRECTION.replace("by id", "by p.name"),
        ),
        ("SELECT id FROM patients ORDER BY id $1", _WRITE_OUT),
        ("SELECT FROM public.patient", "write `public.patients`"),
        ("SELECT FROM warf.bed", "write `ward.beds`"),
        (
            "SELECT FROM beds",
            "write `ward.beds`, or add `ward` to `search_path` in `[tool.sqlgen]`",
        ),
        ("SELECT FROM entirely_else", ""),
        ("SELECT 'a' COLLATE \"xx-x-icu\"", ICU_HINT),
        ("SELECT 'hapy'::mood", "write `'happy'`"),
        (
            "SELECT 'X'::mood",
            "write one of `'happy'`, `'so so'`, `'it''s me'`",
        ),
        (
            "SELECT FROM patients WHERE :name IS NULL OR name = :name",
            "write `:name::text`, the type that it has elsewhere in the statement",
        ),
        (
            'SELECT FROM patients WHERE (:b? IS NULL OR :b? IS NULL) AND "born on" = :b?',
            "write `:b?::date`, the type that it has elsewhere in the statement",
        ),
        (
            "SELECT FROM patients WHERE $1 IS NULL OR name = $1",
            "write `$1::text`, the type that it has elsewhere in the statement",
        ),
        (
            "SELECT :x IS NULL",
            "cast `:x` to the type that it has, such as `:x::timestamptz`",
        ),
        ("SELECT FROM patients WHERE id = ?", "write `:name` for a parameter"),
        ("SELECT FROM patients WHERE id=? AND id=1", "write `:name` for a parameter"),
        ("INSERT INTO patients VALUES (?, ?)", "write `:name` for a parameter"),
        ("SELECT FROM patients WHERE id = %s", "write `:name` for a parameter"),
        ("SELECT FROM patients WHERE id=%(id)s", "write `:id` for a parameter"),
        ("SELECT FROM patients WHERE id = {id}", "write `:id` for a parameter"),
        ("SELECT FROM patients WHERE id = {}", "write `:name` for a parameter"),
        ("SELECT FROM {table}", "write `:table` for a parameter"),
        ("SELECT FROM :table", _WRITE_OUT),
        ("SELECT FROM patients ORDER BY id :direction", _DIRECTION),
        ("UPDATE patients SET :column = 'x'", _WRITE_OUT),
        ("SELECT FROM $1", _WRITE_OUT),
        ("SELECT now() - interval :age", "write `:age::interval`"),
        ("SELECT TIMESTAMP  :at!", "write `:at!::timestamp`"),
        (
            "SELECT now() - interval ':days days'",
            "take `:days` out of the quotes, in which it is no parameter",
        ),
        (
            "SELECT FROM patients WHERE id = ':id'",
            "take `:id` out of the quotes, in which it is no parameter",
        ),
        (
            """SELECT '{"a": :value}'::json""",
            "take `:value` out of the quotes, in which it is no parameter",
        ),
        ("""SELECT '{"a":b}'::json""", ""),
        ("SELECT '10:30:xx'::time", ""),
        ("SELECT FROM patients WHERE id = 'x'", ""),
        (
            "SELECT FROM patients WHERE now() > now() - :age AND :since < now()",
            "write `:age::interval`: it was taken for the type of the other side",
        ),
        (
            'SELECT FROM patients WHERE "born on" - $1 >= current_date - $2::int',
            "write `$1::integer`: it was taken for the type of the other side",
        ),
        (
            "SELECT FROM patients WHERE now() > now() - now()",
            "No operator matches the given name and argument types. You might need to add explicit type casts.",
        ),
        (
            "SELECT :a! + :b",
            "cast `:a!` to the type that it has, such as `:a!::integer`",
        ),
        ("SELECT - :a", "cast `:a` to the type that it has, such as `:a::integer`"),
        (
            "SELECT date_part('day', :at)",
            "cast `:at` to a type that the function takes: `:at::TYPE`",
        ),
        ("SELECT '1' + '2'", AMBIGUOUS_HINT),
        ("SELECT FROM patients WHERE", ""),
    ],
)
def test_our_hint_where_postgresql_has_none(
    connection: psycopg.Connection[TupleRow], statement: str, hint: str
) -> None:
    connection.execute(_SCHEMA)
    source = SourceFile("q.sql", f"-- name: wrong :exec\n{statement}\n")
    parsed = parse.query_file(source).queries
    [error] = describe.queries(connection, describe.catalog(connection), parsed)
    assert isinstance(error, Diagnostic)
    assert error.hint == hint
