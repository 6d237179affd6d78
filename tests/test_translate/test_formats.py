"""In which format are columns of these types fetched?"""

import pytest
from psycopg import adapters
from psycopg.pq import Format

from sqlgen.model.catalog import ArrayType, DomainType, EnumType, PgType, ScalarType
from sqlgen.translate.types import formats


def system(name: str) -> ScalarType:
    return ScalarType(schema="pg_catalog", name=name, display=name)


def array(element: PgType) -> ArrayType:
    return ArrayType(schema="pg_catalog", name="_x", display="x[]", element=element)


FLOAT, NUMERIC, TEXT, DATE = map(system, ("float8", "numeric", "text", "date"))
MOOD = EnumType(schema="public", name="mood", display="mood", labels=("sad",))
OWN = ScalarType(schema="public", name="float8", display="public.float8")
RATIO = DomainType(
    schema="public", name="ratio", display="ratio", base=FLOAT, not_null=False
)


@pytest.mark.parametrize(
    ("columns", "binary"),
    [
        ([], False),
        ([TEXT, DATE], False),
        ([FLOAT], True),
        ([TEXT, DATE, FLOAT], True),
        ([RATIO, array(TEXT)], True),
        ([array(FLOAT)], True),
        ([array(RATIO)], False),
        ([array(DATE)], False),
        ([NUMERIC], False),
        ([FLOAT, NUMERIC], True),
        ([FLOAT, NUMERIC, NUMERIC], False),
        ([FLOAT, array(NUMERIC), NUMERIC], False),
        ([FLOAT, MOOD], False),
        ([FLOAT, array(MOOD)], False),
        ([FLOAT, OWN], False),
        ([FLOAT, system("float4")], False),
    ],
    ids=str,
)
def test_in_binary(columns: list[PgType], binary: bool) -> None:
    assert formats.in_binary(columns) is binary


def test_psycopg_reads_in_binary_what_is_fetched_in_it() -> None:
    for info in adapters.types:
        if formats.in_binary([FLOAT, FLOAT, system(info.name)]):
            for oid in (info.oid, info.array_oid):
                assert adapters.get_loader(oid, Format.BINARY), info.name
