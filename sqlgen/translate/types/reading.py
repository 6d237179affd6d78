"""PgType -> the Python type of a column, and the conversion of the value that psycopg returns.

Nothing is registered on the connection: psycopg converts the types that it knows, and returns
PostgreSQL's text for every oid that it does not.
"""

from ...model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.frozen import frozen
from ...model.python import (
    Apply,
    Conversion,
    Each,
    Generic,
    MakeRow,
    OrNone,
    Parse,
    PyType,
    Then,
    UnionOf,
)
from . import overrides
from .mapping import TypeMapping, without_overrides
from .python_types import (
    ANY,
    ANY_LIST,
    KEEP,
    LIST,
    STR,
    nullable,
    or_none,
    range_of,
    support,
)
from .scalars import adapter_of, base_type, delimiter_of, scalar_of

_PARSE_ENUM = support("parse_enum")


@frozen
class Reading:
    """A column's Python type, and the conversion (`read`) of the `raw` value that psycopg returns.

    A whole row has a `width`, the number of columns that it is read from; if it is `optional`, the
    first of them tells whether there is one.
    """

    type: PyType
    raw: PyType
    read: Conversion
    width: int | None = None
    optional: bool = False


def reading(
    type_: PgType,
    types: TypeMapping,
    *,
    element_nullable: bool = False,
    written_out: bool = False,
) -> Reading:
    """Return how a column of the type is read.

    `element_nullable`: the items of an array may be NULL. `written_out`: they are texts of rows.
    """
    if written_out and isinstance(type_, ArrayType):
        return _row_texts(type_, types, element_nullable)
    chosen = types.override(type_)
    if chosen is not None:
        usual = _reading(type_, without_overrides(types), element_nullable)
        return overridden(usual, chosen, type_.display)
    return _reading(type_, types, element_nullable)


def row_reading(row: CompositeType, types: TypeMapping) -> Reading:
    """Return how a row is read from its columns."""
    model = types.model(row)
    usual = Reading(model, ANY, MakeRow(model))
    chosen = types.override(row)
    return usual if chosen is None else overridden(usual, chosen, row.display)


def overridden(usual: Reading, chosen: PyType, where: str) -> Reading:
    """Return how a value is read whose Python type the user has chosen.

    The chosen type is called with the usual value (of an enum, its label), so that a NewType, a
    subclass, an enum and a class of one argument work alike. A type that cannot be called (`Any`, a
    union, a container of builtins) leaves the value as it is; `list[T]` calls `T` with each item.
    JSON is made into a class by its fields; errors name the column or type *where*.
    """
    if chosen == usual.type:
        return Reading(chosen, usual.raw, usual.read)
    if chosen == usual.raw == STR:
        return Reading(STR, STR, KEEP)
    convert = overrides.conversion(chosen, usual.type, where)
    if usual.read == KEEP or _is_enum(usual.read):
        return Reading(chosen, ANY, convert)
    read = usual.read if convert == KEEP else Then(usual.read, convert)
    return Reading(chosen, ANY, read)


def _is_enum(read: Conversion) -> bool:
    """Return whether a label becomes the member of a generated enum."""
    return isinstance(read, Parse) and read.function == _PARSE_ENUM


def _reading(type_: PgType, types: TypeMapping, element_nullable: bool) -> Reading:
    match type_:
        case ScalarType():
            scalar = scalar_of(type_)
            raw = scalar.type if scalar.read == KEEP else ANY
            return Reading(scalar.type, raw, scalar.read)
        case DomainType() if type_.literals:
            return Reading(types.model(type_), types.model(type_), KEEP)
        case DomainType(base=base):
            return reading(base, types, element_nullable=element_nullable)
        case ArrayType():
            return _array(type_, types, element_nullable)
        case RangeType() if adapter_of(type_).reads_arrays:
            # psycopg makes the bounds, whatever is configured for their type.
            bound = reading(type_.subtype, without_overrides(types))
            whole = range_of(type_, bound.type)
            return Reading(whole, whole, KEEP)
        case EnumType():
            model = types.model(type_)
            return Reading(model, STR, Parse(_PARSE_ENUM, Apply(model)))
        case CompositeType() | RangeType():
            parsed = parsing(type_, types)
            return Reading(parsed.type, STR, parsed.read)


