"""Record, Composite and Structure -> views of their classes."""

import sys
from collections.abc import Iterator

from ...model.frozen import frozen
from ...model.python import (
    Composite,
    Field,
    Generic,
    Keep,
    Key,
    LiteralOf,
    Named,
    PyType,
    Record,
    Structure,
    UnionOf,
)
from .. import literals
from ..expressions import converted, converted_row, type_text
from ..imports import Imports
from ..literals import Text


class FieldView:
    """A field of a row or composite: its `name` and `type`, and its `key` in JSON if that is another.

    `default` is the value of a parameter that need not be given, empty for others.
    """

    def __init__(self, field: Field, imports: Imports, key: str = "") -> None:
        self.name = field.name
        self.key = Text(key if key != field.name else "")
        self.default = imports.name(field.default) if field.default else ""
        self._field = field
        self._imports = imports

    @property
    def type(self) -> str:
        """Return the annotation."""
        return type_text(self._field.type, self._imports)


class _RecordView:
    """A class whose instances are made of psycopg's values: a row or a composite."""

    def __init__(self, record: Record | Composite, imports: Imports) -> None:
        self.name = record.name
        self.doc = Text(record.doc)
        self.fields = tuple([FieldView(field, imports) for field in record.fields])
        self._record = record
        self._imports = imports

    @property
    def converts(self) -> bool:
        """Return whether a `from_row` has to make its fields of psycopg's values."""
        return not all(isinstance(field.read, Keep) for field in self._record.fields)

    @property
    def raw_arguments(self) -> list[str]:
        """Return the arguments of `from_row`, with the types that psycopg gives: `born_on: str`."""
        if self._has_rows:
            return [f"*values: {self._imports.use('typing', 'Any')}"]
        return [
            f"{field.name}: {type_text(field.raw, self._imports)}"
            for field in self._record.fields
        ]

    @property
    def values(self) -> list[str]:
        """Return the fields' values made of `from_row`'s arguments: `date.fromisoformat(born_on)`."""
        if self._has_rows:
            return list(self._values_of_rows())
        return [
            converted(field.read, field.name, self._imports)
            for field in self._record.fields
        ]

    @property
    def _has_rows(self) -> bool:
        return any(field.width is not None for field in self._record.fields)

    def _values_of_rows(self) -> Iterator[str]:
        """Yield the fields' values made of `values`, of which rows within the row take several."""
        start = 0
        for field in self._record.fields:
            if field.width is None:
                yield converted(field.read, f"values[{start}]", self._imports)
            else:
                yield converted_row(field, "values", start, self._imports)
            start += field.width or 1


class RowView(_RecordView):
    """A row class; `style` is the configured one: `"dataclass"`, `"pydantic"`, ….

    `is_of_parameters`: it holds parameters, some of which may have a default.
    """

    def __init__(self, record: Record, imports: Imports) -> None:
        super().__init__(record, imports)
        if record.keys:
            self.fields = tuple(
                [
                    FieldView(field, imports, key)
                    for field, key in zip(record.fields, record.keys, strict=True)
                ]
            )
        self.style = record.style.value
        self.is_of_parameters = record.of_parameters
        self._row = record
        self._style = record.style.spec

    @property
    def is_empty(self) -> bool:
        """Return whether the class needs a `pass`."""
        return not self.doc and not self.fields and not self.is_nested

    @property
    def is_nested(self) -> bool:
        """Return whether other rows have it within, so that it is made of PostgreSQL's text too."""
        return self._row.texts is not None

    @property
    def converts_texts(self) -> bool:
        """Return whether a `from_texts` has to make its fields of the texts in that text."""
        return not all(isinstance(field.read, Keep) for field in self._row.texts or ())

    @property
    def text_arguments(self) -> list[str]:
        """Return the arguments of `from_texts`: `born_on: str`."""
        return [
            f"{field.name}: {type_text(field.raw, self._imports)}"
            for field in self._row.texts or ()
        ]

    @property
    def text_values(self) -> list[str]:
        """Return the fields' values made of `from_texts`'s arguments, by keyword if the class needs it."""
        return self._arguments(
            [
                converted(field.read, field.name, self._imports)
                for field in self._row.texts or ()
            ]
        )

    @property
    def has_keys(self) -> bool:
        """Return whether some fields have another name in JSON."""
        return any(field.key for field in self.fields)

    @property
    def has_unknown_types(self) -> bool:
        """Return whether pydantic must be told to take classes unknown to it, such as ranges."""
        return any(_may_be_unknown(field.type) for field in self._record.fields)

    @property
    def has_protected_names(self) -> bool:
        """Return whether pydantic must be told that fields begin as its own methods do, `model_`."""
        prefix = self._style.method_prefix
        return bool(prefix) and any(x.name.startswith(prefix) for x in self.fields)

    @property
    def values(self) -> list[str]:
        """Return the fields' values made of `from_row`'s arguments, by keyword if the class needs it."""
        return self._arguments(super().values)

    def _arguments(self, values: list[str]) -> list[str]:
        if not self._style.by_keyword:
            return values
        return [
            f"{field.name}={value}"
            for field, value in zip(self.fields, values, strict=True)
        ]


