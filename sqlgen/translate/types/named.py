"""PyType, Conversion, Scalar -> the classes, aliases and functions that they mention."""

from collections.abc import Iterable, Iterator

from ...model.python import (
    Apply,
    Conversion,
    Discard,
    Each,
    FromJson,
    Generic,
    Invoke,
    Keep,
    LiteralOf,
    Load,
    MakeRow,
    Named,
    OrNone,
    OrUnset,
    Parse,
    PyType,
    Structure,
    Then,
    UnionOf,
)
from .python_types import JSON_SUPPORT, support
from .scalars import Scalar

_LOADS = support("loads")
_MAKE_ROW = support("make_row")
_FROM_JSON = Named("from_json", JSON_SUPPORT)


def names_in_type(type_: PyType) -> Iterator[Named]:
    """Yield all names in a type, those in the keys of a `TypedDict` included."""
    match type_:
        case Named():
            yield type_
        case Generic(origin=origin, arguments=arguments):
            yield origin
            for argument in arguments:
                yield from names_in_type(argument)
        case UnionOf(members=members):
            for member in members:
                yield from names_in_type(member)
        case Structure(keys=keys):
            for key in keys:
                yield from names_in_type(key.type)
        case LiteralOf():
            pass


def names_in_conversion(conversion: Conversion) -> Iterator[Named]:
    """Yield the functions that a conversion calls."""
    match conversion:
        case Apply(function=function):
            yield function
        case Load():
            yield _LOADS
        case MakeRow(row=row):
            yield row
            yield _MAKE_ROW
        case FromJson():
            yield _FROM_JSON
        case Parse(function=function, item=item):
            yield function
            yield from names_in_conversion(item)
        case Each(item=item) | OrNone(item=item) | OrUnset(item=item):
            yield from names_in_conversion(item)
        case Then(first=first, second=second):
            yield from names_in_conversion(first)
            yield from names_in_conversion(second)
        case Keep() | Discard() | Invoke():
            pass


def local_names(
    types: Iterable[PyType], conversions: Iterable[Conversion] = ()
) -> frozenset[str]:
    """Return the identifiers of which the annotations and the converting expressions are made.

    What is defined between them must not have one of these names.
    """
    named = [name for type_ in types for name in names_in_type(type_)]
    named += [name for item in conversions for name in names_in_conversion(item)]
    return frozenset(
        name.module.partition(".")[0] if name.qualified else name.name for name in named
    )


def names_in_scalar(scalar: Scalar) -> Iterator[Named]:
    """Yield the types that a base type has in Python, and the functions that convert its values."""
    yield from names_in_type(scalar.type)
    if scalar.argument is not None:
        yield from names_in_type(scalar.argument)
    for conversion in (scalar.read, scalar.parse, scalar.write, scalar.write_array):
        if conversion is not None:
            yield from names_in_conversion(conversion)
