"""A named query of a file, and the statement that the server is sent for it."""

from bisect import bisect
from collections.abc import Mapping
from enum import StrEnum
from itertools import combinations
from operator import attrgetter
from typing import Final

from .commands import Command
from .frozen import frozen
from .order import Order
from .page import PageItem, PageText, items_of
from .source import SourceFile, Span


class Mark(StrEnum):
    """The author's mark of nullability: none, `!` (never NULL) or `?` (may be NULL)."""

    INFER = ""
    NOT_NULL = "!"
    NULLABLE = "?"


@frozen(kw_only=True)
class Parameter:
    """A parameter of a query.

    `name` is the name in `:name`, or empty for a bare `$1`, which inference names. `number` is the
    `n` of the `$n` that the server sees. `spans` are all its places in the query file, marks
    included, in order. `element_mark` is the mark of an array's elements: `:names[?]`. `type` is the Python
    type expression that the author gives it at `type_span`, empty if there is none.
    """

    name: str
    number: int
    mark: Mark
    spans: tuple[Span, ...]
    element_mark: Mark = Mark.INFER
    type: str = ""
    type_span: Span | None = None


@frozen
class Placeholder:
    """`$number` at `[start:end]` of the server's text.

    `cast`: the author's own cast (`::`) follows it, so that it needs no other.
    """

    number: int
    start: int
    end: int
    cast: bool


@frozen
class Origin:
    """`length` characters from `server` on in the server's text come from `source` in the file.

    For rewritten text (`:name` to `$1`), `length` is that of the new text and `exact` is false:
    all its characters come from the one place `source`.
    """

    server: int
    source: int
    length: int
    exact: bool = True


@frozen(kw_only=True)
class ServerSql:
    """The statement that the server is sent: with `$n` for parameters, without a final semicolon.

    Comments and white space are kept within the statement, and left out around it. `origins` cover
    the text in order, without gaps.
    """

    source: SourceFile
    text: str
    placeholders: tuple[Placeholder, ...]
    origins: tuple[Origin, ...]

    def to_source(self, offset: int) -> int:
        """Return the offset in the source file of the text's character at *offset*, from 0.

        For an offset past the end, that is the place after the statement's last character.
        """
        before = bisect(self.origins, offset, key=attrgetter("server"))
        if before:
            origin = self.origins[before - 1]
            if offset < origin.server + origin.length:
                return origin.source + (offset - origin.server if origin.exact else 0)
        if not self.origins:
            return 0
        last = self.origins[-1]
        return last.source + (last.length if last.exact else 0)


class PartKind(StrEnum):
    """The kind of a part: what happens where a call does not give its parameters.

    A condition becomes `true`, a value of VALUES becomes DEFAULT. An assignment of SET and a named argument
    of a call are left out; the latter only in what we have written for a function of the database.
    """

    CONDITION = "condition"
    ASSIGNMENT = "assignment"
    DEFAULT = "default"
    ARGUMENT = "argument"


@frozen
class Part:
    """A part `[start:end]` of the server's text that a call may leave out.

    `parameters` are the numbers of all parameters in it: they are given together, or none of them.
    An assignment or argument is cut out as `[cut_start:cut_end]`, with the comma at the side of an assignment that is
    always there. If there is none, `set_list` is the number of its SET or call, counted from 1, and the comma is
    the one behind it.
    """

    start: int
    end: int
    parameters: tuple[int, ...]
    kind: PartKind = PartKind.CONDITION
    cut_start: int = -1
    cut_end: int = -1
    set_list: int = 0


@frozen
class Unchanged:
    """The pieces of an UPDATE that may have nothing to set: the rows as they are, `SELECT … FROM … WHERE …`.

    Each is `[start:end]` of the server's text. `returning` is None if the query's command gives no rows.
    """

    before: tuple[int, int]
    table: tuple[int, int]
    where: tuple[int, int] | None
    returning: tuple[int, int] | None

    def statement(self, text: str) -> str:
        """Return the statement that reads the rows, of the *text* that the pieces are in."""
        if self.returning is None:
            return "SELECT WHERE false"
        pieces = [
            f"SELECT {text[slice(*self.returning)]}",
            f"FROM {text[slice(*self.table)]}",
        ]
        if self.where:
            pieces.append(text[slice(*self.where)])
        glue = "\n" if "\n" in text.strip() else " "
        return text[slice(*self.before)] + glue.join(pieces)

    def moved(self, places: Mapping[int, int]) -> "Unchanged":
        """Return the same pieces in another text; *places* are those of their edges."""

        def there(piece: tuple[int, int]) -> tuple[int, int]:
            return places[piece[0]], places[piece[1]]

        return Unchanged(
            there(self.before),
            there(self.table),
            self.where and there(self.where),
            self.returning and there(self.returning),
        )

    @property
    def edges(self) -> frozenset[int]:
        """Return where the pieces begin and end."""
        pieces = (self.before, self.table, self.where, self.returning)
        return frozenset([edge for piece in pieces if piece for edge in piece])