class CompositeView(_RecordView):
    """A composite type's class; `is_read` and `is_written` are the ways that it travels.

    `row` is the row class that it is as well, or `None`. `columns` makes it of the columns of a row.
    """

    def __init__(self, composite: Composite, imports: Imports) -> None:
        super().__init__(composite, imports)
        self.row = RowView(composite.row, imports) if composite.row else None
        self.is_read = composite.read
        self.is_written = composite.written
        columns = Record(name=composite.name, doc="", fields=composite.columns)
        self.columns = RowView(columns, imports)

    @property
    def is_empty(self) -> bool:
        """Return whether the class needs a `pass`."""
        has_members = self.fields or self.is_read or self.is_written
        return not self.doc and not has_members

    @property
    def as_tuple(self) -> str:
        """Return the tuple that psycopg sends as a composite value, made of the fields of `self`."""
        values = [
            converted(field.write, f"self.{field.name}", self._imports)
            for field in self._record.fields
        ]
        return tuple_of(values)


class StructureView:
    """A `TypedDict`; `module` is where that comes from, `is_functional` that it takes a call."""

    def __init__(self, structure: Structure, imports: Imports) -> None:
        self.name = structure.name
        self.doc = Text(structure.doc)
        self.is_functional = structure.functional
        self.module = "._support"
        self._structure = structure
        self._imports = imports

    @property
    def is_empty(self) -> bool:
        """Return whether the class needs a `pass`."""
        return not self.doc and not self._structure.keys

    @property
    def keys(self) -> "list[KeyView]":
        """Return the keys of a class, which are names."""
        return [KeyView(key.name, self._type(key)) for key in self._structure.keys]

    @property
    def items(self) -> list[str]:
        """Return the keys and types in a call: `"first name": str`."""
        return [
            f"{literals.string(key.name)}: {self._type(key)}"
            for key in self._structure.keys
        ]

    def _type(self, key: Key) -> str:
        text = type_text(key.type, self._imports)
        if key.required:
            return text
        return f"{self._imports.use('typing', 'NotRequired')}[{text}]"


@frozen
class KeyView:
    """A key of a `TypedDict`: its `name` and the `type` of its value, as code."""

    name: str
    type: str


def tuple_of(values: list[str]) -> str:
    """Return the tuple of the values, which needs a comma if there is only one."""
    return f"({values[0]},)" if len(values) == 1 else f"({', '.join(values)})"


def _may_be_unknown(type_: PyType) -> bool:
    """Return whether it is no type of Python's own; `models` may have a composite with a range."""
    match type_:
        case Named(module=module):
            top = module.split(".")[0]
            return top not in sys.stdlib_module_names and module not in ("", "pydantic")
        case Generic(origin=origin, arguments=arguments):
            return any(map(_may_be_unknown, (origin, *arguments)))
        case UnionOf(members=members):
            return any(map(_may_be_unknown, members))
        case LiteralOf() | Structure():
            return False
