"""Module -> the aliases and helpers that its types and conversions use."""

from collections.abc import Iterable
from typing import TypeVar

from ...model.python import (
    Apply,
    Conversion,
    Keep,
    Module,
    Named,
    PyType,
    Record,
    Row,
    Shape,
    Value,
)
from ..types.named import names_in_conversion, names_in_type
from ..types.python_types import JSON_SUPPORT, SUPPORT, support
from ..types.structures import structures_in

Item = TypeVar("Item")


def uses_support(module: Module) -> bool:
    """Return whether the module imports anything from `_support`."""
    return (
        any(
            function.result.command.spec.helpers
            or isinstance(function.result.shape, Row)
            for function in module.functions
        )
        or SUPPORT in _modules_called(module)
        or any(_is_made(function.result.shape) for function in module.functions)
    )


def _is_made(shape: Shape | None) -> bool:
    """Return whether single values are converted, or are JSON that is made of `TypedDict`s."""
    return isinstance(shape, Value) and (
        not isinstance(shape.read, Keep) or any(structures_in(shape.type))
    )


def uses_json_support(module: Module) -> bool:
    """Return whether the module imports anything from `_json`."""
    return JSON_SUPPORT in _modules_called(module)


def annotation_names(module: Module) -> set[Named]:
    """Return all names in the module's annotations."""
    types: list[PyType] = [alias.type for alias in module.aliases]
    fields = [field for record in records_of(module) for field in record.fields]
    for composite in module.composites:
        fields += [*composite.fields, *composite.columns]
    for field in fields:
        types += (field.type, field.raw)
    for function in module.functions:
        types += [argument.type for argument in function.arguments]
        if isinstance(function.result.shape, Value):
            types.append(function.result.shape.type)
    return {name for type_ in _distinct(types) for name in names_in_type(type_)}


def records_of(module: Module) -> list[Record]:
    """Return the row classes of a module, those that are composites too included."""
    composites = [composite.row for composite in module.composites]
    return [*module.records, *filter(None, composites)]


def conversions(module: Module) -> Iterable[Conversion]:
    """Return the conversions of a module, most of them once."""
    calls: list[Conversion] = []
    for record in records_of(module):
        calls += [field.read for field in record.fields]
        if record.texts is not None:
            calls.append(Apply(support("read_composite")))
            calls += [field.read for field in record.texts]
    for composite in module.composites:
        if not (composite.read or composite.written or composite.columns):
            continue
        calls.append(Apply(support("read_composite")))
        fields = (*composite.fields, *composite.columns)
        calls += [x for field in fields for x in (field.read, field.write)]
    for function in module.functions:
        calls += [argument.write for argument in function.arguments]
        if isinstance(function.result.shape, Value):
            calls.append(function.result.shape.read)
    return _distinct(calls)


def _modules_called(module: Module) -> set[str]:
    """Return the modules of the functions that a module's conversions call."""
    return {
        name.module
        for conversion in conversions(module)
        for name in names_in_conversion(conversion)
    }


def _distinct(items: Iterable[Item]) -> Iterable[Item]:
    """Return each object once. Equal ones are mostly one object; comparing them would cost more."""
    return {id(item): item for item in items}.values()
