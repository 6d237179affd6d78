"""A server's responses to Parse and Describe of a statement, as plain data."""

from collections.abc import Sequence
from typing import Protocol

from ..model.frozen import frozen


@frozen
class WireColumn:
    """A result column as RowDescription has it (manual 55.7).

    `type` is the oid of its type. `table` (an oid) and `number` (`attnum`) tell the table's column
    that it comes from; both are 0 for an expression.
    """

    name: str
    type: int
    table: int
    number: int


@frozen
class ParsedStatement:
    """A statement that the server could parse and analyse.

    `parameters` are the oids of the parameters' types. `tree` is the analysed tree as the log
    message has it, with its line breaks: see `tree_text.unwrap`.
    """

    parameters: tuple[int, ...]
    columns: tuple[WireColumn, ...]
    tree: bytes


@frozen(kw_only=True)
class StatementError:
    """The error that the server reports for a statement.

    `position` counts characters of the statement from 1; None if the server does not tell one.
    """

    sqlstate: str
    message: str
    detail: str
    hint: str
    position: int | None


Response = ParsedStatement | StatementError


class DescribeStatements(Protocol):
    """Returns the server's response to each statement, in order. Nothing is executed.

    *parameter_types* are oids for each statement's parameters; without them the server infers all types.
    """

    def __call__(
        self,
        statements: Sequence[str],
        parameter_types: Sequence[Sequence[int]] = (),
    ) -> Sequence[Response]:
        """Return the responses."""
        ...


PARSE_TREE_MESSAGE = b"parse tree:"
"""The message that `debug_print_parse` sends (`pg_rewrite_query` in tcop/postgres.c)."""
