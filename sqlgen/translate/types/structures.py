"""JsonShape -> the type of the Python value that `json.loads` makes: `TypedDict`s, lists, scalars."""

from collections.abc import Iterator
from dataclasses import field
from typing import assert_never

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
from ...model.row_styles import RowStyle
from .. import names
from .python_types import (
    BOOL,
    DICT,
    FLOAT,
    INT,
    JSON_NUMBER,
    JSON_VALUE,
    LIST,
    STR,
    nullable,
)


@frozen
class Owner:
    """The row whose columns hold JSON: its class's name, module and style.

    `title` is the row in words for people, `fraction` the type of numbers with a fraction, and `taken`
    the class names that are in use.
    """

    row: str
    title: str
    module: str
    style: RowStyle
    fraction: Named = FLOAT
    taken: set[str] = field(default_factory=set)

    def free(self, name: str) -> str:
        """Return the name, with a number if this row has it already; it is taken from now on."""
        number, candidate = 1, name
        while candidate in self.taken:
            number += 1
            candidate = f"{name}{number}"
        self.taken.add(candidate)
        return candidate


def structured_type(shape: JsonShape, column: str, owner: Owner) -> PyType:
    """Return the type of a JSON column; its `TypedDict`s are named after the row and the keys."""
    return _Namer(owner, column).type(shape, owner.row, (column,))


def structures_in(type_: PyType) -> Iterator[Structure]:
    """Yield all `TypedDict`s of a type, each after those that it is made of."""
    match type_:
        case Structure(keys=keys):
            for key in keys:
                yield from structures_in(key.type)
            yield type_
        case Generic(arguments=inner) | UnionOf(members=inner):
            for part in inner:
                yield from structures_in(part)
        case Named() | LiteralOf():
            pass


@frozen
class _Namer:
    """Makes types of shapes; holds what every level of one column needs."""

    owner: Owner
    column: str

    def type(self, shape: JsonShape, prefix: str, path: tuple[str, ...]) -> PyType:
        """Return the type of the value at a *path* of keys, within the class called *prefix*."""
        match shape:
            case JsonScalar(kind=JsonKind.FINITE):
                return UnionOf((INT, self.owner.fraction))
            case JsonScalar(kind=kind):
                return _JSON_TYPES[kind]
            case JsonLiterals(values=values):
                return LiteralOf(values)
            case JsonArray(item=item):
                return Generic(LIST, (self.item(item, prefix, path),))
            case JsonMap(item=item):
                return Generic(DICT, (STR, self.item(item, prefix, path)))
            case JsonObject(members=()):
                return Generic(DICT, (STR, JSON_VALUE))
            case JsonObject():
                return self.structure(shape, prefix, path)
            case _:
                assert_never(shape)

    def item(self, item: JsonItem, prefix: str, path: tuple[str, ...]) -> PyType:
        """Return the item's type, with None where it may be null; `JsonValue` has None already."""
        type_ = self.type(item.shape, prefix, path)
        return nullable(type_) if item.nullable and type_ != JSON_VALUE else type_

    def structure(
        self, shape: JsonObject, prefix: str, path: tuple[str, ...]
    ) -> Structure:
        """Return the `TypedDict` of an object."""
        name = self.owner.free(prefix + names.class_name(path[-1]).removesuffix("_"))
        keys = tuple(
            [
                Key(m.key, self.item(m.item, name, (*path, m.key)), m.required)
                for m in shape.members
            ]
        )
        inner = {item.name for key in keys for item in structures_in(key.type)}
        return Structure(
            name,
            self.owner.module,
            f"An object in `{'.'.join(path)}` of {self.owner.title}.",
            keys,
            functional=not all(names.is_plain_key(key.name, inner) for key in keys),
        )


_JSON_TYPES: dict[JsonKind, PyType] = {
    JsonKind.STRING: STR,
    JsonKind.INTEGER: INT,
    JsonKind.NUMBER: JSON_NUMBER,
    JsonKind.BOOLEAN: BOOL,
    JsonKind.ANY: JSON_VALUE,
    JsonKind.NOTHING: JSON_VALUE,
}
