"""A `:page` query's text -> the items of its ORDER BY, and where its text is taken apart."""

from collections.abc import Sequence
from typing import Final

from ..model.commands import Command
from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.order import Order
from ..model.page import PageItem, PageText
from ..model.query import ServerSql
from ..model.source import Span
from .lexer import TRIVIA, Kind, Token, tokens

_AFTER_ORDER: Final = frozenset({"limit", "offset", "fetch", "for"})
_AFTER_LIST: Final = frozenset({"from", "where", "group", "having", "window", "order"})
_SET_OPERATIONS: Final = frozenset({"union", "intersect", "except"})


def page_text(
    command: Command, name_span: Span, sql: ServerSql, order: Order | None
) -> PageText | None:
    """Return how a statement is taken apart for its pages; None for other commands than `:page`.

    Raises `SqlgenError` (`bad-page`).
    """
    if command is not Command.PAGE:
        return None
    if order and order.most:
        raise _error(
            order.span,
            "the rows of a page are sorted by one key at a time",
            "leave out `up to N of`",
        )
    top = _Top(sql.text)
    start = top.order_by()
    if start is None:
        raise _error(
            name_span,
            "pages need an order, and the statement has no ORDER BY of its own",
            "add `ORDER BY` with columns of which no two rows have the same values",
        )
    for token, word in list(zip(top.tokens, top.words, strict=True))[start + 2 :]:
        if word in _AFTER_ORDER:
            raise _error(
                _span(sql, token.start, token.end),
                f"`:page` cannot have {word.upper()}: the page's size is that of the call",
                f"leave out {word.upper()}, or put the statement into a subquery",
            )
    end = top.list_end(start)
    items = each(lambda item: _item(sql, item, order), top.items(start + 2))
    return PageText(items, end, top.tokens[start].start)


class _Top:
    """The tokens of a statement's text that stand in no brackets, and their words in lower case."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.all = [t for t in tokens(text) if t.kind not in TRIVIA]
        depth = 0
        for token in self.all:
            depth -= token.kind is Kind.CLOSE
            if not depth:
                self.tokens.append(token)
            depth += token.kind is Kind.OPEN
        self.words = [
            text[t.start : t.end].lower() if t.kind is not Kind.QUOTED else '"'
            for t in self.tokens
        ]

    def order_by(self) -> int | None:
        """Return the number of the token ORDER; None if there is none."""
        found = [
            n
            for n in range(len(self.words) - 1)
            if self.words[n : n + 2] == ["order", "by"]
        ]
        return found[-1] if found else None

    def list_end(self, order: int) -> int | None:
        """Return where the SELECT list ends; None for VALUES, TABLE and set operations."""
        words = self.words[:order]
        if "select" not in words or _SET_OPERATIONS & {*words}:
            return None
        first = words.index("select")
        for n in range(first + 1, order + 1):
            before = self.words[n - 1]
            if self.words[n] in _AFTER_LIST and before not in (".", "distinct"):
                return self.tokens[n - 1].end if n > first + 1 else None
        return None

    def items(self, first: int) -> list[tuple[int, int]]:
        """Return where the items of ORDER BY begin and end in the text."""
        starts = [self.tokens[first].start] if first < len(self.tokens) else []
        ends = []
        for n in range(first, len(self.tokens)):
            if self.words[n] == ",":
                ends.append(self.tokens[n - 1].end)
                starts += [t.start for t in self.tokens[n + 1 : n + 2]]
        return list(zip(starts, [*ends, self.all[-1].end], strict=False))


def _item(
    sql: ServerSql, item: tuple[int, int], order: Order | None
) -> PageItem | None:
    """Return an item of ORDER BY, None for that of the query's order."""
    start, end = item
    if order and start == order.start:
        return None
    span = _span(sql, start, end)
    code = [t for t in tokens(sql.text[:end], start) if t.kind not in TRIVIA]
    for placeholder in sql.placeholders:
        if start <= placeholder.start < end:
            raise _error(
                span,
                "a page cannot be sorted by an expression with parameters",
                "select it as a column, and sort by that column's name",
            )
    return page_item(sql.text, code, span)


def page_item(text: str, code: Sequence[Token], span: Span) -> PageItem:
    """Return the item of ORDER BY that some tokens of a text are. Raises `SqlgenError` (`bad-page`)."""
    words = [text[t.start : t.end].lower() for t in code]
    end = len(words)
    nulls = ""
    if words[end - 2 : end - 1] == ["nulls"] and words[end - 1] in ("first", "last"):
        nulls, end = words[end - 1], end - 2
    descending = end > 1 and words[end - 1] == "desc"
    if end > 1 and words[end - 1] in ("asc", "desc"):
        end -= 1
    if "using" in words:
        raise _error(
            span, "a page cannot be sorted by an operator", "write ASC or DESC instead"
        )
    if end == 1 and code[0].kind is Kind.NUMBER:
        raise _error(
            span, "a page cannot be sorted by the place of a column", "write its name"
        )
    expression = text[code[0].start : code[end - 1].end]
    name = ""
    if end == 1 and code[0].kind is Kind.WORD:
        name = words[0]
    elif end == 1 and code[0].kind is Kind.QUOTED and expression[0] == '"':
        name = expression[1:-1].replace('""', '"')
    nulls_first = nulls == "first" or (descending and not nulls)
    return PageItem(expression, name, descending, nulls_first, span)


def _span(sql: ServerSql, start: int, end: int) -> Span:
    """Return the place in the query file of `text[start:end]`."""
    first, last = sql.to_source(start), sql.to_source(end - 1)
    return Span(sql.source, first, max(first, last) + 1)


def _error(span: Span, message: str, hint: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(code="bad-page", message=message, label=Label(span), hint=hint)
    )
