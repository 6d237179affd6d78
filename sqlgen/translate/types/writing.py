"""PgType -> the Python type of an argument, and the value that psycopg is given for it.

The value's wire type is the described one, or the type is left to the server (`unknown`), or the
placeholder gets a cast. psycopg alone would choose by the value: an `int` by its size, a `datetime`
by its time zone.
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
    Invoke,
    Named,
    OrNone,
    Parse,
    PyType,
    Then,
)
from . import overrides
from .mapping import TypeMapping, without_overrides
from .python_types import JSON_SUPPORT, KEEP, SEQUENCE, nullable, or_none, support
from .reading import reading
from .scalars import ARRAY_OF, SCALARS, base_type, delimiter_of, scalar_of

_TO_JSON = Apply(Named("to_json", JSON_SUPPORT))
_ITEMS_OF = Apply(support("items_of"))
_LIST_OF = Apply(support("list_of"))
_VALUE_OF = Apply(support("value_of"))
_FIELDS_OF = Apply(support("fields_of"))
_AS_TUPLE = Invoke("as_tuple")
_ARRAY_TEXT = Apply(support("array_text"))
_BOXES_TEXT = Apply(support("boxes_text"))
_JSON_WRAPPERS = (SCALARS["json"].write, SCALARS["jsonb"].write)


@frozen
class Writing:
    """An argument's Python type, its conversion, and whether the placeholder needs a cast."""

    type: PyType
    write: Conversion
    cast: bool = False


