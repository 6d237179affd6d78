"""A type has one name in all lock files, and is read as it was written."""

from dataclasses import replace
from typing import Any

import pytest

from sqlgen.lockfile.types import TypeReader, TypeWriter
from sqlgen.model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    PgType,
    ScalarType,
)

INT = ScalarType(schema="pg_catalog", name="int4", display="integer")
FIELD = CompositeField("id", INT)
TABLE = CompositeType(
    schema="public", name="t", display="t", fields=(FIELD,), is_relation=True
)


def _with(**known: Any) -> CompositeType:
    """Return the table's row type with what a query knows of its field."""
    return replace(TABLE, fields=(replace(FIELD, **known),))


def _row(file: str) -> CompositeType:
    """Return the type of a row in the query `q` of a file, all of which are displayed alike."""
    return CompositeType(
        schema=f"{file} q",
        name="q_row_c",
        display="q.c",
        fields=(FIELD,),
        of_query=True,
    )


def _array(element: PgType) -> ArrayType:
    return ArrayType(schema="public", name="_t", display="t[]", element=element)


def _domain(base: PgType) -> DomainType:
    return DomainType(schema="public", name="d", display="d", base=base, not_null=False)


VARIANTS: list[PgType] = [
    TABLE,
    _with(not_null=True),
    _with(literals=("a", "b")),
    _with(override="list[X]"),
    _with(column=("public", "t", "id")),
    _with(element_nullable=True),
    _with(not_null=True, column=("public", "t", "id"), literals=("a",), override="X"),
    replace(TABLE, fields=(CompositeField("inner", _with(not_null=True)),)),
    _row("queries/a.sql"),
    _row("queries/b.sql"),
]
TYPES = [
    *VARIANTS,
    *map(_array, VARIANTS),
    *map(_domain, VARIANTS),
    _array(_domain(_with(not_null=True))),
    replace(_array(INT), name="_int4", display="integer[]", dimensions=(2,)),
]


@pytest.mark.parametrize("reverse", [False, True])
def test_types_of_several_files_are_read_as_they_were_written(reverse: bool) -> None:
    names: list[str] = []
    table: dict[str, dict[str, Any]] = {}
    for type_ in reversed(TYPES) if reverse else TYPES:
        writer = TypeWriter()  # each in a file of its own
        names.append(writer.name(type_))
        for name, data in writer.types.items():
            assert table.setdefault(name, data) == data, name
    assert len(set(names)) == len(names)
    reader = TypeReader(table)
    read = [reader.type(name) for name in names]
    assert read == (TYPES[::-1] if reverse else TYPES)


def test_a_type_that_the_database_has_is_called_what_it_displays() -> None:
    for type_ in (INT, TABLE, _array(TABLE), _domain(TABLE)):
        assert TypeWriter().name(type_) == type_.display