def _array(array: ArrayType, types: TypeMapping, element_nullable: bool) -> Reading:
    element = array.element
    by_psycopg = adapter_of(element).reads_arrays
    item = reading(element, types) if by_psycopg else parsing(element, types)
    item_type = nullable(item.type) if element_nullable else item.type
    type_ = _lists(item_type, array)
    if not by_psycopg:
        parse_array = Parse(support(_array_parser(element)), item.read)
        return Reading(type_, STR, parse_array)
    if item.read == KEEP:
        return Reading(type_, type_, KEEP)
    if len(array.dimensions) > 1:
        # At run time, nothing tells a list of items from an item that is a list itself.
        return Reading(ANY_LIST, ANY_LIST, KEEP)
    read = OrNone(item.read) if element_nullable else item.read
    return Reading(type_, ANY, _each(read, array))


def _lists(item: PyType, array: ArrayType) -> PyType:
    """Return the type of an array of such items: lists of lists for several dimensions.

    Of an array that may have two numbers of dimensions it is a union, of more nothing is said.
    """
    lists = []
    for number in array.dimensions:
        type_ = item
        for _ in range(number):
            type_ = Generic(LIST, (type_,))
        lists.append(type_)
    if len(lists) > 2:
        return ANY_LIST
    return lists[0] if len(lists) == 1 else UnionOf(tuple(lists))


def _each(item: Conversion, array: ArrayType) -> Conversion:
    """Return the conversion of all items of an array, which may be lists in lists."""
    if item == KEEP:
        return KEEP
    for _ in range(array.dimensions[0]):
        item = Each(item)
    return item


def _array_parser(element: PgType) -> str:
    """Return the helper that reads an array's text."""
    return "parse_boxes" if delimiter_of(element) == ";" else "parse_array"


def _row_texts(type_: ArrayType, types: TypeMapping, element_nullable: bool) -> Reading:
    """Return how an array of the texts of rows is read, which psycopg makes a list of."""
    item = parsing(type_.element, types)
    item_type, raw, read = item.type, item.raw, item.read
    if element_nullable:
        item_type, raw, read = nullable(item_type), nullable(raw), or_none(read)
    usual = Reading(_lists(item_type, type_), _lists(raw, type_), _each(read, type_))
    if len(type_.dimensions) > 1:
        usual = Reading(ANY_LIST, ANY_LIST, KEEP)
    chosen = types.override(type_)
    return usual if chosen is None else overridden(usual, chosen, type_.display)


def parsing(
    type_: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Reading:
    """Return how a value is read from its text within an array, composite or range.

    `element_nullable`: the items of an array may be NULL.
    """
    chosen = types.override(type_)
    if chosen is None:
        return _parsing(type_, types, element_nullable)
    return overridden_parsing(type_, types, chosen, type_.display)


def overridden_parsing(
    type_: PgType, types: TypeMapping, chosen: PyType, where: str
) -> Reading:
    """Return how a value is read from its text whose Python type the user has chosen.

    Errors in JSON name the column or type *where*.
    """
    usual = _parsing(type_, without_overrides(types))
    if chosen == usual.type:
        return Reading(chosen, usual.raw, usual.read)
    if chosen == STR == reading(type_, without_overrides(types)).raw:
        return Reading(STR, STR, KEEP)
    is_enum = isinstance(base_type(type_), EnumType)
    parse = KEEP if is_enum else usual.read
    convert = overrides.conversion(chosen, usual.type, where)
    if parse == KEEP or convert == KEEP:
        return Reading(chosen, ANY, convert if parse == KEEP else parse)
    return Reading(chosen, ANY, Then(parse, convert))


def _parsing(
    type_: PgType, types: TypeMapping, element_nullable: bool = False
) -> Reading:
    match type_:
        case ScalarType():
            scalar = scalar_of(type_)
            return Reading(scalar.type, STR, scalar.parse)
        case EnumType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model))
        case CompositeType():
            model = types.model(type_)
            return Reading(model, STR, Apply(model, "from_text"))
        case DomainType() if type_.literals:
            return Reading(types.model(type_), types.model(type_), KEEP)
        case DomainType(base=base):
            return parsing(base, types, element_nullable=element_nullable)
        case ArrayType(element=element):
            item = parsing(element, types)
            parse_array = Parse(support(_array_parser(element)), item.read)
            item_type = nullable(item.type) if element_nullable else item.type
            return Reading(_lists(item_type, type_), STR, parse_array)
        case RangeType(subtype=subtype):
            bound = parsing(subtype, types)
            parse = "parse_multirange" if type_.multirange else "parse_range"
            return Reading(
                range_of(type_, bound.type), STR, Parse(support(parse), bound.read)
            )
