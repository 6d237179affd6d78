"""A CHECK constraint's definition -> the texts that it allows for a column."""

import re
from collections.abc import Iterator

AllowedValues = tuple[str, ...]
"""The texts other than NULL that a constraint allows; empty if it allows any."""

_STRING = r"E?'(?:[^']|'')*'"
_TYPED = rf"{_STRING}::(?:text|character varying)"
_LITERAL = rf"(?:{_TYPED}|\({_TYPED}\)::text)"
_ARRAY = rf"ARRAY\[{_LITERAL}(?:, {_LITERAL})*\]"
_TOKEN = re.compile(
    rf"{_STRING}|\"(?:[^\"]|\"\")*\"|[()]| AND | OR |[^'\"() E]+|.", re.DOTALL
)


def allowed_values(definition: str, column: str) -> AllowedValues:
    """Return the values that *definition* lists for *column*; empty if it allows any.

    *definition* is what `pg_get_constraintdef` prints, always fully parenthesised and every
    constant with its type: `CHECK (((status)::text = ANY ((ARRAY['a'::character varying])::text[])))`.
    *column* is a column of text or varchar with a deterministic collation, or `VALUE` in a domain's
    constraint. An expression that has not exactly one of the known forms allows any value.
    """
    expression = re.fullmatch(r"CHECK (\(.*\))(?: NO INHERIT)?", definition, re.DOTALL)
    if expression is None or "'" not in definition:
        return ()
    return _values(expression[1], _reference(column)) or ()


def common_values(first: AllowedValues, second: AllowedValues) -> AllowedValues:
    """Return the values that both constraints allow."""
    if not first or not second:
        return first or second
    return tuple(value for value in first if value in second)


def _values(expression: str, column: str) -> AllowedValues | None:
    """Return the non-NULL values for which *expression* can be true or NULL; None means any.

    A CHECK constraint is satisfied unless its expression is false.
    """
    expression = _without_parentheses(expression)
    operands = _split(expression, " OR ")
    if len(operands) > 1:
        lists = [_values(operand, column) for operand in operands]
        known = [values for values in lists if values is not None]
        if len(known) < len(lists):
            return None
        return tuple(dict.fromkeys(value for values in known for value in values))
    operands = _split(expression, " AND ")
    if len(operands) > 1:
        lists = [_values(operand, column) for operand in operands]
        known = [values for values in lists if values is not None]
        if not known:
            return None
        return tuple(v for v in known[0] if all(v in others for others in known))
    return _compared(expression, column)


def _compared(comparison: str, column: str) -> AllowedValues | None:
    """Return the values in `column = …`, `column = ANY (ARRAY[…])` or `column IS NULL`."""
    if re.fullmatch(rf"{column} IS NULL", comparison):
        return ()
    match = re.fullmatch(
        rf"{column} = ({_LITERAL}|ANY \((?:{_ARRAY}|\({_ARRAY}\)::text\[\])\))",
        comparison,
        re.DOTALL,
    )
    if match is None:
        return None
    return tuple(dict.fromkeys(map(_unquoted, re.findall(_STRING, match[1]))))


def _reference(column: str) -> str:
    """Return a pattern for *column* as the server prints it; it casts a varchar to text."""
    quoted = '"' + column.replace('"', '""') + '"'
    name = rf"(?:{re.escape(column)}|{re.escape(quoted)})"
    return rf"(?:{name}|\({name}\)::text)"


def _unquoted(string: str) -> str:
    """Return the value of a string constant that `simple_quote_literal` (ruleutils.c) wrote."""
    if string.startswith("E"):
        return string[2:-1].replace("''", "'").replace("\\\\", "\\")
    return string[1:-1].replace("''", "'")


def _without_parentheses(expression: str) -> str:
    """Return *expression* without the parentheses around all of it."""
    while expression.startswith("("):
        depths = list(_depths(expression))
        closes = next(end for _, end, depth in depths if depth == 0)
        if closes != len(expression):
            break
        expression = expression[1:-1]
    return expression


def _split(expression: str, operator: str) -> list[str]:
    """Split *expression* at each *operator* that is outside of all parentheses."""
    operands, start, previous = [], 0, 0
    for token, end, depth in _depths(expression):
        if token == operator and depth == 0:
            operands.append(expression[start:previous])
            start = end
        previous = end
    return [*operands, expression[start:]]


def _depths(expression: str) -> Iterator[tuple[str, int, int]]:
    """Yield each token with the offset of its end and the depth of parentheses after it."""
    depth = 0
    for token in _TOKEN.finditer(expression):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        yield token[0], token.end(), depth
