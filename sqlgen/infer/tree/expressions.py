"""Expressions -> the parts that casts and AND are made of."""

from collections.abc import Iterator
from typing import Final

from ...model import postgres
from .enums import CoercionForm
from .nodes import Node

_UNCHANGED: Final = ("RELABELTYPE", "COLLATEEXPR", "COERCETODOMAIN")
"""Nodes that give the value of their argument as it is, under another type or collation."""

_COERCIONS: Final = (*_UNCHANGED, "COERCEVIAIO", "ARRAYCOERCEEXPR")

CAST_FORMS: Final = (CoercionForm.EXPLICIT_CAST, CoercionForm.IMPLICIT_CAST)
"""The forms of a function's call that stand for a cast."""


def uncoerced(node: Node) -> Node:
    """Return the expression under all casts of *node*, written or implied."""
    while True:
        if node.tag in _COERCIONS:
            inner = node.node("arg")
        elif node.tag == "FUNCEXPR" and node.number("funcformat") in CAST_FORMS:
            inner = next(iter(node.nodes("args")), None)
        else:
            return node
        if inner is None:
            return node
        node = inner


def unchanged(node: Node) -> Node:
    """Return the expression under the casts that leave the value as it is, as varchar to text."""
    while node.tag in _UNCHANGED and (inner := node.node("arg")):
        node = inner
    return node


def conjuncts(condition: Node) -> Iterator[Node]:
    """Yield the parts of a condition that must all be true: the arguments of its ANDs."""
    if condition.tag == "BOOLEXPR" and condition.string("boolop") == "and":
        for part in condition.nodes("args"):
            yield from conjuncts(part)
    else:
        yield condition


def constant_key(node: Node) -> str | None:
    """Return the text of a text literal, None for every other expression."""
    if node.tag != "CONST" or node.flag("constisnull"):
        return None
    value = node.datum("constvalue")
    if node.number("consttype") == postgres.UNKNOWN:
        value = value.rstrip(b"\0")
    elif node.number("consttype") == postgres.TEXT:
        value = value[postgres.VARLENA_HEADER :]
    else:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
