"""PgType -> the Python type of an argument, and what is made of it for psycopg.

The value's wire type is exactly the described one, or the type is left to the server (`unknown`),
or the placeholder gets a cast. psycopg alone would choose by the value: an `int` by its size, a
`datetime` by its zone.
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
from .mapping import (
    HSTORE,
    JSON_SUPPORT,
    KEEP,
    TypeMapping,
    known,
    nullable,
    support,
    system_scalar,
    without_overrides,
)
from .reading import reading
from .scalars import FLOAT, JSON_INPUT, JSON_VALUE, STR, scalar

_TO_JSON = Apply(Named("to_json", JSON_SUPPORT))
_SEQUENCE = Named("Sequence", "collections.abc")
_ARRAY_OF = support("array_of")
_NUMBERS = frozenset({"int2", "int4", "int8", "oid", "float8"})
_PRINTED = frozenset({"bool", "numeric", "uuid"})
"""The types whose values `str` makes the text of that stands in an array."""


@frozen
class Writing:
    """What an argument of `type` is made into; `cast` if the placeholder needs one too."""

    type: PyType
    write: Conversion
    cast: bool = False


def writing(
    type_: PgType, types: TypeMapping, *, element_nullable: bool = False
) -> Writing:
    """How an argument of the type is sent, and whether its placeholder needs a cast."""
    chosen = types.override(type_)
    if chosen is not None:
        usual = _writing(type_, without_overrides(types), element_nullable)
        return overridden_writing(usual, chosen)
    return _writing(type_, types, element_nullable)


def overridden_writing(base: Writing, chosen: PyType) -> Writing:
    """An argument of another type than the usual one is passed as it is.

    Only JSON is still wrapped for psycopg, and a type that is the usual one after all is dealt
    with as such. Everything else gets its wire type from a cast.
    """
    if overrides.holds_users_type(chosen) and (write := _dumped(base.write)):
        return Writing(chosen, write, base.cast)
    json = base.write in (scalar("json").write, scalar("jsonb").write)
    if json or chosen == base.type:
        return Writing(chosen, base.write, base.cast)
    return Writing(chosen, overrides.passing(chosen), cast=True)


def is_dumped(write: Conversion) -> bool:
    """Whether JSON is made of a type of the user's."""
    match write:
        case Each(item=item) | OrNone(item=item):
            return is_dumped(item)
        case Then(first=first):
            return first == _TO_JSON
        case _:
            return False


def _dumped(write: Conversion) -> Conversion | None:
    """The same with JSON made of a user's type first; None for what is no JSON."""
    if write in (scalar("json").write, scalar("jsonb").write):
        return Then(_TO_JSON, write)
    match write:
        case Each(item=item):
            found = _dumped(item)
            return Each(found) if found else None
        case OrNone(item=item):
            found = _dumped(item)
            return OrNone(found) if found else None
        case _:
            return None


def _writing(type_: PgType, types: TypeMapping, element_nullable: bool) -> Writing:
    match type_:
        case ScalarType(name="hstore"):
            text = Apply(support("hstore_text"))
            mapping = Named("Mapping", "collections.abc")
            return Writing(Generic(mapping, HSTORE.arguments), text)
        case ScalarType(name="vector" | "halfvec"):
            text = Apply(support("vector_text"))
            return Writing(Generic(_SEQUENCE, (FLOAT,)), text)
        case ScalarType():
            found = system_scalar(type_)
            taken = JSON_INPUT if found.type == JSON_VALUE else found.type
            return Writing(taken, found.write, found.cast)
        case EnumType():
            return Writing(types.model(type_), KEEP)
        case CompositeType():
            return Writing(types.model(type_), Invoke("as_tuple"))
        case DomainType() if type_.literals:
            return Writing(types.model(type_), KEEP)
        case DomainType(base=base):
            inner = writing(base, types, element_nullable=element_nullable)
            return Writing(inner.type, inner.write, inner.cast or not _unknown(base))
        case ArrayType(element=element):
            item = writing(element, types)
            of = nullable(item.type) if element_nullable else item.type
            in_text = _as_text(element)
            if in_text and item == writing(element, without_overrides(types)):
                return Writing(Generic(_SEQUENCE, (of,)), in_text, item.cast)
            # A list in a list would be a second dimension.
            if _is_array(element) and not _is_text(item.write):
                text = Apply(support("array_text"))
                item = Writing(item.type, Then(item.write, text))
            if known(element, frozenset({"box"})):
                return Writing(Generic(_SEQUENCE, (of,)), Apply(support("boxes_text")))
            convert = item.write != KEEP and element_nullable
            each = Each(OrNone(item.write) if convert else item.write)
            return Writing(Generic(_SEQUENCE, (of,)), each, item.cast)
        case RangeType():
            name = "multirange_text" if type_.multirange else "range_text"
            whole = reading(type_, types).type
            return Writing(whole, Apply(support(name)))


def _as_text(element: PgType) -> Conversion | None:
    """What makes the text of an array of such elements, if no more than the text is needed.

    Dates and times are left to psycopg: they may have a zone or not, and a service may have told it
    which of them is infinity.
    """
    match element:
        case ScalarType(name="hstore" | "vector" | "halfvec" | "box"):
            return None
        case ScalarType() if known(element, _NUMBERS):
            return Parse(_ARRAY_OF, Apply(support(f"{element.name}_text")))
        case ScalarType() if known(element, _PRINTED):
            return Parse(_ARRAY_OF, Apply(STR))
        case ScalarType() if system_scalar(element).text:
            return Apply(_ARRAY_OF)
        case EnumType():
            return Apply(_ARRAY_OF)
        case DomainType(base=base):
            return _as_text(base)
        case ScalarType() | ArrayType() | CompositeType() | RangeType():
            return None


def _unknown(type_: PgType) -> bool:
    """Whether values are sent as text of unknown type, so that the server infers the rest."""
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec"):
            return True
        case ScalarType():
            return system_scalar(type_).text
        case ArrayType(element=inner) | DomainType(base=inner):
            return _unknown(inner)
        case EnumType() | CompositeType() | RangeType():
            return True


def nested_write(type_: PgType, types: TypeMapping) -> Conversion:
    """How a field of a composite is put into the tuple that psycopg sends as text.

    The types of the fields are the composite's, so only what psycopg has no text for is converted.
    """
    chosen = types.override(type_)
    if chosen is not None:
        usual = nested_write(type_, without_overrides(types))
        dumped = _dumped(usual) if overrides.holds_users_type(chosen) else None
        return dumped or KEEP
    match type_:
        case ScalarType(name="hstore" | "vector" | "halfvec" | "json" | "jsonb"):
            return _writing(type_, types, element_nullable=False).write
        case CompositeType():
            return Invoke("as_tuple")
        case DomainType(base=base):
            return nested_write(base, types)
        case ArrayType(element=element):
            item = nested_write(element, types)
            return KEEP if item == KEEP else Each(item)
        case ScalarType() | EnumType() | RangeType():
            return KEEP


def _is_text(write: Conversion) -> bool:
    """Whether it makes an array's text."""
    return isinstance(write, Apply | Parse) and write.function == _ARRAY_OF


def _is_array(type_: PgType) -> bool:
    """Whether it is an array, or a domain over one: arrays have arrays of domains only."""
    if isinstance(type_, DomainType):
        return _is_array(type_.base)
    return isinstance(type_, ArrayType)
