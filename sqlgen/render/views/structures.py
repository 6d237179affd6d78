"""The JSON objects that a module defines as `TypedDict`s."""

from collections.abc import Iterable, Iterator

from ...model.python import (
    Function,
    Generic,
    LiteralOf,
    Module,
    Named,
    PyType,
    Record,
    Structure,
    UnionOf,
    Value,
)


def structures_of(module: Module) -> list[Structure]:
    """Return all structures that the module itself defines, each once."""
    # Rows have most of their types in common, and few of those have any structure.
    types = types_of(module.records, module.functions)
    distinct = {id(type_): type_ for type_ in types}.values()
    structures = {
        item.name: item
        for item in structures_in(distinct)
        if item.module == module.name
    }
    return list(structures.values())


def types_of(records: Iterable[Record], functions: Iterable[Function]) -> list[PyType]:
    """Return the types of the rows' fields, and those of the single values that functions return."""
    types = [field.type for record in records for field in record.fields]
    for function in functions:
        shape = function.result.shape
        if isinstance(shape, Value):
            types.append(shape.type)
    return types


def structures_in(types: Iterable[PyType]) -> Iterator[Structure]:
    """Yield the structures within the types, each after those that it is made of."""
    for type_ in types:
        match type_:
            case Named() | LiteralOf():
                pass
            case Generic(arguments=inner) | UnionOf(members=inner):
                yield from structures_in(inner)
            case Structure(keys=keys):
                yield from structures_in(key.type for key in keys)
                yield type_
