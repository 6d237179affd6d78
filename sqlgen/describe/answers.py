"""Session, simple query -> the rows of its answer as texts, with or without psycopg."""

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
