"""A statement with PgTyped's parameters and their expansions -> the same in sqlgen's words.

https://pgtyped.dev/docs/sql-file: `ids -> (...)` is a list of values, `user -> (name, age)` an object, and
`users -> ((name, age)...)` a list of objects.
"""

import re
from collections.abc import Mapping
from typing import Final

from ...model.frozen import frozen
from ...parse.lexer import Kind, delimiters
from ...parse.parameter_tokens import parameter_tokens
from ..names import ParameterNames
from ..sql_text import Edit, code_tokens, edited

_FIELD: Final = re.compile(r"\w+!?")


@frozen
class Expansion:
    """The values that one parameter of PgTyped stands for: a list, or one or many objects with *fields*."""

    fields: tuple[str, ...]
    is_list: bool


def expansion(text: str) -> Expansion | None:
    """Return the expansion that *text* behind `->` is; None if it is none."""
    words = "".join(text.split())
    if words == "(...)":
        return Expansion((), is_list=True)
    is_list = words.startswith("((") and words.endswith(")...)")
    inner = words[2:-5] if is_list else words[1:-1]
    fields = tuple(field for field in inner.split(",") if field)
    is_one = is_list or (words.startswith("(") and words.endswith(")"))
    if not fields or not is_one or not all(map(_FIELD.fullmatch, fields)):
        return None
    return Expansion(fields, is_list)


class UntranslatableError(Exception):
    """A parameter that has no translation; *start* and *end* are its place in the statement."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end


def expanded(text: str, expansions: Mapping[str, Expansion]) -> tuple[str, bool]:
    """Return the statement in sqlgen's words, and whether it runs once for each of many rows.

    Raises `UntranslatableError`.
    """
    marks = tuple(delimiters(text))
    places = parameter_tokens(text, marks, 0, len(text))
    code = code_tokens(text)
    index = {token.start: n for n, token in enumerate(code)}
    words = [text[token.start : token.end].lower() for token in code]
    names = ParameterNames()
    edits: list[Edit] = []
    is_bulk = False
    for token in places:
        if token.kind is not Kind.NAMED:
            continue
        name, mark = _parts(text[token.start + 1 : token.end])
        start, end = token.start, token.start + 1 + len(name) + len(mark)
        found = expansions.get(name)
        before = words[max(index[start] - 2, 0) : index[start]]
        if found is None:
            edits.append(Edit(start, end, f":{names.of(name)}{mark}"))
        elif not found.fields:
            # `IN (:ids)` is meant as `IN :ids`, which PgTyped gives the brackets.
            at = index[start]
            last = next((n for n in range(at, len(code)) if code[n].end >= end), at)
            if before[-2:] == ["in", "("] and words[last + 1 : last + 2] == [")"]:
                at, end = at - 1, code[last + 1].end
                before = words[max(at - 2, 0) : at]
            if before[-1:] != ["in"]:
                raise UntranslatableError(
                    f"`:{name}` is a list of values, and does not stand behind `IN`",
                    "pass an array, `= ANY(:ids)`",
                    start,
                    end,
                )
            is_not = before == ["not", "in"]
            operator = "<> ALL" if is_not else "= ANY"
            first = code[at - (2 if is_not else 1)].start
            edits.append(Edit(first, end, f"{operator}(:{names.of(name)}{mark})"))
        else:
            if found.is_list and (words[:1] != ["insert"] or before[-1:] != ["values"]):
                raise UntranslatableError(
                    f"`:{name}` is a list of objects, which is no list of rows to insert",
                    "pass an array for each column, `FROM unnest(:ids::int[], :names::text[]) AS v (id, name)`",
                    start,
                    end,
                )
            is_bulk = is_bulk or found.is_list
            fields = [
                f":{names.of(field.rstrip('!'), within=name)}{'!' if field.endswith('!') else ''}"
                for field in found.fields
            ]
            edits.append(Edit(start, end, f"({', '.join(fields)})"))
    return edited(text, edits), is_bulk


def _parts(word: str) -> tuple[str, str]:
    return (word[:-1], word[-1]) if word[-1] in "!?" else (word, "")
