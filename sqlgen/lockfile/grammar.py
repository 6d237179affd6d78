"""The values that each field of a lock may hold: the table that reading compares plain data with.

A lock comes with the checkout, so that whoever sends a change may have edited it together with the
generated code. What it contributes to code is therefore data of a closed form: truth values, numbers,
members of closed sets, names of types that the lock has, and texts, which become literals or identifiers
as names from a database do. What it says of the statement's text, `parse.agrees_with_text` compares
with that text.

A new field is a line here: reading refuses fields that have none.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

from ..model.catalog import ArrayType, DomainType, PgType
from ..model.commands import Cardinality
from ..model.constraints import ConstraintKind
from ..model.json_shape import JsonKind
from ..model.query import Mark

Check: TypeAlias = Callable[[Any], object]
"""A function that raises `TypeError`, `ValueError` or `KeyError` for data that do not fit."""


def text(value: Any) -> None:
    """Accept a string that PostgreSQL and a file in UTF-8 can hold."""
    if value.__class__ is not str:
        raise TypeError("not a string")
    if not value.isprintable():
        value.encode()  # a lone surrogate raises `UnicodeEncodeError`
        if "\0" in value:
            raise ValueError("a NUL character")


def truth(value: Any) -> None:
    """Accept true and false."""
    if value.__class__ is not bool:
        raise TypeError("neither true nor false")


def number(value: Any) -> None:
    """Accept an integer from 0 on."""
    if value.__class__ is not int or value < 0:
        raise ValueError("no number from 0 on")


def member(enum: type[StrEnum]) -> Check:
    """Accept the values of an enum."""
    values = frozenset(item.value for item in enum)

    def check(value: Any) -> None:
        if value not in values:
            raise ValueError("none of the values")

    return check


def listed(item: Check) -> Check:
    """Accept a list of items that each fit."""

    def check(value: Any) -> None:
        if value.__class__ is not list:
            raise TypeError("not a list")
        for each in value:
            item(each)

    return check


def row(*items: Check) -> Check:
    """Accept a list of exactly these items."""

    def check(value: Any) -> None:
        if value.__class__ is not list:
            raise TypeError("not a list")
        for item, each in zip(items, value, strict=True):
            item(each)

    return check


def keyed(fields: Mapping[str, Check]) -> Check:
    """Accept an object that has no other keys; reading it finds what is missing."""

    def check(value: Any) -> None:
        if value.__class__ is not dict:
            raise TypeError("not an object")
        for key, each in value.items():
            fields[key](each)

    return check


def mapping(item: Check) -> Check:
    """Accept an object with any texts as keys."""

    def check(value: Any) -> None:
        if value.__class__ is not dict:
            raise TypeError("not an object")
        for key, each in value.items():
            text(key)
            item(each)

    return check


def shape(value: Any, depth: int = 0) -> None:
    """Accept the shape of a JSON value, which has no more than `DEPTH` levels."""
    if value.__class__ is str:
        _json_kind(value)
    elif value.__class__ is list and value:
        _texts(value)
    elif value.__class__ is dict and len(value) == 1 and depth < DEPTH:
        [(key, inner)] = value.items()
        _SHAPES[key](depth + 1)(inner)
    else:
        raise TypeError("no shape")


def _item(depth: int) -> Check:
    return row(lambda value: shape(value, depth), truth)


DEPTH: Final = 100
"""The number of levels that a shape may have."""

_json_kind = member(JsonKind)
_texts: Final = listed(text)
_SHAPES: Final[Mapping[str, Callable[[int], Check]]] = {
    "array": _item,
    "map": _item,
    "object": lambda depth: listed(row(text, _item(depth), truth)),
}


def names(value: Any) -> None:
    """Accept a table's column: the names of its schema, its table and its own."""
    # Most of a lock is names of columns; `row` takes three times as long.
    if value.__class__ is not list or len(value) != 3:
        raise TypeError("no name of a column")
    for name in value:
        if name.__class__ is not str or not name.isprintable():
            text(name)


_star: Final = row(number, number, _texts)


def _reported_name(value: Any) -> None:
    """Accept the names of a relation and of a constraint, perhaps with a schema in front."""
    if value.__class__ is not list or len(value) not in (2, 3):
        raise TypeError("no names of a constraint")
    _texts(value)


_violation: Final = row(
    member(ConstraintKind), text, text, text, text, listed(_reported_name)
)

