"""A named query of a file, and the statement that the server is sent for it."""

from enum import StrEnum

from .commands import Command
from .frozen import frozen
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
    included, in order. `element_mark` is the mark of an array's elements: `:names[?]`.
    """

    name: str
    number: int
    mark: Mark
    spans: tuple[Span, ...]
    element_mark: Mark = Mark.INFER


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
        for origin in self.origins:
            if origin.server <= offset < origin.server + origin.length:
                return origin.source + (offset - origin.server if origin.exact else 0)
        if not self.origins:
            return 0
        last = self.origins[-1]
        return last.source + (last.length if last.exact else 0)


WARNINGS = (
    "may-return-many",
    "always-one-row",
    "missing-column",
    "redundant-override",
    "order-by-parameter",
)
"""The codes of warnings about queries: `-- sqlgen: allow CODE` may name them."""


@frozen(kw_only=True)
class Query:
    """A query of a file. `row` is the class named by `-> ROW`, and its place.

    `allowed_warnings` are the codes of warnings that its author does not want to see.
    `named_after_file`: the file has no header; `name` is the file's, `name_span` the statement, and
    `command` a guess from its words, which what the server describes may correct.
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


@frozen
class QueryFile:
    """A file of queries. `doc` is the text of the comments before the first header."""

    source: SourceFile
    doc: str
    queries: tuple[Query, ...]
