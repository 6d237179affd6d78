"""statement -> the table whose rows it returns as they are, by its tokens alone."""

from collections.abc import Collection
from typing import Final

from .. import parse
from ..model.identifiers import unquoted
from ..parse.lexer import Kind
from .names import class_name
from .sql_text import code_tokens

_ENDS: Final = frozenset({"where", "order", "limit", "offset", "fetch", "for"})
"""The words that may follow the table of a SELECT whose star is that table's columns."""
_OTHER_ROWS: Final = frozenset(
    {"join", "using", "union", "intersect", "except", "group"}
)
"""The words of statements whose star may be more or less than one table's columns."""


def row_class(text: str, tables: Collection[str], taken: Collection[str]) -> str:
    """Return the name of the class of the rows of one of the *tables*, if the statement returns those.

    That is `SELECT * FROM t …` without a join, and `INSERT`, `UPDATE` or `DELETE … RETURNING *`. It is empty
    for any other statement, and if *taken*, by a type of the database, has the name.
    """
    table = _table(text)
    return table_class(table, taken) if table in tables else ""


def table_class(table: str, taken: Collection[str]) -> str:
    """Return the name of the class of a table's rows, as sqlc calls it; empty if it is *taken*."""
    schema, _, name = table.rpartition(".")
    prefix = "" if schema in ("", "public") else f"{schema}_"
    name = class_name(prefix + parse.singular(name))
    return "" if name in taken else name


def _table(text: str) -> str:
    code = code_tokens(text)
    words = [text[token.start : token.end].lower() for token in code]
    after: list[str] = []
    match words[:3]:
        case ["select", "*", "from"]:
            at = 3
            ends = [n for n, word in enumerate(words) if word in _ENDS]
            after = words[at : min(ends, default=len(words))]
        case ["insert" | "delete", "into" | "from", _] if words[-2:] == _STAR:
            at = 2
        case ["update", _, _] if words[-2:] == _STAR and "from" not in words:
            at = 1
        case _:
            return ""
    if _OTHER_ROWS & set(words) or {",", "("} & set(after):
        return ""
    names = [unquoted(words[at])] if code[at : at + 1] else []
    if words[at + 1 : at + 2] == ["."] and code[at + 2 : at + 3]:
        names.append(unquoted(words[at + 2]))
    is_name = names and code[at].kind in (Kind.WORD, Kind.QUOTED)
    return ".".join(names) if is_name else ""


_STAR: Final = ["returning", "*"]


def schema_names(text: str) -> tuple[set[str], set[str]]:
    """Return the tables and views, and the types, that the script *text* creates, by their names."""
    code = code_tokens(text)
    words = [text[token.start : token.end].lower() for token in code]
    tables, types = set[str](), set[str]()
    for n, word in enumerate(words):
        if word != "create" or code[n].kind is not Kind.WORD:
            continue
        at = n + 1
        while words[at : at + 1] and words[at] in _MODIFIERS:
            at += 1
        if words[at : at + 1] not in (["table"], ["view"], ["type"], ["domain"]):
            continue
        names = types if words[at] in ("type", "domain") else tables
        at += 1
        if words[at : at + 3] == ["if", "not", "exists"]:
            at += 3
        if code[at : at + 1] and code[at].kind in (Kind.WORD, Kind.QUOTED):
            name = unquoted(words[at])
            if words[at + 1 : at + 2] == ["."] and code[at + 2 : at + 3]:
                name = f"{name}.{unquoted(words[at + 2])}"
            names.add(name)
    return tables, types


_MODIFIERS: Final = frozenset(
    {
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "materialized",
        "recursive",
        "foreign",
    }
)