NO_ROLE: Final = "none"
"""The name in `-- sqlgen: role none`, which PostgreSQL reserves: the query is not checked."""

WARNINGS = (
    "may-return-many",
    "always-one-row",
    "missing-column",
    "redundant-override",
    "order-by-parameter",
    "in-one-value",
    "quoted-parameter",
    "no-policy",
    "unread-function",
)
"""The codes of warnings about queries: `-- sqlgen: allow CODE` may name them."""


@frozen(kw_only=True)
class Query:
    """A query of a file. `row` is the class named by `-> ROW`, and its place.

    `allowed_warnings` are the codes of warnings that its author does not want to see. `parts` are those that a
    call may leave out, in order and apart from each other; of each group in `require_one_of`, numbers of
    parameters, a call gives at least one. `unchanged` is there if an UPDATE may have nothing to set.
    `read_only` is the comment in which the author promises that the query only reads, `role` the name of the
    role that it is run as, if that is not the one in the settings. `order` is None if the rows come in one
    order, `page` if they come all at once. `parameter_class` is the class named by `NAME(CLASS)`, whose
    instances hold the parameters; None if there is none. `deprecated` is the message to those who still call
    it, which may be empty; None if it is not deprecated. `named_after_file`: the file has no header; `name` is
    the file's, `name_span` the statement, and `command` a guess from its words, which what the server describes
    may correct.
    """

    name: str
    name_span: Span
    command: Command
    row: str | None
    row_span: Span | None
    doc: str
    parameters: tuple[Parameter, ...]
    sql: ServerSql
    named_after_file: bool = False
    allowed_warnings: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    require_one_of: tuple[tuple[int, ...], ...] = ()
    unchanged: Unchanged | None = None
    deprecated: str | None = None
    parameter_class: str | None = None
    parameter_class_span: Span | None = None
    read_only: Span | None = None
    role: Span | None = None
    order: Order | None = None
    page: PageText | None = None

    @property
    def optional(self) -> frozenset[int]:
        """Return the numbers of the parameters that a call need not give, with their part."""
        return frozenset([n for part in self.parts for n in part.parameters])

    @property
    def assigned(self) -> frozenset[int]:
        """Return the numbers of the optional parameters that go into columns, of which None may be a value."""
        return frozenset(
            [
                number
                for part in self.parts
                if part.kind is not PartKind.CONDITION
                for number in part.parameters
            ]
        )

    @property
    def variant_count(self) -> int:
        """Return how many statements calls can run, by the parts that they give and the orders."""
        count = 0
        for size in range(len(self.require_one_of) + 1):
            # The parts of some groups are all left out: such calls are refused, each once.
            for groups in combinations(self.require_one_of, size):
                numbers = {number for group in groups for number in group}
                free = [p for p in self.parts if numbers.isdisjoint(p.parameters)]
                count += (-1) ** size * 2 ** len(free)
        return count * (self.order.count if self.order else 1)

    @property
    def analysis_count(self) -> int:
        """Return how many analyses prove all of these statements.

        They are that of the whole statement, one without each part, one in which nothing is known of the
        conditions, one that reads the rows which an UPDATE leaves as they are, and one for each further key of
        the order and of each for pages. The only assignment of a SET has none, nor has an argument.
        """
        alone = len(
            [
                part
                for part in self.parts
                if part.kind is not PartKind.ARGUMENT and not self.is_alone(part)
            ]
        )
        has_conditions = any(part.kind is PartKind.CONDITION for part in self.parts)
        reads = self.unchanged is not None and self.unchanged.returning is not None
        keys = len(self.order.keys) - 1 if self.order else 0
        return 1 + alone + has_conditions + reads + keys + len(self.page_orders)

    @property
    def page_orders(self) -> tuple[tuple[PageItem, ...], ...]:
        """Return the items of ORDER BY by the first choice of each key of the order; none without pages."""
        if self.page is None:
            return ()
        if self.order is None:
            return (self.page.sorted_by(None),)
        firsts = [items_of(key)[0][1] for key in self.order.keys]
        return tuple([self.page.sorted_by(item) for item in firsts])

    def is_alone(self, part: Part) -> bool:
        """Return whether a part is the only assignment of its SET, which is never left out by itself."""
        return part.set_list > 0 and not any(
            other.set_list == part.set_list for other in self.parts if other != part
        )

    def part_text(self, part: Part) -> str:
        """Return a part as it stands in the query file."""
        sql = self.sql
        start, last = sql.to_source(part.start), sql.to_source(part.end - 1)
        end = max(
            [
                last + 1,
                *(s.end for p in self.parameters for s in p.spans if s.start == last),
            ]
        )
        return sql.source.text[start:end]


@frozen
class QueryFile:
    """A file of queries. `doc` is the text of the comments before the first header."""

    source: SourceFile
    doc: str
    queries: tuple[Query, ...]
