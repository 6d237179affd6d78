"""Tokens of a statement -> the table that each alias in it stands for, as `sqlc.embed(alias)` needs it."""

from collections.abc import Sequence
from typing import Final

from ...model.identifiers import unquoted
from ...parse.lexer import Kind, Token
from ..sql_text import code_tokens

_BEFORE: Final = frozenset({"from", "join", "update", "into", "using", "only", ","})
"""The words that may stand before a table."""
_NOT_ALIASES: Final = frozenset("""
    cross fetch for full group having inner join left limit natural offset on order returning right set tablesample
    union using values where window
    """.split())  # noqa: SIM905 (a list of one word in a line is no easier to read)
"""The words that may follow a table without an alias."""


def tables_by_alias(text: str) -> dict[str, str]:
    """Return the tables that a statement may name, with their schema if it is written, by their aliases.

    It goes by words alone, so that there may be others which are no tables.
    """
    code = code_tokens(text)
    words = [text[token.start : token.end] for token in code]
    tables: dict[str, str] = {}
    for n, word in enumerate(words[:-1]):
        if word.lower() not in _BEFORE or not _is_name(code, n + 1):
            continue
        end = n + 2
        names = [unquoted(_folded(words[n + 1]))]
        while words[end : end + 1] == ["."] and _is_name(code, end + 1):
            names.append(unquoted(_folded(words[end + 1])))
            end += 2
        end += words[end : end + 1] != [] and words[end].lower() == "as"
        alias = names[-1]
        if _is_name(code, end) and words[end].lower() not in _NOT_ALIASES:
            alias = unquoted(_folded(words[end]))
        tables.setdefault(alias, ".".join(names[-2:]))
    return tables


def chosen_names(text: str) -> set[str]:
    """Return the names that a statement gives by `AS`, to columns and others."""
    code = code_tokens(text)
    words = [text[token.start : token.end] for token in code]
    return {
        unquoted(_folded(words[n + 1]))
        for n, word in enumerate(words[:-1])
        if word.lower() == "as" and _is_name(code, n + 1)
    }


def _is_name(code: Sequence[Token], n: int) -> bool:
    return n < len(code) and code[n].kind in (Kind.WORD, Kind.QUOTED)


def _folded(word: str) -> str:
    return word if word.startswith('"') else word.lower()
