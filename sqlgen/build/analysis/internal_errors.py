"""An exception that is a bug of sqlgen's -> an error about the query that it came from."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.source import Span

_ROOT: Final = Path(__file__).parents[2]


@contextmanager
def reported(place: Span) -> Iterator[None]:
    """Turn an unexpected exception of the block into an error at *place*, so that others go on.

    Raises `SqlgenError`: `nested-too-deeply` for a query of hundreds of levels, else
    `internal-error`, with the last of sqlgen's own lines that the exception came through.
    """
    try:
        yield
    except SqlgenError:
        raise
    except RecursionError:
        raise SqlgenError(
            Diagnostic(
                code="nested-too-deeply",
                message="the query is nested too deeply to be analysed",
                label=Label(place),
                hint="split it, for instance into views or common table expressions",
            )
        ) from None
    except Exception as error:  # each one is a bug of ours
        raise SqlgenError(
            Diagnostic(
                code="internal-error",
                message=bug_message(error),
                label=Label(place),
                hint="please report this line together with the query and the tables that it uses;"
                " the other queries are not affected",
            )
        ) from error


def bug_message(error: Exception) -> str:
    """Return a message about a bug: the exception, and the last of sqlgen's lines that it came through."""
    return f"a bug of sqlgen's: {_summary(error)}"


def _summary(error: Exception) -> str:
    kind = type(error).__name__
    text = " ".join(str(error).split())
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path != Path(__file__):
            inside = path.relative_to(_ROOT).as_posix()
            return f"{kind}: {text} ({inside}:{frame.lineno})"
    return f"{kind}: {text}"
