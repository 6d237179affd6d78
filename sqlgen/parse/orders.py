"""`-- sqlgen: order NAME by …` -> a statement with the first key in the place of `:NAME`.

So what the server is sent has no parameter for the order. Whether the rows can be sorted by each key,
and that nothing else depends on it, `infer/variants` proves from the analysed trees.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.order import Order, OrderKey
from ..model.query import Origin, Parameter, Placeholder, ServerSql
from ..model.source import Span
from .directives import Directive
from .lexer import TRIVIA, Kind, Token, tokens
from .optional_diagnostics import unknown_parameter
from .order_keys import OrderDirective, order_directive

_AFTER: Final = frozenset({",", "limit", "offset", "fetch", "for"})
"""The words and signs that may follow an item of ORDER BY."""


@frozen
class OrderedStatement:
    """A statement's parameters and text without the parameter of its `order`, which is None if it has none."""

    parameters: tuple[Parameter, ...]
    sql: ServerSql
    order: Order | None = None


def with_order(
    directives: Sequence[Directive], parameters: tuple[Parameter, ...], sql: ServerSql
) -> OrderedStatement:
    """Return the statement in which the first key of its order, if it has one, is written out.

    Raises `SqlgenError` with the errors in the directive, or about the place of its parameter.
    """
    found = [directive for directive in directives if directive.word == "order"]
    if not found:
        return OrderedStatement(parameters, sql)
    if len(found) > 1:
        raise SqlgenError(
            Diagnostic(
                code="bad-order",
                message="the query has more than one order",
                label=Label(found[1].span),
                related=(Label(found[0].span, "the first one"),),
                hint="write all keys into one, and let it choose several: `order NAME by up to 2 of …`",
            )
        )
    directive = order_directive(found[0])
    by_name = {parameter.name: parameter for parameter in parameters if parameter.name}
    parameter = by_name.get(directive.name.text.removeprefix(":"))
    if parameter is None:
        raise SqlgenError(unknown_parameter(directive.name, by_name))
    _check_place(sql, parameter)
    quoted = _quoted_columns(sql.text)
    keys = tuple([_in_statement(key, quoted) for key in directive.keys])
    return _ordered(parameters, sql, parameter, replace(directive, keys=keys))


def _check_place(sql: ServerSql, parameter: Parameter) -> None:
    """Raise `SqlgenError` unless the parameter is an item of the statement's own ORDER BY."""
    first = parameter.spans[0]
    if len(parameter.spans) > 1:
        raise _misplaced(
            parameter.spans[1],
            f"`:{parameter.name}` stands more than once",
            "use another parameter in one of the places",
            first,
        )
    if parameter.mark or parameter.element_mark:
        raise _misplaced(
            first,
            f"`:{parameter.name}` is an order, which is never None",
            f"write `:{parameter.name}`, without a mark",
        )
    if not _is_item(sql, parameter):
        raise _misplaced(
            first,
            f"`:{parameter.name}` is an order, but no item of the statement's own ORDER BY",
            f"write `ORDER BY :{parameter.name}`, with directions in `-- sqlgen: order`",
        )


def _is_item(sql: ServerSql, parameter: Parameter) -> bool:
    (place,) = [p for p in sql.placeholders if p.number == parameter.number]
    top: list[Token] = []
    depth = 0
    for token in tokens(sql.text):
        depth -= token.kind is Kind.CLOSE
        if not depth and token.kind not in TRIVIA:
            top.append(token)
        depth += token.kind is Kind.OPEN
    words = [sql.text[t.start : t.end].lower() for t in top]
    try:
        at = next(n for n, token in enumerate(top) if token.start == place.start)
    except StopIteration:
        return False
    by = max(
        [n + 1 for n in range(at - 1) if words[n : n + 2] == ["order", "by"]], default=0
    )
    return (
        by > 0
        and words[at - 1] in ("by", ",")
        and (at + 1 == len(top) or words[at + 1] in _AFTER)
        and not any(word in _AFTER - {","} for word in words[by + 1 : at])
    )


def _quoted_columns(text: str) -> dict[str, str]:
    """Return the quoted aliases with an override, `"name!"`, by the name of the column in Python."""
    found: dict[str, str] = {}
    for token in tokens(text):
        if token.kind is Kind.QUOTED and text[token.start] == '"':
            quoted = text[token.start : token.end]
            name = quoted[1:-1].replace('""', '"')
            if mark := _OVERRIDE.search(name):
                found.setdefault(name[: mark.start()], quoted)
    return found


_OVERRIDE: Final = re.compile(r"(?<=.)[!?:]")


def _in_statement(key: OrderKey, quoted: dict[str, str]) -> OrderKey:
    """Return the key by the name that its column has in the statement."""
    is_column = not key.expression.startswith("(")
    if is_column and (alias := quoted.get(key.label)):
        return replace(key, expression=alias)
    return key


def _ordered(
    parameters: Sequence[Parameter],
    sql: ServerSql,
    parameter: Parameter,
    directive: OrderDirective,
) -> OrderedStatement:
    """Return the statement with the first key in the place of the *parameter*, and others renumbered."""
    pieces: list[str] = []
    origins: list[Origin] = []
    placeholders: list[Placeholder] = []
    length = start = end = 0

    def add(piece: str, source: int, *, exact: bool = False) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            origins.append(Origin(length, source, len(piece), exact))
            length += len(piece)

    following = iter(sql.placeholders)
    for origin in sql.origins:
        text = sql.text[origin.server : origin.server + origin.length]
        if origin.exact:
            add(text, origin.source, exact=True)
            continue
        placeholder = next(following)
        left = text[: placeholder.start - origin.server]
        right = text[placeholder.end - origin.server :]
        if placeholder.number == parameter.number:
            add(left, origin.source)
            start = length
            for piece, source, exact in _pieces(directive.keys[0]):
                add(piece, source, exact=exact)
            end = length
            add(right, origin.source)
        else:
            number = placeholder.number - (placeholder.number > parameter.number)
            first = length + len(left)
            last = first + len(f"${number}")
            placeholders.append(Placeholder(number, first, last, placeholder.cast))
            add(f"{left}${number}{right}", origin.source)
    others = [
        replace(each, number=each.number - (each.number > parameter.number))
        for each in parameters
        if each is not parameter
    ]
    return OrderedStatement(
        tuple(others),
        replace(
            sql,
            text="".join(pieces),
            placeholders=tuple(placeholders),
            origins=tuple(origins),
        ),
        Order(
            name=parameter.name,
            keys=directive.keys,
            most=directive.most,
            start=start,
            end=end,
            span=parameter.spans[0],
        ),
    )


def _pieces(key: OrderKey) -> list[tuple[str, int, bool]]:
    """Return the item of the key's first choice, with the places in the directive that it comes from."""
    item = key.choices[0][1]
    start = item.startswith("(")
    text = key.expression[start : len(key.expression) - start]
    written = key.span.text.find(text, len(key.label) if start else 0)
    if written < 0:  # the alias with its override
        return [(item, key.span.start, False)]
    place = key.span.start + written
    return [
        (item[:start], place, False),
        (text, place, True),
        (item[start + len(text) :], place + len(text) - 1, False),
    ]


def _misplaced(
    place: Span, message: str, hint: str, first: Span | None = None
) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="misplaced-order",
            message=message,
            label=Label(place),
            related=(Label(first, "the first one"),) if first else (),
            hint=hint,
        )
    )
