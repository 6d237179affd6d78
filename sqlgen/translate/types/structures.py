"""JsonShape -> the type of the Python value that `json.loads` makes: `TypedDict`s, lists, scalars."""

from collections.abc import Iterator
from dataclasses import field
from typing import assert_never

from ...model.config import RowStyle
from ...model.frozen import frozen
from ...model.json_shape import (
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonMap,
    JsonObject,
    JsonScalar,
    JsonShape,
)
from ...model.python import Generic, Key, LiteralOf, Named, PyType, Structure, UnionOf
from .. import names
from .python_types import BOOL, FLOAT, INT, JSON_NUMBER, JSON_VALUE, STR, nullable


@frozen
class Owner:
    """The row that JSON stands in: its class's name, module and style, and the names in use.

    `title` is the row for people.
    """

    row: str
    title: str
    module: str
    style: RowStyle
    taken: set[str] = field(default_factory=set)


def structured_type(shape: JsonShape, column: str, home: Owner) -> PyType:
    """The type of a JSON column: its `TypedDict`s are named after the row and the keys."""
    return _Namer(home, column).type(shape, home.row, (column,))


def structures_in(type_: PyType) -> Iterator[Structure]:
    """All `TypedDict`s of a type, each after those it is made of."""
    match type_:
        case Structure(keys=keys):
            for key in keys:
                yield from structures_in(key.type)
            yield type_
        case Generic(arguments=inner) | UnionOf(members=inner):
            for each in inner:
                yield from structures_in(each)
        case Named() | LiteralOf():
            pass


@frozen
class _Namer:
    """Makes types of shapes; holds what every level of one column needs."""

    home: Owner
    column: str

    def type(self, shape: JsonShape, prefix: str, path: tuple[str, ...]) -> PyType:
        """The type of a value at the *path* of keys in what is called *prefix*."""
        match shape:
            case JsonScalar(kind=kind):
                return _SCALARS[kind]
            case JsonLiterals(values=values):
                return LiteralOf(values)
            case JsonArray(item=item):
                return Generic(Named("list"), (self.item(item, prefix, path),))
            case JsonMap(item=item):
                return Generic(Named("dict"), (STR, self.item(item, prefix, path)))
            case JsonObject(members=()):
                return Generic(Named("dict"), (STR, JSON_VALUE))
            case JsonObject():
                return self.structure(shape, prefix, path)
            case _:
                assert_never(shape)

    def item(self, item: JsonItem, prefix: str, path: tuple[str, ...]) -> PyType:
        """The same with None where it may be null; any value may be that already."""
        found = self.type(item.shape, prefix, path)
        return nullable(found) if item.nullable and found != JSON_VALUE else found

    def structure(
        self, shape: JsonObject, prefix: str, path: tuple[str, ...]
    ) -> Structure:
        name = self.free(prefix + names.class_name(path[-1]).removesuffix("_"))
        keys = tuple(
            [
                Key(m.key, self.item(m.item, name, (*path, m.key)), m.required)
                for m in shape.members
            ]
        )
        mentioned = {inner.name for key in keys for inner in structures_in(key.type)}
        return Structure(
            name,
            self.home.module,
            f"An object in `{'.'.join(path)}` of {self.home.title}.",
            keys,
            functional=not all(names.is_plain_key(k.name, mentioned) for k in keys),
            extended=self.home.style is RowStyle.PYDANTIC,
        )

    def free(self, name: str) -> str:
        """The name, with a number if this row has it for something else."""
        number, candidate = 1, name
        while candidate in self.home.taken:
            number += 1
            candidate = f"{name}{number}"
        self.home.taken.add(candidate)
        return candidate


_SCALARS: dict[JsonKind, PyType] = {
    JsonKind.STRING: STR,
    JsonKind.INTEGER: INT,
    JsonKind.FINITE: UnionOf((INT, FLOAT)),
    JsonKind.NUMBER: JSON_NUMBER,
    JsonKind.BOOLEAN: BOOL,
    JsonKind.ANY: JSON_VALUE,
    JsonKind.NOTHING: JSON_VALUE,
}
