"""What PostgreSQL's types are in Python, and how their values travel."""

import pytest
from psycopg import adapters
from psycopg.pq import Format

from sqlgen.model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from sqlgen.model.python import Keep, Named
from sqlgen.render.expressions import converted
from sqlgen.render.imports import Imports
from sqlgen.translate.sql import type_name
from sqlgen.translate.types.mapping import TypeMapping
from sqlgen.translate.types.overrides import text
from sqlgen.translate.types.python_types import nullable
from sqlgen.translate.types.reading import reading
from sqlgen.translate.types.scalars import RANGES, SCALARS, scalar_of
from sqlgen.translate.types.writing import writing


def system(name: str) -> ScalarType:
    return ScalarType(schema="pg_catalog", name=name, display=name)


def array(element: PgType) -> ArrayType:
    display = f"{element.display}[]"
    name = f"_{element.name}"
    return ArrayType(schema=element.schema, name=name, display=display, element=element)


def span(name: str, subtype: PgType, *, schema: str = "public") -> RangeType:
    many = "multirange" in name
    return RangeType(
        schema=schema, name=name, display=name, subtype=subtype, multirange=many
    )


def domain(base: PgType, *literals: str) -> DomainType:
    return DomainType(
        schema="public",
        name="d",
        display="d",
        base=base,
        not_null=False,
        literals=literals,
    )


INT4, INT8, TEXT = system("int4"), system("int8"), system("text")
MOOD = EnumType(schema="public", name="mood", display="mood", labels=("sad",))
PLACE = CompositeType(
    schema="public",
    name="place",
    display="place",
    fields=(CompositeField("street", TEXT),),
)
HSTORE = ScalarType(schema="public", name="hstore", display="hstore")
CITEXT = ScalarType(schema="public", name="citext", display="citext")
TYPES = TypeMapping(
    {("public", "mood"): "Mood", ("public", "place"): "Place", ("public", "d"): "D"}
)


def shown(conversion: object) -> str:
    return converted(conversion, "x", Imports(".q", ()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "annotation", "expression"),
    [
        (INT8, "int", "x"),
        (system("numeric"), "Decimal", "x"),
        (system("timestamptz"), "datetime.datetime", "x"),
        (system("jsonb"), "JsonValue", "x"),
        (system("money"), "str", "x"),
        (system("record"), "tuple[Any, ...]", "x"),
        (CITEXT, "str", "x"),
        (HSTORE, "dict[str, str | None]", "parse_hstore(x)"),
        (MOOD, "Mood", "parse_enum(x, Mood)"),
        (PLACE, "Place", "Place.from_text(x)"),
        (domain(INT8), "int", "x"),
        (domain(MOOD), "Mood", "parse_enum(x, Mood)"),
        (domain(TEXT, "a"), "D", "x"),
        (array(INT8), "list[int]", "x"),
        (array(CITEXT), "list[str]", "parse_array(x, str)"),
        (array(MOOD), "list[Mood]", "parse_array(x, Mood)"),
        (array(PLACE), "list[Place]", "parse_array(x, Place.from_text)"),
        (array(domain(INT8)), "list[int]", "parse_array(x, int)"),
        (
            array(domain(system("date"))),
            "list[datetime.date]",
            'parse_array(x, loads("date"))',
        ),
        (span("int4range", INT4, schema="pg_catalog"), "Range[int]", "x"),
        (span("fr", system("float8")), "Range[float]", "parse_range(x, float)"),
        (
            array(span("fr", system("float8"))),
            "list[Range[float]]",
            "parse_array(x, lambda text: parse_range(text, float))",
        ),
    ],
    ids=lambda value: getattr(value, "display", None),
)
def test_reading(type_: PgType, annotation: str, expression: str) -> None:
    found = reading(type_, TYPES)
    assert (text(found.type), shown(found.read)) == (annotation, expression)


