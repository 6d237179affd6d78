"""Structure -> the `TypedDict` of a JSON object."""

from collections.abc import Iterable, Iterator

from ..model.python import (
    Batch,
    Function,
    Generic,
    Key,
    LiteralOf,
    Many,
    Named,
    One,
    Optional,
    PyType,
    Record,
    Stream,
    Structure,
    UnionOf,
    Value,
)
from . import literals
from .blocks import INDENT, Block, of_class, of_code
from .expressions import type_code, type_text
from .imports import Imports
from .layout import Code, Group, lines


def defined(
    module: str, records: Iterable[Record], functions: Iterable[Function]
) -> list[Structure]:
    """All that the *module* itself is to define, each once."""
    # Rows have most of their types in common, and few of those have any structure.
    types = {id(type_): type_ for type_ in types_of(records, functions)}.values()
    found = {each.name: each for each in within(types) if each.module == module}
    return list(found.values())


def types_of(records: Iterable[Record], functions: Iterable[Function]) -> list[PyType]:
    """The types of the rows' fields, and those of the bare values that the functions give."""
    found = [field.type for record in records for field in record.fields]
    for function in functions:
        match function.result:
            case (
                One(Value(type=type_))
                | Optional(Value(type=type_))
                | Many(Value(type=type_))
                | Stream(Value(type=type_))
                | Batch(shape=Value(type=type_))
            ):
                found.append(type_)
            case _:
                pass
    return found


def within(types: Iterable[PyType]) -> Iterator[Structure]:
    """What the types are made of, each after those it is made of itself."""
    for type_ in types:
        match type_:
            case Named() | LiteralOf():
                pass
            case Generic(arguments=inner) | UnionOf(members=inner):
                yield from within(inner)
            case Structure(keys=keys):
                yield from within(key.type for key in keys)
                yield type_


def structure(item: Structure, imports: Imports) -> Block:
    """A class, or a call where a key is no name that a class can have."""
    module = "typing_extensions" if item.extended else "typing"
    base = imports.name(Named("TypedDict", module))
    doc = literals.docstring(item.doc, INDENT)
    if not item.functional:
        keys = [f"{INDENT}{key.name}: {_key(key, imports)}" for key in item.keys]
        return of_class([f"class {item.name}({base}):"], doc, keys)
    pairs: list[Code] = [_pair(key, imports) for key in item.keys]
    name = literals.string(item.name)
    call = Group(f"{item.name} = {base}(", [name, Group("{", pairs, "}")], ")")
    return of_code(lines(call, ""), literals.docstring(item.doc))


def _key(key: Key, imports: Imports) -> str:
    type_ = type_text(key.type, imports)
    if key.required:
        return type_
    return f"{imports.name(Named('NotRequired', 'typing'))}[{type_}]"


def _pair(key: Key, imports: Imports) -> Code:
    before = f"{literals.string(key.name)}: "
    code = type_code(key.type, imports)
    if key.required and isinstance(code, Group):
        return Group(before + code.before, code.items, code.after)
    return before + _key(key, imports)
