"""A CHECK constraint's definition -> the only texts it allows for a column."""

import re
from collections.abc import Iterator

AllowedValues = tuple[str, ...]

_STRING = r"E?'(?:[^']|'')*'"
_TYPED = rf"{_STRING}::(?:text|character varying)"
_LITERAL = rf"(?:{_TYPED}|\({_TYPED}\)::text)"
_ARRAY = rf"ARRAY\[{_LITERAL}(?:, {_LITERAL})*\]"
_TOKEN = re.compile(
    rf"{_STRING}|\"(?:[^\"]|\"\")*\"|[()]| AND | OR |[^'\"() E]+|.", re.DOTALL
)


def allowed_values(definition: str, column: str) -> AllowedValues:
    """The values other than NULL that *definition* lets *column* have; empty if it has no list.

    *definition* is what `pg_get_constraintdef` prints, always fully parenthesised and every
    constant with its type: `CHECK (((status)::text = ANY ((ARRAY['a'::character varying])::text[])))`.
    *column* is a column of text or varchar with a deterministic collation, or `VALUE` in a domain's
    constraint. Read strictly: what is not exactly of a known form allows everything.
    """
    expression = re.fullmatch(r"CHECK (\(.*\))(?: NO INHERIT)?", definition, re.DOTALL)
    if expression is None or "'" not in definition:
        return ()
    return _values(expression[1], _reference(column)) or ()


def common_values(first: AllowedValues, second: AllowedValues) -> AllowedValues:
    """What two constraints allow together; an empty one allows everything."""
    if not first or not second:
        return first or second
    return tuple(value for value in first if value in second)


def _values(expression: str, column: str) -> AllowedValues | None:
    """Values other than NULL for which *expression* can be true or NULL; None means any."""
    expression = _without_parentheses(expression)
    arms = _split(expression, " OR ")
    if len(arms) > 1:
        found = [_values(arm, column) for arm in arms]
        known = [values for values in found if values is not None]
        if len(known) < len(found):
            return None
        return tuple(dict.fromkeys(value for values in known for value in values))
    arms = _split(expression, " AND ")
    if len(arms) > 1:
        found = [_values(arm, column) for arm in arms]
        known = [values for values in found if values is not None]
        if not known:
            return None
        return tuple(v for v in known[0] if all(v in others for others in known))
    return _listed(expression, column)


def _listed(comparison: str, column: str) -> AllowedValues | None:
    """The values of `column = …`, `column = ANY (ARRAY[…])` or `column IS NULL`."""
    if re.fullmatch(rf"{column} IS NULL", comparison):
        return ()
    listed = re.fullmatch(
        rf"{column} = ({_LITERAL}|ANY \((?:{_ARRAY}|\({_ARRAY}\)::text\[\])\))",
        comparison,
        re.DOTALL,
    )
    if listed is None:
        return None
    return tuple(dict.fromkeys(map(_unquoted, re.findall(_STRING, listed[1]))))


def _reference(column: str) -> str:
    """A pattern of *column* as the server prints it, with the cast that varchar gets to text."""
    quoted = '"' + column.replace('"', '""') + '"'
    name = rf"(?:{re.escape(column)}|{re.escape(quoted)})"
    return rf"(?:{name}|\({name}\)::text)"


def _unquoted(string: str) -> str:
    """The value of a string constant as `simple_quote_literal` (ruleutils.c) writes it."""
    if string.startswith("E"):
        return string[2:-1].replace("''", "'").replace("\\\\", "\\")
    return string[1:-1].replace("''", "'")


def _without_parentheses(expression: str) -> str:
    """*expression* without the parentheses around all of it."""
    while expression.startswith("("):
        depths = list(_depths(expression))
        closes = next(end for _, end, depth in depths if depth == 0)
        if closes != len(expression):
            break
        expression = expression[1:-1]
    return expression


def _split(expression: str, operator: str) -> list[str]:
    """The operands of *operator* where it stands outside of all parentheses."""
    operands, start, previous = [], 0, 0
    for token, end, depth in _depths(expression):
        if token == operator and depth == 0:
            operands.append(expression[start:previous])
            start = end
        previous = end
    return [*operands, expression[start:]]


def _depths(expression: str) -> Iterator[tuple[str, int, int]]:
    """Each token with the place where it ends and the depth of parentheses after it."""
    depth = 0
    for token in _TOKEN.finditer(expression):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        yield token[0], token.end(), depth
