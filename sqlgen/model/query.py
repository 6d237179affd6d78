"""A named query as it stands in its file, and the text that the server is sent."""

from enum import StrEnum

from .commands import Command
from .frozen import frozen
from .source import SourceFile, Span


class Mark(StrEnum):
    """What the author says of nullability: nothing, `!` (never NULL) or `?` (may be NULL)."""

    INFER = ""
    NOT_NULL = "!"
    NULLABLE = "?"


@frozen(kw_only=True)
class Parameter:
    """A parameter of a query.

    `name` is what stands after the colon of `:name`, or empty for a bare `$1`, which inference
    names. `number` is the `n` of the `$n` that the server sees. `spans` are all its places in the
    user's file, marks included, in order.
    """

    name: str
    number: int
    mark: Mark
    spans: tuple[Span, ...]


@frozen
class Placeholder:
    """`$number` at `[start:end]` of the server's text.

    `cast` tells that `::` follows it, so that a cast of ours would only repeat the author's.
    """

    number: int
    start: int
    end: int
    cast: bool


@frozen
class Origin:
    """`length` characters from `server` on in the server's text stand at `source` in the file.

    A rewritten piece (`:name` to `$1`) is an origin whose `length` is that of the new text and
    whose `exact` is false: every character of it comes from `source` itself.
    """

    server: int
    source: int
    length: int
    exact: bool = True


@frozen(kw_only=True)
class ServerSql:
    """The statement as the server is sent it: `$n` for parameters, no final semicolon.

    Comments and white space inside the statement are kept as the author wrote them; leading and
    trailing ones are gone. `origins` cover the text in order, without gaps.
    """

    source: SourceFile
    text: str
    placeholders: tuple[Placeholder, ...]
    origins: tuple[Origin, ...]

    def to_source(self, offset: int) -> int:
        """The character offset in the source file of character *offset* (from 0) of the text.

        An offset past the end gives the place after the statement's last character.
        """
        for origin in self.origins:
            if origin.server <= offset < origin.server + origin.length:
                return origin.source + (offset - origin.server if origin.exact else 0)
        if not self.origins:
            return 0
        last = self.origins[-1]
        return last.source + (last.length if last.exact else 0)


WARNINGS = ("may-return-many", "always-one-row", "redundant-override")
"""The codes of the warnings about queries, which `-- sqlgen: allow CODE` may name."""


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
