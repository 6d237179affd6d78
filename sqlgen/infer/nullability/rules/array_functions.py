"""Calls that give arrays -> the shapes that these may have."""

import re
from typing import Final

from ....model.catalog import Routine
from ...tree.array_shapes import (
    ANY_SHAPE,
    ASSUMED,
    NO_SHAPE,
    Shapes,
    array_of,
    collected,
    of_dimensions,
)
from ...tree.nodes import Node
from ...tree.types import holds_array
from ..reasons import text_of
from ..scope import Scope
from ..verdict import Verdict, shapes_of
from .expressions import literal_length

_KEEP_FIRST: Final = frozenset(
    {
        *("array_remove", "trim_array", "array_sample", "array_shuffle"),
        *("array_reverse", "array_sort"),
    }
)
"""Functions whose result has the dimensions of their first argument."""

_ONE_OF: Final = frozenset(
    {
        *("max", "min", "any_value", "mode", "array_larger", "array_smaller"),
        *("first_value", "last_value", "nth_value", "lag", "lead", "percentile_disc"),
    }
)
"""Functions whose result is one of the values that they are given."""


def call_shapes(node: Node, function: Routine, result: Verdict, scope: Scope) -> Shapes:
    """Return the shapes of an array that a call gives; *result* is the call's verdict otherwise."""
    arguments = node.nodes("args")
    if function.body:
        return result.shapes
    if function.system:
        name = function.name
        if name == "array_cat":
            return _joined(arguments, scope)
        if name == "array_fill":
            return _filled(arguments[1])
        if name == "array_append":
            return _extended(arguments[0], arguments[1], scope)
        if name == "array_prepend":
            return _extended(arguments[1], arguments[0], scope)
        if name == "array_replace":
            return _replaced(arguments[0], arguments[2], scope)
        if name in _KEEP_FIRST:
            return scope.verdict(arguments[0]).shapes
    if function.extension == "hstore" and function.name == "hstore_to_matrix":
        return of_dimensions(2)
    return value_shapes(function, arguments, scope)


def aggregate_shapes(
    function: Routine,
    arguments: tuple[Node, ...],
    direct: tuple[Node, ...],
    scope: Scope,
) -> Shapes:
    """Return the shapes of an array that an aggregate or window function gives.

    *direct* are the arguments that it takes once, such as the fractions of `percentile_cont`.
    """
    if function.system and function.name == "array_agg":
        values = shapes_of([scope.verdict(argument) for argument in arguments[:1]])
        is_deep = function.arguments != ("anynonarray",)
        return collected(values) if is_deep else array_of(values)
    arrays = [each for each in direct if holds_array(each, scope.catalog.types)]
    if function.system and arrays:  # a result for each of the fractions
        return scope.verdict(arrays[0]).shapes
    return value_shapes(function, arguments, scope)


def value_shapes(
    function: Routine, arguments: tuple[Node, ...], scope: Scope
) -> Shapes:
    """Return the shapes of an array that is one of the arguments, or may be made of them."""
    types = scope.catalog.types
    arrays = [scope.verdict(each) for each in arguments if holds_array(each, types)]
    shapes = shapes_of(arrays)
    if function.system and function.name in _ONE_OF and arrays:
        return shapes
    # Nobody knows what other functions do with an array.
    return ASSUMED | shapes


def text_shapes(node: Node, scope: Scope) -> Shapes:
    """Return the shapes of an array that is read from a text: that of an array, or a literal."""
    inner: Node | None = node
    while inner is not None and inner.tag in ("COERCEVIAIO", "RELABELTYPE"):
        inner = inner.node("arg")
        if holds_array(inner, scope.catalog.types):
            return scope.verdict(inner).shapes
    text = text_of(inner) if inner is not None else ""
    braces = _FIRST_BRACES.match(text)
    return of_dimensions(braces[1].count("{")) if braces else ASSUMED


_FIRST_BRACES: Final = re.compile(r"\s*(?:\[[^=]*=)?\s*(\{[{\s]*)")
"""The beginning of an array's text, after its bounds (manual, 8.15.6)."""


def _joined(arguments: tuple[Node, ...], scope: Scope) -> Shapes:
    """Return the shapes of `a || b`: of the one with more dimensions, or of one if the other is empty.

    PostgreSQL refuses arrays whose dimensions differ by more than one (`array_cat`).
    """
    left, right = (scope.verdict(argument).shapes for argument in arguments)
    shapes = NO_SHAPE
    if not _has_elements(arguments[0], scope):
        shapes |= right
    if not _has_elements(arguments[1], scope):
        shapes |= left
    for one in left:
        for other in right:
            if abs(_number(one) - _number(other)) <= 1:
                shapes |= {max(one, other, key=_number)}
    return shapes


def _number(shape: tuple[int, ...]) -> int:
    return shape[0] if shape else 1


def _has_elements(array: Node, scope: Scope) -> bool:
    """Return whether an array is known not to be empty."""
    if array.tag == "CONST":
        return scope.verdict(array).shapes != NO_SHAPE
    if array.tag in ("RELABELTYPE", "ARRAYCOERCEEXPR"):
        inner = array.node("arg")
        return inner is not None and _has_elements(inner, scope)
    elements = array.nodes("elements")
    if array.tag != "ARRAYEXPR" or not elements:
        return False
    if array.flag("multidims"):
        return any(_has_elements(element, scope) for element in elements)
    return True


def _extended(array: Node, element: Node, scope: Scope) -> Shapes:
    """Return the shapes of an array with one more element, which must have one dimension."""
    shapes = [s for s in scope.verdict(array).shapes if _number(s) == 1]
    return array_of(scope.verdict(element).shapes).union(shapes)


def _replaced(array: Node, element: Node, scope: Scope) -> Shapes:
    """Return the shapes of an array in which elements are replaced, which may be domains over arrays."""
    shapes = scope.verdict(array).shapes
    if not holds_array(element, scope.catalog.types):
        return shapes
    return shapes | array_of(scope.verdict(element).shapes)


def _filled(sizes: Node) -> Shapes:
    """Return the shapes of `array_fill(value, ARRAY[2, 3])`: a dimension for each size."""
    if sizes.tag == "ARRAYEXPR" and not sizes.flag("multidims"):
        return of_dimensions(len(sizes.nodes("elements")))
    if sizes.tag == "CONST":
        return of_dimensions(literal_length(sizes))
    return ANY_SHAPE
