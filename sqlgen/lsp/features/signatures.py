"""A typed query -> the Python types of its function, as text."""

from ... import translate
from ...build.live_state import LiveState
from ...model.diagnostic import SqlgenError
from ...model.typed import TypedQuery
from ...translate import Annotations

_RETURNS = {
    "one": "{}",
    "optional": "{} | None",
    "many": "list[{}]",
    "stream": "Generator[{}]",
    "page": "Page[{}]",
    "batch": "list[list[{}]]",
}


def annotations_of(state: LiveState, typed: TypedQuery) -> Annotations | None:
    """Return the annotations of a query's function; `None` where it cannot be translated."""
    if state.context is None:
        return None
    try:
        return translate.annotations(typed, state.context)
    except SqlgenError:
        return None


def returned(typed: TypedQuery, annotations: Annotations) -> str:
    """Return the type of what a query's function gives."""
    command = typed.query.command
    row = annotations.row or next(iter(annotations.columns), "")
    if not row or not command.spec.takes_row_class:
        return "int" if command.spec.returns or command.spec.bulk else "None"
    if command.value == "optional" and row.endswith("| None"):
        return row
    return _RETURNS[command.value].format(row)
