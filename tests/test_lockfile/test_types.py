"""Types of one name that differ in what PostgreSQL's types do not tell: each comes back as it was."""

import json
from dataclasses import replace

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
INTS = ArrayType(schema="pg_catalog", name="_int4", display="integer[]", element=INT)
PAIR = DomainType(
    schema="public", name="pair", display="pair", base=INTS, not_null=False
)
PAIRS = ArrayType(schema="public", name="_pair", display="pair[]", element=PAIR)


def deep(*dimensions: int) -> ArrayType:
    return replace(INTS, dimensions=dimensions)


def row(type_: PgType) -> CompositeType:
    fields = (CompositeField("a", type_),)
    return CompositeType(schema="public", name="t", display="t", fields=fields)


def test_types_of_one_name_come_back() -> None:
    types: list[PgType] = [
        *(INTS, deep(2), deep(3), deep(1, 2), deep(1, 2, 3), INTS),
        *(replace(PAIR, base=deep(n)) for n in (2, 3, 4)),
        *(replace(PAIRS, element=replace(PAIR, base=deep(n))) for n in (2, 3, 4)),
        *(row(INTS), row(deep(2)), row(deep(3)), row(deep(4))),
    ]
    writer = TypeWriter()
    names = [writer.name(type_) for type_ in types]
    reader = TypeReader(json.loads(json.dumps(writer.types)))
    assert [reader.type(name) for name in names] == types
    assert len(set(names)) == len(set(types))
    assert names[:3] == ["integer[]", "integer[][]", "integer[][][]"]
