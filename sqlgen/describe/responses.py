"""What a server answers to Parse and Describe of a statement."""

from collections.abc import Callable, Sequence

from ..model.frozen import frozen


@frozen
class WireColumn:
    """A column as RowDescription gives it; `table` and `number` are 0 for an expression."""

    name: str
    type: int
    table: int
    number: int


@frozen
class ParsedStatement:
    """A statement that the server understood; `tree` is the notice's text, wrapped as it came."""

    parameters: tuple[int, ...]
    columns: tuple[WireColumn, ...]
    tree: bytes


@frozen(kw_only=True)
class StatementError:
    """A statement that the server did not understand; `position` counts characters from 1."""

    sqlstate: str
    message: str
    detail: str
    hint: str
    position: int | None


Response = ParsedStatement | StatementError

DescribeStatements = Callable[[Sequence[str]], Sequence[Response]]
"""Gives the server's answers to statements, in their order. Nothing is executed."""

TREE = b"parse tree:"
"""The message that `debug_print_parse` sends (`pg_rewrite_query` in tcop/postgres.c)."""
