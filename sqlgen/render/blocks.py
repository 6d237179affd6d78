"""The top-level statements of a module."""

from collections.abc import Sequence

from ..model.frozen import frozen
from .layout import fits

INDENT = "    "
BODY = INDENT * 2


@frozen
class Block:
    """A statement's lines. `certain`: black leaves them alone. `is_constant`: it needs less room.

    Strings of several lines are one line here.
    """

    lines: tuple[str, ...]
    certain: bool
    is_constant: bool = False


def of_code(code: Sequence[str], text: str = "") -> Block:
    """A statement, and a string after it that black leaves alone."""
    return Block((*code, text) if text else tuple(code), fits(code))


def of_class(head: Sequence[str], doc: str, *members: Sequence[str]) -> Block:
    """A class with a docstring and groups of members, a blank line between all of them."""
    groups = [list(group) for group in members if group]
    body = [line for group in groups for line in ("", *group)]
    if not doc:
        body = body[1:] if groups else [f"{INDENT}pass"]
    documented = [INDENT + doc] if doc else []
    return Block((*head, *documented, *body), fits([*head, *body]))


def of_function(head: Sequence[str], doc: str, body: Sequence[str]) -> Block:
    """A function with its docstring."""
    documented = [INDENT + doc] if doc else []
    return Block((*head, *documented, *body), fits([*head, *body]))
