"""The source of a trigger's function -> the columns that it assigns, if it does nothing else.

A body is read whole or not at all: `BEGIN NEW.column := expression; … RETURN NEW; END`, where
expressions are made of columns, constants, and functions that come with PostgreSQL.
"""

import re
from collections.abc import Container
from typing import NamedTuple

from ...model.catalog import Relation
from ..columns.sql_tokens import SqlTokens

_WORDS = frozenset(
    [
        "and",
        "between",
        "case",
        "coalesce",
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "else",
        "end",
        "false",
        "greatest",
        "is",
        "least",
        "localtime",
        "localtimestamp",
        "not",
        "null",
        "nullif",
        "old",
        "or",
        "session_user",
        "then",
        "true",
        "when",
    ]
)
"""The words that an expression may have beside names of columns and functions."""

_OPERATORS = frozenset("+-*/%<>=|!~^#&")

_NEVER_NULL = frozenset(
    {
        *("clock_timestamp()", "current_timestamp", "gen_random_uuid()", "now()"),
        *("false", "statement_timestamp()", "transaction_timestamp()", "true"),
    }
)
_STEP = re.compile(r'old\.([^\W\d][\w$]*|"(?:[^"]|"")+")[+-]\d+')


class TriggerValue(NamedTuple):
    """A value that a trigger assigns, as text without blanks."""

    text: str

    def may_be_null(self, table: Relation) -> bool:
        """Return whether the value may be NULL for a row of the table."""
        if self.text in _NEVER_NULL or self.text.isdecimal():
            return False
        step = _STEP.fullmatch(self.text)
        name = _column(step[1]) if step else None
        return not any(
            column.name == name and column.not_null for column in table.columns.values()
        )


def assigned_columns(
    body: str, user_functions: Container[str], user_operators: Container[str]
) -> dict[str, TriggerValue] | None:
    """Return the values that a body in PL/pgSQL assigns to columns of NEW; `None` if it may do anything else.

    A name that one of the user's functions has, or an operator, may be theirs.
    """
    tokens = SqlTokens(body)
    if tokens.word(0) != "begin":
        return None
    values: dict[str, TriggerValue] = {}
    index = 1
    while tokens.word(index) == "new":
        column = _column(tokens.word(index + 2))
        index += 3
        if tokens.word(index) == ":":
            index += 1
        if tokens.word(index) != "=" or column is None:
            return None
        end = _end(tokens, index + 1, user_functions, user_operators)
        if end is None:
            return None
        words = [tokens.word(n) for n in range(index + 1, end)]
        values[column] = TriggerValue("".join(words))
        index = end + 1
    ending = [tokens.word(index + n) for n in range(4)]
    if ending != ["return", "new", ";", "end"]:
        return None
    rest = [tokens.word(n) for n in range(index + 4, tokens.count)]
    return values if rest in ([], [";"]) else None


def _column(word: str) -> str | None:
    """Return the name of a column as the catalog has it, `None` where the word is no name."""
    if word.startswith('"'):
        return word[1:-1].replace('""', '"')
    return word if re.fullmatch(r"[^\W\d][\w$]*", word) else None


def _end(
    tokens: SqlTokens,
    index: int,
    user_functions: Container[str],
    user_operators: Container[str],
) -> int | None:
    """Return the number of the `;` after an expression that calls nothing of the user's, else `None`."""
    operator = ""
    while (word := tokens.word(index)) != ";":
        if word in _OPERATORS:
            operator += word
            if operator in user_operators:
                return None
        else:
            operator = ""
        if word in ("new", "old"):
            if tokens.word(index + 1) != "." or _column(tokens.word(index + 2)) is None:
                return None
            index += 3
            continue
        if not _is_harmless(tokens, index, user_functions):
            return None
        index += 1
    return index


def _is_harmless(tokens: SqlTokens, index: int, user_functions: Container[str]) -> bool:
    word = tokens.word(index)
    if word in _OPERATORS or word in ("(", ")", ",") or word.isdecimal():
        return True
    if word == ".":
        # The point of a number. Before a name, it would be a qualified function or a field.
        return tokens.word(index + 1).isdecimal()
    if word.endswith("'") and not word.lower().startswith("u&"):
        return True
    if word in _WORDS:
        return True
    name = _column(word)
    return (
        name is not None
        and tokens.word(index + 1) == "("
        and name not in user_functions
        and name not in ("select", "in", "exists", "cast", "row", "array", "any", "all")
    )
