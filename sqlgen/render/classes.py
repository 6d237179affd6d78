"""Record and Composite -> classes."""

import sys
from collections.abc import Sequence

from ..model.config import RowStyle
from ..model.python import (
    Composite,
    Field,
    Generic,
    Keep,
    LiteralOf,
    Named,
    PyType,
    Record,
    Structure,
    UnionOf,
)
from . import literals
from .blocks import BODY, INDENT, Block, of_class
from .expressions import converted_code, type_text
from .imports import Imports
from .layout import Code, Group, lines


def record(row: Record, imports: Imports) -> Block:
    """A row class, with a `from_row` if psycopg's values are not yet the fields'."""
    match row.style:
        case RowStyle.DATACLASS:
            head = [*_dataclass(imports), f"class {row.name}:"]
        case RowStyle.NAMEDTUPLE:
            base = imports.name(Named("NamedTuple", "typing"))
            head = [f"class {row.name}({base}):"]
        case RowStyle.PYDANTIC:
            base = imports.name(Named("BaseModel", "pydantic"))
            head = [f"class {row.name}({base}, frozen=True{_permission(row)}):"]
        case RowStyle.MSGSPEC:
            base = imports.name(Named("Struct", "msgspec"))
            head = [f"class {row.name}({base}, frozen=True):"]
        case RowStyle.ATTRS:
            head = [f"@{imports.name(Named('frozen', 'attrs'))}", f"class {row.name}:"]
    doc = literals.docstring(row.doc, INDENT)
    fields = _fields(row.fields, imports)
    maker = _from_row(row, imports) if row.converts else []
    return of_class(head, doc, fields, maker)


def composite(item: Composite, imports: Imports) -> Block:
    """A composite type's class, with the ways in and out that are needed."""
    return of_class(
        [*_dataclass(imports), f"class {item.name}:"],
        literals.docstring(item.doc, INDENT),
        _fields(item.fields, imports),
        _from_text(item, imports) if item.read else [],
        _as_tuple(item, imports) if item.written else [],
    )


def _permission(row: Record) -> str:
    """What pydantic needs to be told to take classes that it does not know, such as ranges."""
    unknown = any(_may_be_unknown(field.type) for field in row.fields)
    return ", arbitrary_types_allowed=True" if unknown else ""


def _may_be_unknown(type_: PyType) -> bool:
    """Whether it is no type of Python's own; one of `models` may be a composite with a range."""
    match type_:
        case Named(module=module):
            top = module.split(".")[0]
            known = top in sys.stdlib_module_names or module in ("", "pydantic")
            return not known
        case Generic(origin=origin, arguments=arguments):
            return any(map(_may_be_unknown, (origin, *arguments)))
        case UnionOf(members=members):
            return any(map(_may_be_unknown, members))
        case LiteralOf() | Structure():
            return False


def _dataclass(imports: Imports) -> list[str]:
    decorator = imports.name(Named("dataclass", "dataclasses"))
    return [f"@{decorator}(frozen=True, slots=True)"]


def _fields(fields: Sequence[Field], imports: Imports) -> list[str]:
    return [
        f"{INDENT}{field.name}: {type_text(field.type, imports)}" for field in fields
    ]


def _from_row(row: Record | Composite, imports: Imports) -> list[str]:
    itself = imports.name(Named("Self", "typing"))
    arguments = [
        f"{field.name}: {type_text(field.raw, imports)}" for field in row.fields
    ]
    keyword = isinstance(row, Record) and row.style is RowStyle.PYDANTIC
    values: list[Code] = []
    for field in row.fields:
        before = f"{field.name}=" if keyword else ""
        values.append(converted_code(field.read, field.name, imports, before))
    return [
        f"{INDENT}@classmethod",
        *lines(
            Group(
                "def from_row(", ["cls", *arguments], f") -> {itself}:", definition=True
            ),
            INDENT,
        ),
        *lines(Group("return cls(", values, ")"), BODY),
    ]


def _from_text(item: Composite, imports: Imports) -> list[str]:
    """Made from PostgreSQL's text, by `from_row` where the fields are more than text."""
    itself = imports.name(Named("Self", "typing"))
    parse = imports.name(Named("parse_composite", "._support"))
    converts = any(field.read != Keep() for field in item.fields)
    return [
        *([*_from_row(item, imports), ""] if converts else []),
        f"{INDENT}@classmethod",
        f"{INDENT}def from_text(cls, text: str) -> {itself}:",
        f"{BODY}return cls{'.from_row' if converts else ''}(*{parse}(text))",
    ]


def _as_tuple(item: Composite, imports: Imports) -> list[str]:
    """The tuple that psycopg sends as a composite value."""
    anything = imports.name(Named("Any", "typing"))
    values = [converted_code(f.write, f"self.{f.name}", imports) for f in item.fields]
    after = ",)" if len(values) == 1 else ")"
    return [
        f"{INDENT}def as_tuple(self) -> tuple[{anything}, ...]:",
        *lines(Group("return (", values, after, returned=True), BODY),
    ]
