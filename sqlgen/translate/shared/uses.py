"""What a module's types and conversions mention."""

from collections.abc import Iterable
from typing import TypeVar

from ...model.python import (
    Apply,
    Batch,
    Conversion,
    Copied,
    Many,
    Module,
    Named,
    Nothing,
    One,
    Optional,
    PyType,
    Result,
    Row,
    RowCount,
    Shape,
    Stream,
    Value,
)
from ..types.named import names_in_conversion, names_in_type
from ..types.python_types import JSON_SUPPORT, SUPPORT

Item = TypeVar("Item")


def uses_support(module: Module) -> bool:
    """Whether the module imports anything of `_support`."""
    return any(
        isinstance(function.result, One | Optional | Stream)
        or isinstance(shape_of(function.result), Row)
        for function in module.functions
    ) or SUPPORT in _modules_called(module)


def uses_json_support(module: Module) -> bool:
    """Whether the module imports anything of `_json`."""
    return JSON_SUPPORT in _modules_called(module)


def shape_of(result: Result) -> Shape | None:
    """What a function's rows are, None where it returns none."""
    match result:
        case One(shape) | Optional(shape) | Many(shape) | Stream(shape):
            return shape
        case Batch(shape=shape):
            return shape
        case RowCount() | Nothing() | Copied():
            return None


def conversions(module: Module) -> Iterable[Conversion]:
    """All conversions of a module, few of them more than once."""
    found: list[Conversion] = []
    for record in module.records:
        found += [field.read for field in record.fields]
    for composite in module.composites:
        found.append(Apply(Named("parse_composite", SUPPORT)))
        found += [x for field in composite.fields for x in (field.read, field.write)]
    for function in module.functions:
        found += [argument.write for argument in function.arguments]
        shape = shape_of(function.result)
        if isinstance(shape, Value):
            found.append(shape.read)
    return _distinct(found)


def annotation_names(module: Module) -> set[Named]:
    """All names in the module's annotations."""
    found: list[PyType] = [alias.type for alias in module.aliases]
    fields = [field for record in module.records for field in record.fields]
    fields += [field for composite in module.composites for field in composite.fields]
    for field in fields:
        found += (field.type, field.raw)
    for function in module.functions:
        found += [argument.type for argument in function.arguments]
        shape = shape_of(function.result)
        if isinstance(shape, Value):
            found.append(shape.type)
    return {name for type_ in _distinct(found) for name in names_in_type(type_)}


def _distinct(items: Iterable[Item]) -> Iterable[Item]:
    """Each object once. Equal ones are mostly one object, and comparing them would cost more."""
    return {id(item): item for item in items}.values()


def _modules_called(module: Module) -> set[str]:
    """Return the modules of the functions that a module's conversions call."""
    return {
        name.module
        for conversion in conversions(module)
        for name in names_in_conversion(conversion)
    }
