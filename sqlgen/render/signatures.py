"""Function -> its signature as people read it, outside of a module."""

from typing import Final

from ..model.python import Function
from .breaking import WIDTH, broken
from .imports import Imports
from .views.functions import FunctionView

_ROOT: Final = "."


def signature(function: Function, *, is_async: bool = False) -> str:
    """Return `def name(conn: Connection[Any], *, …) -> …`, broken into lines as black breaks them."""
    view = FunctionView(function, Imports(_ROOT, ()), is_async=is_async)
    connection = "ReadConnection" if function.read_only else "Connection[Any]"
    start, prefix = ("async ", "Async") if is_async else ("", "")
    parameters = ", ".join([f"conn: {prefix}{connection}", *view.parameters])
    line = f"{start}def {view.name}({parameters}) -> {view.returns}:"
    lines = broken(line) if len(line) > WIDTH else [line]
    return "\n".join(lines).removesuffix(":")
