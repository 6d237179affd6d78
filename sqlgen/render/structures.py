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


def of_record(record: Record) -> Iterator[Structure]:
    """What a row's fields are made of, each after those it is made of itself."""
    for field in record.fields:
        yield from _within(field.type)


def of_function(function: Function) -> Iterator[Structure]:
    """The same of a function that gives bare values."""
    match function.result:
        case (
            One(Value(type=type_))
            | Optional(Value(type=type_))
            | Many(Value(type=type_))
            | Stream(Value(type=type_))
            | Batch(shape=Value(type=type_))
        ):
            yield from _within(type_)
        case _:
            pass


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


def _within(type_: PyType) -> Iterator[Structure]:
    match type_:
        case Structure(keys=keys):
            for key in keys:
                yield from _within(key.type)
            yield type_
        case Generic(arguments=inner) | UnionOf(members=inner):
            for each in inner:
                yield from _within(each)
        case Named() | LiteralOf():
            pass


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


def defined(
    module: str, records: Iterable[Record], functions: Iterable[Function]
) -> list[Structure]:
    """All that the *module* itself is to define, each once."""
    found = [
        *(each for record in records for each in of_record(record)),
        *(each for function in functions for each in of_function(function)),
    ]
    return list({each.name: each for each in found if each.module == module}.values())
