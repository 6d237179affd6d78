"""The shapes that an array may have: numbers of dimensions, which PostgreSQL's types do not tell.

A shape has the number of dimensions of an array, then that of its elements if these are domains
over arrays, and so on: `(2,)` is a list of lists. Ones at the end are left out, so that `()` is the
shape that is assumed where nothing is known. A value that may only be NULL or empty has no shape at
all: it fits all of them.
"""

from dataclasses import replace
from typing import Final, TypeAlias

from ...model.catalog import ArrayType, DomainType, PgType

Shapes: TypeAlias = frozenset[tuple[int, ...]]

ASSUMED: Final[Shapes] = frozenset({()})
NO_SHAPE: Final[Shapes] = frozenset()

_MOST: Final = 6
"""`MAXDIM` (array.h): arrays with more dimensions are an error."""

ANY_SHAPE: Final[Shapes] = frozenset({(), *[(n,) for n in range(2, _MOST + 1)]})


def of_dimensions(number: int) -> Shapes:
    """Return the shape of an array of that many dimensions, of which an empty array has none."""
    return frozenset({_plain((number,))}) if number else NO_SHAPE


def collected(arrays: Shapes) -> Shapes:
    """Return the shapes of an array that is made of *arrays*, with a dimension more than these."""
    deeper = [(shape[0] if shape else 1) + 1 for shape in arrays]
    return frozenset(
        _plain((number, *shape[1:]))
        for number, shape in zip(deeper, arrays, strict=True)
        if number <= _MOST
    )


def array_of(values: Shapes) -> Shapes:
    """Return the shapes of an array of one dimension, whose elements have the shapes of *values*."""
    return frozenset(_plain((1, *shape)[:_MOST]) for shape in values) or ASSUMED


def elements_of(array: Shapes) -> Shapes:
    """Return the shapes of the elements of an *array*."""
    return frozenset(shape[1:] for shape in array)


def with_shapes(type_: PgType, shapes: Shapes) -> PgType:
    """Return the type of an array with the dimensions of its *shapes*; other types as they are."""
    if shapes <= ASSUMED:
        return type_
    match type_:
        case ArrayType(element=element):
            numbers = {shape[0] if shape else 1 for shape in shapes}
            return replace(
                type_,
                dimensions=tuple(sorted(numbers)),
                element=with_shapes(element, elements_of(shapes)),
            )
        case DomainType(base=base):
            return replace(type_, base=with_shapes(base, shapes))
        case _:
            return type_


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape
