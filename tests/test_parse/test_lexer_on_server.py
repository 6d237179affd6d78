"""Compare our lexer with PostgreSQL's own."""

import random
import re

import psycopg
from psycopg.pq import DiagnosticField

from sqlgen.parse.lexer import Kind, tokens

QUOTES = (
    *("'", "''", "E'", "e'", "B'", "x'", "U&'", 'U&"', '"', "$$", "$a$", "$b$", "\\"),
    *(
        "--",
        "/*",
        "*/",
        "\n",
        "\r",
        " ",
        "\t",
        "1",
        "a",
        ",",
        "||",
        "'x'",
        "+",
        "-",
        "é",
    ),
)
OPERATORS = "+-*/<>=@#|%~!&^?`"


def complaint(connection: psycopg.Connection, sql: str) -> tuple[str, int]:
    """Return the server's message about *sql* and its offset; empty and -1 if there is none."""
    result = connection.pgconn.prepare(b"", sql.encode())
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b""
    position = result.error_field(DiagnosticField.STATEMENT_POSITION) or b"0"
    # PostgreSQL 16.2 cuts what it quotes at a byte.
    return message.decode(errors="replace"), int(position) - 1


def test_unterminated_tokens(connection: psycopg.Connection) -> None:
    choose = random.Random(1)
    agreed = 0
    for _ in range(5_000):
        sql = "select " + "".join(choose.choices(QUOTES, k=choose.randint(1, 9)))
        message, offset = complaint(connection, sql)
        ours = [t.start for t in tokens(sql) if t.kind is Kind.UNTERMINATED]
        if "unterminated" in message:
            agreed += 1
            # Where strings are continued, we point at the last of them, PostgreSQL at the first.
            assert ours, sql
            assert offset == ours[0] or sql[offset : ours[0]].endswith(
                ("\n", "\r")
            ), sql
        else:
            assert message or not ours, sql
    assert agreed > 1_000


def test_where_operators_end(connection: psycopg.Connection) -> None:
    choose = random.Random(2)
    agreed = 0
    for _ in range(5_000):
        operator = "".join(choose.choices(OPERATORS, k=choose.randint(1, 5)))
        sql = f"select 1 {operator} 1\n -- */"
        message, offset = complaint(connection, sql)
        if match := re.match(
            r"operator does not exist: (?:integer )?(\S+) int", message
        ):
            agreed += 1
            server_span = (offset, offset + len(match[1]))
            assert server_span in [(t.start, t.end) for t in tokens(sql)], sql
    assert agreed > 1_000
