"""A condition as EXPLAIN prints it -> its parts, the columns in it, and what it compares. Pure.

EXPLAIN writes all parentheses, and with VERBOSE the alias of the table before each column
(`deparse_expression` in utils/adt/ruleutils.c). So its text can be taken apart without a grammar of SQL.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..model.frozen import frozen

_TOKEN: Final = re.compile(
    r"""
      (?P<string> [EBX]?'(?:[^'\\]|''|\\.)*')
    | (?P<name>   "(?:[^"]|"")*" | [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    | (?P<number> \d[\w.]*)
    | (?P<parameter> \$\d+)
    | (?P<cast>   ::)
    | (?P<operator> [-+*/<>=~!@\#%^&|`?]+)
    | (?P<open>   [(\[])
    | (?P<close>  [)\]])
    | (?P<space>  \s+)
    | (?P<other>  .)
    """,
    re.VERBOSE | re.DOTALL,
)
COMMUTED: Final = {
    "=": "=",
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "&&": "&&",
    "@>": "<@",
    "<@": "@>",
}
"""For an operator, that with which the sides may change places."""
_PLAIN_NAME: Final = re.compile(r"[a-z_][a-z0-9_$]*")


@frozen
class ConditionToken:
    """A token of a condition: its kind, which names a group of the pattern, and its text."""

    kind: str
    text: str


@frozen
class ConditionSides:
    """`left operator right`; the operator is a symbol, or a word such as `IS NULL`, which has no `right`."""

    left: str
    operator: str
    right: str


def tokens(text: str) -> tuple[ConditionToken, ...]:
    """Return the tokens of a condition, spaces included."""
    return tuple(
        [
            ConditionToken(match.lastgroup or "", match.group())
            for match in _TOKEN.finditer(text)
        ]
    )


def conjuncts(text: str) -> tuple[str, ...]:
    """Return the conditions that AND joins, without the parentheses around each."""
    return _joined_by(text, "AND")


def disjuncts(text: str) -> tuple[str, ...]:
    """Return the conditions that OR joins, without the parentheses around each."""
    return _joined_by(text, "OR")


def columns_of(text: str, alias: str) -> tuple[str, ...]:
    """Return the names of the columns of the table of that *alias*, each once."""
    return tuple(
        dict.fromkeys([column for table, column in references(text) if table == alias])
    )


def references(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `alias.column` as a pair of names; a function in a schema looks the same, but for `(`."""
    parts = tokens(text)
    for place in range(len(parts) - 2):
        table, dot, column = parts[place : place + 3]
        following = parts[place + 3].text if place + 3 < len(parts) else ""
        before = parts[place - 1].text if place else ""
        if (
            table.kind == column.kind == "name"
            and dot.text == "."
            and following not in ("(", ".")
            and before != "."
        ):
            yield unquoted(table.text), unquoted(column.text)


def without_alias(text: str, alias: str) -> str:
    """Return the condition without the table's *alias* before its columns."""
    parts = list(tokens(text))
    result: list[str] = []
    place = 0
    while place < len(parts):
        part = parts[place]
        is_alias = part.kind == "name" and unquoted(part.text) == alias
        following = [p.text for p in parts[place + 1 : place + 2]]
        if (
            is_alias
            and following == ["."]
            and (not place or parts[place - 1].text != ".")
        ):
            place += 2
            continue
        result.append(part.text)
        place += 1
    return "".join(result)


def with_parameter_names(text: str, names: Mapping[int, str]) -> str:
    """Return the condition with `:name` in the place of `$1`, where *names* has one."""
    result: list[str] = []
    for token in tokens(text):
        name = names.get(int(token.text[1:])) if token.kind == "parameter" else None
        result.append(f":{name}" if name else token.text)
    return "".join(result)


def comparison(text: str) -> ConditionSides | None:
    """Return what a condition compares; None if it is no comparison of two things."""
    parts = tokens(unwrapped(text))
    depth = 0
    for place, part in enumerate(parts):
        depth += (part.kind == "open") - (part.kind == "close")
        if depth:
            continue
        left = "".join([p.text for p in parts[:place]]).strip()
        rest = "".join([p.text for p in parts[place:]])
        if part.text == "IS" and left:
            return ConditionSides(unwrapped(left), rest, "")
        if part.kind == "operator" and left:
            right = rest[len(part.text) :].strip()
            return ConditionSides(unwrapped(left), part.text, unwrapped(right))
    return None


def own_side(text: str, alias: str) -> ConditionSides | None:
    """Return a comparison with the columns of the table of that *alias* at its left, and only there.

    None if it has them at both sides or neither, or cannot be turned round.
    """
    pair = comparison(text)
    if pair is None or "SubPlan" in text:
        return None
    is_left, is_right = (bool(columns_of(t, alias)) for t in (pair.left, pair.right))
    if is_left and not is_right:
        return pair
    may_turn = pair.operator in COMMUTED and not pair.right.startswith(("ANY ", "ALL "))
    if is_right and not is_left and may_turn:
        return ConditionSides(pair.right, COMMUTED[pair.operator], pair.left)
    return None


def own_side_first(text: str, alias: str) -> str:
    """Return a comparison with the table's columns at the left; other conditions as they are."""
    pair = own_side(text, alias)
    if pair is None or not pair.right:
        return text
    sides = [
        f"({side})" if comparison(side) else side for side in (pair.left, pair.right)
    ]
    return f"{sides[0]} {pair.operator} {sides[1]}"


def unwrapped(text: str) -> str:
    """Return the text without the parentheses around all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        parts = tokens(text)
        for place, part in enumerate(parts):
            depth += (part.kind == "open") - (part.kind == "close")
            if depth == 0 and place < len(parts) - 1:
                return text
        text = text[1:-1].strip()
    return text


def unquoted(name: str) -> str:
    """Return a name without the quotes that EXPLAIN writes."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def quoted(name: str) -> str:
    """Return a name as SQL, quoted if it must be."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    return '"' + name.replace('"', '""') + '"'


def _joined_by(text: str, word: str) -> tuple[str, ...]:
    text = unwrapped(text)
    pieces: list[list[str]] = [[]]
    depth = 0
    for token in tokens(text):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and token.kind == "name" and token.text == word:
            pieces.append([])
        else:
            pieces[-1].append(token.text)
    joined = [unwrapped("".join(piece)) for piece in pieces]
    return tuple([piece for piece in joined if piece])
