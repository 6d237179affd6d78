"""The text of a generated Python file -> the functions, classes, aliases and constants that it defines."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ...model.frozen import frozen
from ...model.output import MARKER

if TYPE_CHECKING:  # not needed before a Python file is open
    import ast

_FIRST_LINE: Final = re.compile(
    rf"{re.escape(MARKER)} from (?P<path>[^\n]+?\.sql)\. Do not edit\."
)
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_NAME: Final = re.compile(r"(?:(?:async[ \t]+)?def[ \t]+|class[ \t]+)?(?P<name>\w+)")


@frozen
class PythonDefinition:
    """A name that is defined at `[start:end]`, on the line from *first* on. `is_code`: a function or a class."""

    name: str
    start: int
    end: int
    first: int
    is_code: bool


def is_generated(text: str) -> bool:
    """Return whether a Python file has the first line of those that sqlgen writes."""
    return text.startswith(MARKER)


def query_file_named(text: str) -> tuple[str, int, int] | None:
    """Return the path of the query file that the first line names, and its place there."""
    match = _FIRST_LINE.match(text)
    return (match["path"], *match.span("path")) if match else None


def python_definitions(text: str) -> tuple[PythonDefinition, ...]:
    """Return what a module defines, in its order; of an overloaded function, each `def`.

    It is empty for a text that is no Python, as one with conflict markers.
    """
    import ast

    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    lines = [match.start() for match in _LINE.finditer(text)]
    return tuple([one for node in body for one in _defined(node, text, lines)])


def _defined(
    node: "ast.stmt", text: str, lines: list[int]
) -> Iterator[PythonDefinition]:
    import ast

    is_code = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    targets: list[ast.expr] = []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Assign):
        targets = node.targets[:1]
    if not is_code and not any(isinstance(target, ast.Name) for target in targets):
        return
    first = lines[node.lineno - 1]
    if match := _NAME.match(text, first):
        yield PythonDefinition(match["name"], *match.span("name"), first, is_code)


def definition_at(text: str, offset: int) -> PythonDefinition | None:
    """Return what is defined at a place: its name is there, or behind it on the line."""
    definitions = python_definitions(text)
    return next((one for one in definitions if one.first <= offset <= one.end), None)


def definition_around(text: str, offset: int) -> PythonDefinition | None:
    """Return the last definition that begins before a place; `None` above the first."""
    before = [one for one in python_definitions(text) if one.first <= offset]
    return before[-1] if before else None