@pytest.mark.parametrize(
    ("type_", "annotation", "expression", "cast"),
    [
        (INT8, "int", "as_int8(x)", False),
        (TEXT, "str", "x", False),
        (system("uuid"), "UUID", "x", False),
        (system("jsonb"), "JsonInput", "Jsonb(x)", False),
        (system("timestamptz"), "datetime.datetime", "x", True),
        (system("date"), "datetime.date", "x", True),
        (HSTORE, "Mapping[str, str | None]", "hstore_text(x)", False),
        (MOOD, "Mood", "x", False),
        (PLACE, "Place", "x.as_tuple()", False),
        (domain(INT8), "int", "as_int8(x)", True),
        (domain(TEXT), "str", "x", False),
        (domain(TEXT, "a"), "D", "x", False),
        (array(TEXT), "Sequence[str]", "array_of(x)", False),
        (array(INT8), "Sequence[int]", "array_of(x, int8_text)", False),
        (array(system("float8")), "Sequence[float]", "array_of(x, float8_text)", False),
        (array(system("bytea")), "Sequence[bytes]", "list_of(x)", False),
        (
            array(system("timestamptz")),
            "Sequence[datetime.datetime]",
            "list_of(x)",
            True,
        ),
        (array(MOOD), "Sequence[Mood]", "array_of(x)", False),
        (
            array(PLACE),
            "Sequence[Place]",
            "[item.as_tuple() for item in items_of(x)]",
            False,
        ),
        (array(domain(INT8)), "Sequence[int]", "array_of(x, int8_text)", True),
        (
            array(domain(array(INT8))),
            "Sequence[Sequence[int]]",
            "[array_of(item, int8_text) for item in items_of(x)]",
            True,
        ),
        (
            span("int4range", INT4, schema="pg_catalog"),
            "Range[int]",
            "range_text(x)",
            False,
        ),
    ],
    ids=lambda value: getattr(value, "display", None),
)
def test_writing(type_: PgType, annotation: str, expression: str, cast: bool) -> None:
    found = writing(type_, TYPES)
    assert text(found.type) == annotation
    assert shown(found.write) == expression
    assert found.cast is cast


def test_elements_that_may_be_null() -> None:
    found = reading(array(INT8), TYPES, element_nullable=True)
    assert text(found.type) == "list[int | None]"
    sent = writing(array(INT8), TYPES, element_nullable=True)
    assert text(sent.type) == "Sequence[int | None]"
    assert shown(sent.write) == "array_of(x, int8_text)"


@pytest.mark.parametrize(
    ("type_", "read", "written", "cast"),
    [
        (system("numeric"), "Money(x)", "value_of(x)", True),
        (
            array(system("numeric")),
            "[Money(item) for item in x]",
            "[value_of(item) for item in items_of(x)]",
            True,
        ),
        (domain(system("numeric")), "Money(x)", "value_of(x)", True),
    ],
    ids=lambda value: getattr(value, "display", None),
)
def test_configured_types(type_: PgType, read: str, written: str, cast: bool) -> None:
    configured = TypeMapping(TYPES.classes, {"numeric": Named("Money", "app")})
    assert shown(reading(type_, configured).read) == read
    assert shown(writing(type_, configured).write) == written
    assert writing(type_, configured).cast is cast


def test_psycopg_makes_the_bounds_of_its_own_ranges() -> None:
    configured = TypeMapping(TYPES.classes, {"int4": Named("Money", "app")})
    known = span("int4range", INT4, schema="pg_catalog")
    assert text(reading(known, configured).type) == "Range[int]"
    assert text(reading(span("r", INT4), configured).type) == "Range[Money]"


def test_a_type_is_configured_by_any_of_its_names() -> None:
    money = Named("Money", "app")
    for name in ("citext", "public.citext"):
        assert reading(CITEXT, TypeMapping({}, {name: money})).type == money


def test_none_is_said_once() -> None:
    assert text(nullable(nullable(Named("int")))) == "int | None"


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (system("timestamptz"), "timestamptz"),
        (array(system("bpchar")), "bpchar[]"),
        (system("char"), '"char"'),
        (system("bit"), '"bit"'),
        (array(MOOD), "mood[]"),
    ],
    ids=str,
)
def test_casts_have_no_length(type_: PgType, expected: str) -> None:
    assert type_name(type_) == expected


def test_the_tables_are_psycopgs() -> None:
    """Where psycopg has a loader the table says so, and the other way round."""
    known = {info.name.strip('"') for info in adapters.types}
    listed = {name for name, scalar in SCALARS.items() if scalar.psycopg.reads_arrays}
    assert listed | set(RANGES) == known
    for info in adapters.types:
        loader = adapters.get_loader(info.array_oid, Format.TEXT)
        assert loader is not None, info.name
    for name, scalar in SCALARS.items():
        assert scalar.write == Keep() or shown(scalar.write).endswith("(x)")
        if name in listed and scalar.read == Keep() and not scalar.untyped:
            assert adapters.get_loader(_oid(name), Format.TEXT), name
        if scalar.psycopg.binary is not None:
            assert adapters.get_loader(_oid(name), Format.BINARY), name
        if scalar.psycopg.writes_binary:
            assert adapters.get_dumper_by_oid(_oid(name), Format.BINARY), name
        if scalar.extension:
            assert not scalar.psycopg.reads_arrays, name
    for name, adapter in RANGES.items():
        assert adapter.writes_binary, name
        assert adapters.get_dumper_by_oid(_oid(name), Format.BINARY), name


def _oid(name: str) -> int:
    return adapters.types['"char"' if name == "char" else name].oid


def test_types_of_extensions_are_known_in_every_schema() -> None:
    """A user's own type that is called as one of PostgreSQL's is text."""
    assert scalar_of(HSTORE) is SCALARS["hstore"]
    own = ScalarType(schema="public", name="int4", display="public.int4")
    assert text(reading(own, TYPES).type) == "str"
