"""`-- sqlgen: order NAME by KEY | KEY …` -> the parameter's name, and the keys."""

import re
from collections.abc import Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.frozen import frozen
from ..model.order import OrderKey
from ..model.source import SourceFile, Span
from .directives import Directive
from .lexer import TRIVIA, Kind, Token, tokens

_HEAD: Final = re.compile(
    r"order[ \t]+(?P<name>:?[^\s,|]+)[ \t]+by(?![\w$])[ \t]*"
    r"(?P<several>up[ \t]+to[ \t]+(?P<most>[0-9]{1,4})[ \t]+of(?![\w$]))?",
    re.IGNORECASE,
)
_UNREADABLE: Final = frozenset({Kind.SEMICOLON, Kind.OTHER, Kind.UNTERMINATED})


@frozen
class OrderDirective:
    """The words of a directive: the name of its parameter, the keys, and how many a call may give.

    `most` is 0 if a call gives one key, and no sequence.
    """

    name: Span
    keys: tuple[OrderKey, ...]
    most: int
    span: Span


def order_directive(directive: Directive) -> OrderDirective:
    """Return the order that a directive describes.

    Raises `SqlgenError` (`bad-order`) with all errors in it.
    """
    comment = directive.span
    source = comment.source
    head = _HEAD.search(source.text, comment.start, comment.end)
    if head is None:
        raise _error(comment, "the comment does not say by what to order", _FORM)
    code = [
        token
        for token in tokens(source.text[: comment.end], head.end())
        if token.kind not in TRIVIA
    ]
    for before, token in zip([None, *code], code, strict=False):
        _check(source, before, token)
    keys = each(lambda part: _key(source, part, comment), _split(source, code))
    seen: dict[str, OrderKey] = {}
    for key in keys:
        if seen.setdefault(key.label, key) is not key:
            hint = "name each key once"
            raise _error(key.span, f"the key `{key.label}` is there twice", hint)
    most = int(head["most"]) if head["several"] else 0
    if head["several"] and not 0 < most <= len(keys):
        place = Span(source, *head.span("most"))
        hint = f"write a number from 1 to {len(keys)}, since a call gives each key once"
        raise _error(
            place, f"a call cannot choose {most} keys of {len(keys)} at most", hint
        )
    return OrderDirective(Span(source, *head.span("name")), keys, most, comment)


_FORM: Final = "write `-- sqlgen: order NAME by KEY | KEY`"
_KEY_FORM: Final = "write the name of an output column, or `label = expression`"


def _check(source: SourceFile, before: Token | None, token: Token) -> None:
    """Raise `SqlgenError` for what cannot stand in an order."""
    place = Span(source, token.start, token.end)
    if token.kind in _UNREADABLE:
        raise _error(place, f"`{place.text}` cannot stand in an order", _KEY_FORM)
    is_named = (
        before is not None
        and before.kind is Kind.COLON
        and before.end == token.start
        and token.kind is Kind.WORD
    )
    if is_named or token.kind is Kind.POSITIONAL:
        colon = ":" if is_named else ""
        raise _error(
            place,
            f"`{colon}{place.text}` is a parameter, which no key of an order has",
            "select the expression as a column, and order by that column's name",
        )


def _split(source: SourceFile, code: Sequence[Token]) -> list[Sequence[Token]]:
    """Return the tokens of each key; `|` separates them outside of brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in code:
        text = source.text[token.start : token.end]
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth < 0 or (token is code[-1] and depth):
            place = Span(source, token.start, token.end)
            raise _error(
                place, "the brackets do not match", "close each bracket that is opened"
            )
        if token.kind is Kind.OPERATOR and text == "|" and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return [*parts]


def _key(source: SourceFile, part: Sequence[Token], comment: Span) -> OrderKey:
    if not part:
        raise _error(comment, "the order has a key without a name", _KEY_FORM)
    words = [source.text[t.start : t.end].lower() for t in part]
    span = Span(source, part[0].start, part[-1].end)
    end, nulls, descending = len(part), "", None
    if words[end - 2 : end - 1] == ["nulls"] and words[end - 1] in ("first", "last"):
        nulls, end = words[end - 1], end - 2
    if end > 1 and words[end - 1] in ("asc", "desc"):
        descending, end = words[end - 1] == "desc", end - 1
    is_labelled = end > 1 and words[1] == "=" and part[1].kind is Kind.OPERATOR
    label = _identifier(source.text[part[0].start : part[0].end], part[0].kind)
    if not label or (end != 1 and not is_labelled):
        raise _error(span, f"`{span.text}` is no name of a column", _KEY_FORM)
    if label.startswith("-"):
        raise _error(
            span,
            f"the label `{label}` begins with `-`, which stands for descending order",
            "choose another label",
        )
    if not is_labelled:
        return OrderKey(
            label, source.text[part[0].start : part[0].end], descending, nulls, span
        )
    if end == 2:
        raise _error(span, f"nothing stands after `{label} =`", _KEY_FORM)
    text = source.text[part[2].start : part[end - 1].end]
    if all(t.kind in (Kind.NUMBER, Kind.OPEN, Kind.CLOSE) for t in part[2:end]):
        raise _error(
            span, f"`{text}` is a number, which ORDER BY takes for a place", _KEY_FORM
        )
    expression = text if _is_bracketed(part[2:end]) else f"({text})"
    return OrderKey(label, expression, descending, nulls, span)


def _is_bracketed(code: Sequence[Token]) -> bool:
    """Return whether one pair of brackets is around all of the tokens."""
    depth = 0
    for place, token in enumerate(code):
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if not depth:
            return token.kind is Kind.CLOSE and place == len(code) - 1
    return False


def _identifier(text: str, kind: Kind) -> str:
    """Return the name that an identifier means; empty for other words."""
    if kind is Kind.WORD:
        return text.lower()
    if kind is Kind.QUOTED and text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return ""


def _error(span: Span, message: str, hint: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(code="bad-order", message=message, label=Label(span), hint=hint)
    )