_VALUE: Final[Mapping[str, Check]] = {
    "name": text,
    "type": text,
    "nullable": truth,
    "column": names,
    "literals": _texts,
    "domain": text,
    "element_nullable": truth,
}
PARAMETER: Final[Mapping[str, Check]] = {
    **_VALUE,
    "number": number,
    "cast": truth,
    "optional": truth,
    "same_length": number,
}
COLUMN: Final[Mapping[str, Check]] = {
    **_VALUE,
    "override": row(text, member(Mark), text),
    "narrowed": truth,
    "json": shape,
    "written_out": truth,
    "row_columns": _star,
    "comment": text,
}
ENTRY: Final[Mapping[str, Check]] = {
    "behind_views": listed(names),
    "cardinality": member(Cardinality),
    "columns": listed(keyed(COLUMN)),
    "deferred_violations": listed(_violation),
    "fingerprint": text,
    "inserts": listed(row(text, text, _texts, _texts, text)),
    "page_keys": listed(row(text, truth)),
    "parameters": listed(keyed(PARAMETER)),
    "read_only": truth,
    "reads": listed(names),
    "row_comment": text,
    "stars": listed(_star),
    "unknown_effects": _texts,
    "violations": listed(_violation),
    "writes": listed(names),
}
"""The entry of a query; columns and parameters have a table of their own."""


def _dimensions(value: Any) -> None:
    """Accept the numbers of dimensions that an array may have, of which PostgreSQL has six at most."""
    listed(number)(value)
    if not value or not all(0 < each < 7 for each in value):
        raise ValueError("no numbers of dimensions")


def _field(value: Any) -> None:
    """Accept a field of a composite type: its name, type and NOT NULL, what only a query knows, and its comment."""
    if value.__class__ is not list or not 3 <= len(value) <= len(_FIELD):
        raise TypeError("no field")
    for check, each in zip(_FIELD, value, strict=False):
        check(each)


def _column_of_field(value: Any) -> None:
    if value != []:
        names(value)


_FIELD: Final = (text, text, truth, _column_of_field, _texts, text, text, truth)

_TYPE: Final[Mapping[str, Check]] = {"schema": text, "name": text, "display": text}
KINDS_OF_TYPES: Final[Mapping[str, Mapping[str, Check]]] = {
    "labels": {**_TYPE, "labels": _texts, "comment": text},
    "element": {**_TYPE, "element": text, "dimensions": _dimensions},
    "base": {
        **_TYPE,
        "base": text,
        "not_null": truth,
        "literals": _texts,
        "comment": text,
    },
    "fields": {
        **_TYPE,
        "fields": listed(_field),
        "is_relation": truth,
        "of_query": truth,
        "comment": text,
    },
    "subtype": {**_TYPE, "subtype": text, "multirange": truth},
    "": _TYPE,
}
"""The fields of a type by the field that tells its kind; a scalar type has none."""

SCHEMA: Final[Mapping[str, Check]] = {
    "generated": text,
    "configuration": text,
    "migrations": mapping(text),
    "types": mapping(mapping(lambda _: None)),
    "routines": listed(mapping(lambda _: None)),
    "tables": _texts,
}
"""The fields of `schema.json`; each type, and each routine, is checked when it is first used."""
QUERY_FILE: Final[Mapping[str, Check]] = {
    "generated": text,
    "queries": mapping(mapping(lambda _: None)),
}
"""The fields of a query file's lock; each entry is checked when it is read."""

check_entry: Final = keyed(ENTRY)
check_schema: Final = keyed(SCHEMA)
check_query_file: Final = keyed(QUERY_FILE)


def check_type(data: Any) -> None:
    """Raise `TypeError` and the like unless *data* are those of a type."""
    kind = next((kind for kind in KINDS_OF_TYPES if kind in data), "")
    _CHECKS_OF_TYPES[kind](data)
    if data["schema"] == "pg_catalog" and not _PLAIN.fullmatch(data["name"]):
        raise ValueError("no type of PostgreSQL's own")


def check_cast(type_: PgType) -> None:
    """Raise `ValueError` unless the name of a parameter's type can stand in a statement."""
    while isinstance(type_, ArrayType):
        type_ = type_.element
    if type_.schema != "pg_catalog" and not _TYPE_NAME.fullmatch(type_.display):
        raise ValueError("no name of a type")
    if isinstance(type_, DomainType):
        check_cast(type_.base)


_CHECKS_OF_TYPES: Final = {kind: keyed(each) for kind, each in KINDS_OF_TYPES.items()}
_PLAIN: Final = re.compile(r"[A-Za-z0-9_]+")
IDENTIFIER: Final = r'(?:[^\W\d][\w$]*|"(?:[^"\0]|"")+")'
_TYPE_NAME: Final = re.compile(rf"{IDENTIFIER}(?:\.{IDENTIFIER})?")