def writing(
    type_: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Writing:
    """Return how an argument of the type is sent.

    `element_nullable`: the items of an array may be None.
    """
    chosen = types.override(type_)
    if chosen is not None:
        usual = _writing(type_, without_overrides(types), element_nullable)
        return overridden_writing(usual, chosen)
    return _writing(type_, types, element_nullable)


def overridden_writing(usual: Writing, chosen: PyType) -> Writing:
    """Return how an argument is sent whose Python type the user has chosen.

    It is passed as it is, and a cast gives it its wire type. Two are sent in the usual way: JSON,
    which must be wrapped for psycopg, and a chosen type that is the usual one after all.
    """
    if overrides.holds_users_type(chosen) and (write := _dumped(usual.write)):
        return Writing(chosen, write, usual.cast)
    if overrides.holds_users_type(chosen) and (write := _fields(usual.write)):
        return Writing(chosen, write, cast=True)
    if usual.write in _JSON_WRAPPERS or chosen == usual.type:
        return Writing(chosen, usual.write, usual.cast)
    return Writing(chosen, passing(chosen), cast=True)


def passing(chosen: PyType) -> Conversion:
    """Return how a value of a chosen type is passed to psycopg, which may have a dumper for it.

    Of an enum's member it is the value. Sequences become lists.
    """
    if not overrides.is_list(chosen):
        return _VALUE_OF if overrides.holds_users_type(chosen) else KEEP
    (item,) = chosen.arguments
    return each_item(passing(item))


def each_item(item: Conversion) -> Conversion:
    """Return the conversion of the items of a sequence, which must not be a text or bytes."""
    return _LIST_OF if item == KEEP else Then(_ITEMS_OF, Each(item))


def is_users_value(write: Conversion) -> bool:
    """Return whether the value is of a user's type, which has its own way to be sent."""
    match write:
        case Each(item=item) | OrNone(item=item):
            return is_users_value(item)
        case Then(first=first, second=second):
            return first == _TO_JSON or is_users_value(second)
        case _:
            return write in (_VALUE_OF, _FIELDS_OF)


def _dumped(write: Conversion) -> Conversion | None:
    """Return the conversion with JSON made of a user's type first; None if it writes no JSON."""
    if write in _JSON_WRAPPERS:
        return Then(_TO_JSON, write)
    match write:
        case Then(first=first, second=Each(item=item)) if first == _ITEMS_OF:
            dumped = _dumped(item)
            return each_item(dumped) if dumped else None
        case OrNone(item=item):
            dumped = _dumped(item)
            return OrNone(dumped) if dumped else None
        case _:
            return None


def _fields(write: Conversion) -> Conversion | None:
    """Return the conversion of a user's objects where composites are sent; None for other values."""
    match write:
        case Invoke():
            return _FIELDS_OF
        case Then(first=first, second=Each(item=item)) if first == _ITEMS_OF:
            fields = _fields(item)
            return each_item(fields) if fields else None
        case OrNone(item=item):
            fields = _fields(item)
            return OrNone(fields) if fields else None
        case _:
            return None


def _writing(type_: PgType, types: TypeMapping, element_nullable: bool) -> Writing:
    match type_:
        case ScalarType():
            scalar = scalar_of(type_)
            return Writing(scalar.argument or scalar.type, scalar.write, scalar.cast)
        case EnumType():
            return Writing(types.model(type_), KEEP)
        case CompositeType():
            return Writing(types.model(type_), _AS_TUPLE)
        case DomainType() if type_.literals:
            return Writing(types.model(type_), KEEP)
        case DomainType(base=base):
            inner = writing(base, types, element_nullable=element_nullable)
            return Writing(inner.type, inner.write, inner.cast or not _untyped(base))
        case ArrayType(element=element):
            return _array(element, types, element_nullable)
        case RangeType():
            name = "multirange_text" if type_.multirange else "range_text"
            whole = reading(type_, types).type
            return Writing(whole, Apply(support(name)))


def _array(element: PgType, types: TypeMapping, element_nullable: bool) -> Writing:
    item = writing(element, types)
    item_type = nullable(item.type) if element_nullable else item.type
    sequence = Generic(SEQUENCE, (item_type,))
    text = _array_text(element)
    if text and item == writing(element, without_overrides(types)):
        return Writing(sequence, text, item.cast)
    # A list in a list would be a second dimension.
    if isinstance(base_type(element), ArrayType) and not _is_array_text(item.write):
        inner = Then(item.write, _ARRAY_TEXT)
        item = Writing(item.type, inner)
    if delimiter_of(element) == ";":
        return Writing(sequence, _boxes(item.write))
    needs_none = item.write != KEEP and element_nullable
    write = each_item(OrNone(item.write) if needs_none else item.write)
    return Writing(sequence, write, item.cast)


def _array_text(element: PgType) -> Conversion | None:
    """Return what makes the text of an array of such elements, None where psycopg makes it."""
    match element:
        case ScalarType():
            return scalar_of(element).write_array
        case EnumType():
            return Apply(ARRAY_OF)
        case DomainType(base=base):
            return _array_text(base)
        case ArrayType() | CompositeType() | RangeType():
            return None


def _untyped(type_: PgType) -> bool:
    """Return whether values are sent as text whose type the server infers (`unknown`)."""
    match type_:
        case ScalarType():
            return scalar_of(type_).untyped
        case ArrayType(element=inner) | DomainType(base=inner):
            return _untyped(inner)
        case EnumType() | CompositeType() | RangeType():
            return True


def nested_write(
    type_: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Conversion:
    """Return how a field of a composite is put into the tuple that psycopg sends as text.

    The server knows the types of the fields, so only values that psycopg has no text for are
    converted. `element_nullable`: the items of an array may be None.
    """
    chosen = types.override(type_)
    if chosen is not None:
        usual = nested_write(type_, without_overrides(types))
        dumped = _dumped(usual) if overrides.holds_users_type(chosen) else None
        return dumped or passing(chosen)
    match type_:
        case ScalarType():
            scalar = scalar_of(type_)
            return scalar.write if scalar.is_container else KEEP
        case CompositeType():
            return _AS_TUPLE
        case DomainType(base=base):
            return nested_write(base, types, element_nullable=element_nullable)
        case ArrayType(element=element):
            write = nested_array(element, types, element_nullable=element_nullable)
            return KEEP if write == _LIST_OF else write
        case EnumType() | RangeType():
            return KEEP


def nested_array(
    element: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Conversion:
    """Return how an array is put into a field or COPY: as a list of items, or as its text."""
    item = nested_write(element, types)
    if delimiter_of(element) == ";":
        return _boxes(item)
    # A list in a list would be a second dimension.
    if isinstance(base_type(element), ArrayType) and not _is_array_text(item):
        item = Then(item, _ARRAY_TEXT)
    return each_item(or_none(item) if element_nullable else item)


def _boxes(item: Conversion) -> Conversion:
    """Return what makes the text of an array of boxes, or of arrays of them."""
    return _BOXES_TEXT if item == KEEP else Then(each_item(or_none(item)), _BOXES_TEXT)


def _is_array_text(write: Conversion) -> bool:
    return isinstance(write, Apply | Parse) and write.function in (
        ARRAY_OF,
        _BOXES_TEXT.function,
    )
