"""Session, simple queries -> the rows of their answers as texts, with or without psycopg."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .responses import StatementError
from .wire import WireConnection

if TYPE_CHECKING:
    import psycopg


def answer(
    session: "WireConnection | psycopg.Connection[Any]", statement: str
) -> list[tuple[str, ...]] | str:
    """Run a simple query; return its rows as texts, with empty ones for NULL, or the error's message.

    Raises `ServerUnavailableError` if an embedded server is gone.
    """
    if isinstance(session, WireConnection):
        result = session.answer(statement)
    else:
        from . import pipeline  # needs psycopg

        result = pipeline.answer(session.pgconn, statement)
    return result.message if isinstance(result, StatementError) else result


def answers(
    session: "WireConnection | psycopg.Connection[Any]", statements: Sequence[str]
) -> "list[list[tuple[str, ...]] | str]":
    """Run simple queries as `answer` does, without waiting for each where the server is embedded."""
    if not isinstance(session, WireConnection):
        return [answer(session, statement) for statement in statements]
    return [
        result.message if isinstance(result, StatementError) else result
        for result in session.answers(statements)
    ]
