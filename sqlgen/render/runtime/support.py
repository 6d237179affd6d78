"""Helpers of the generated modules: build rows, and convert values that psycopg leaves as text."""

import re
import sys
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
    Sized,
)
from contextlib import suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from operator import index
from struct import pack
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from psycopg import adapters
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import (
    DataError,
    NoDataFound,
    NumericValueOutOfRange,
    ProgrammingError,
    TooManyRows,
)
from psycopg.pq import Format
from psycopg.rows import BaseRowFactory
from psycopg.types.enum import EnumDumper
from psycopg.types.multirange import Multirange
from psycopg.types.numeric import Float4, Int2, Int4, Int8, Oid
from psycopg.types.range import Range

if sys.version_info >= (3, 12):
    from typing import TypedDict as TypedDict
else:  # pydantic, and so FastAPI, takes no other one there; it comes with psycopg
    from typing_extensions import TypedDict as TypedDict

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


def one(rows: Sequence[T]) -> T:
    """Return the only row; raise `NoDataFound` for no row, `TooManyRows` for several."""
    if not rows:
        raise NoDataFound("query returned no rows")
    return _only(rows)


def optional(rows: Sequence[T]) -> T | None:
    """Return the only row, or None; raise `TooManyRows` for several."""
    return _only(rows) if rows else None


def _only(rows: Sequence[T]) -> T:
    if len(rows) > 1:
        raise TooManyRows(f"query returned {len(rows)} rows where one was expected")
    return rows[0]


_factories: dict[Any, Any] = {}


def rows_of(row: type[T]) -> BaseRowFactory[T]:
    """Return a row factory for a class, which calls its `from_row` if it has one."""
    factory: BaseRowFactory[T] | None = _factories.get(row)
    if factory is None:
        make = _maker(row)
        if hasattr(row, "from_row"):
            factory = lambda cursor: _with_loaders(cursor, make)  # noqa: E731
        else:
            factory = lambda _: make  # noqa: E731
        _factories[row] = factory
    return factory


def scalars_of(make: Callable[[Any], T]) -> BaseRowFactory[T]:
    """Return a row factory that calls *make* with the only value of each row."""
    return rows_by(lambda values: make(values[0]))


def rows_by(make: Callable[[Any], T]) -> BaseRowFactory[T]:
    """Return a row factory that calls *make* with the tuple of each row's values."""
    return lambda cursor: _with_loaders(cursor, make)


_makers: dict[Any, Callable[[Sequence[Any]], Any]] = {}


def make_row(row: type[T], values: Sequence[Any]) -> T:
    """Return a row within a row: an instance of a class, made as rows are."""
    make = _makers.get(row)
    if make is None:
        make = _makers[row] = _maker(row)
    made: T = make(values)
    return made


_own_loads: ContextVar[Callable[[str], Callable[[str], Any]] | None]
_own_loads = ContextVar("_own_loads", default=None)


def _with_loaders(
    cursor: Any, make: Callable[[Sequence[Any]], T]
) -> Callable[[Sequence[Any]], T]:
    """Return *make*, which then parses with the loaders and the settings of the cursor's connection."""
    own: AdaptersMap = cursor.adapters
    if _has_usual_styles(cursor.connection.pgconn.parameter_status) and all(
        own.get_loader(oid, Format.TEXT) is adapters.get_loader(oid, Format.TEXT)
        for oid in _loaded_oids
    ):
        return make

    @cache
    def own_loads(type_name: str) -> Callable[[str], Any]:
        return _loads(type_name, own, cursor)

    def make_with_loaders(values: Sequence[Any]) -> T:
        token = _own_loads.set(own_loads)
        try:
            return make(values)
        finally:
            _own_loads.reset(token)

    return make_with_loaders


def _has_usual_styles(setting: Callable[[bytes], bytes | None]) -> bool:
    """Return whether dates and intervals are in the styles that loaders without a connection read."""
    return (setting(b"IntervalStyle") or b"postgres") == b"postgres" and (
        setting(b"DateStyle") or b"ISO"
    ).startswith(b"ISO")


def _maker(row: Any, method: str = "from_row") -> Callable[[Sequence[Any]], Any]:
    """Return the function that builds a row from its values, by a *method* if the class has that."""
    convert = getattr(row, method, None)
    if getattr(row, "__dataclass_fields__", None):
        return _unfrozen(row, convert)
    if convert is not None:
        return lambda values: convert(*values)
    if hasattr(row, "_make"):  # a named tuple
        make: Callable[[Sequence[Any]], Any] = row._make
        return make
    if hasattr(row, "__pydantic_complete__"):
        names = tuple(row.model_fields)  # pydantic's classes take keywords only
        return lambda values: row(**dict(zip(names, values, strict=True)))
    return lambda values: row(*values)


_PLAIN = """\
def make(values):
    self = Twin()
    {targets}= values
    self.__class__ = row
    return self
"""
_CONVERTED = """\
def new({values}):
    self = Twin()
    {assignments}
    self.__class__ = row
    return self

def make(values):
    return convert(new, *values)
"""


def _unfrozen(row: Any, convert: Any) -> Callable[[Sequence[Any]], Any]:
    """Return a fast function that builds a frozen dataclass with slots from its values.

    The class itself has to set each field by `object.__setattr__`, which takes as long as reading
    the row. So another class with the same slots, which is not frozen, is filled, and then becomes
    the row: Python lets an instance change its class where both lay it out alike. The functions are
    compiled for the fields' names, as `dataclass` does with `__init__`; the class method *convert*
    gets one that stands for its class.
    """
    numbered = [(name, f"v{n}") for n, name in enumerate(row.__match_args__)]
    source = (_CONVERTED if convert else _PLAIN).format(
        targets="".join(f"self.{name}, " for name, _ in numbered),
        values="".join(f"{value}, " for _, value in numbered),
        assignments="; ".join(f"self.{name} = {value}" for name, value in numbered),
    )
    found: dict[str, Any] = {
        "row": row,
        "Twin": type(row.__name__, (), {"__slots__": row.__slots__}),
        "convert": getattr(convert, "__func__", None),
    }
    exec(source, found)
    make: Callable[[Sequence[Any]], Any] = found["make"]
    return make


def as_int2(value: int) -> Int2:
    """Return a `smallint`; raise for fractions and values out of range; psycopg truncates them."""
    if -(1 << 15) <= value < 1 << 15:
        return int.__new__(Int2, index(value))
    raise _too_large(value, "smallint")


def as_int4(value: int) -> Int4:
    """Return an `integer`; raise for fractions and values out of range; psycopg truncates them."""
    if -(1 << 31) <= value < 1 << 31:
        return int.__new__(Int4, index(value))
    raise _too_large(value, "integer")


def as_int8(value: int) -> Int8:
    """Return a `bigint`; raise for fractions and values out of range."""
    if -(1 << 63) <= value < 1 << 63:
        return int.__new__(Int8, index(value))
    raise _too_large(value, "bigint")


def as_oid(value: int) -> Oid:
    """Return an `oid`; raise for fractions and values out of range."""
    if 0 <= value < 1 << 32:
        return int.__new__(Oid, index(value))
    raise _too_large(value, "oid")


def _too_large(value: float, type_name: str) -> NumericValueOutOfRange:
    return NumericValueOutOfRange(f"{value} is out of range for type {type_name}")


def as_float4(value: float) -> Float4:
    """Return a `real`; raise for values out of range, which psycopg makes infinite."""
    try:
        pack("<f", value)
    except OverflowError:
        raise _too_large(value, "real") from None
    return Float4(value)


def items_of(items: Iterable[T]) -> Iterable[T]:
    """Return the items; raise `TypeError` for a string or bytes, which is one value."""
    if isinstance(items, str | bytes | bytearray | memoryview):
        raise TypeError(f"expected a sequence of items, not {type(items).__name__}")
    return items


def async_items_of(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterable[T]:
    """Return the items, as they arrive; raise `TypeError` for a string or bytes, which is one value."""
    if isinstance(items, AsyncIterable):
        return items
    return _at_once(items_of(items))


async def _at_once(items: Iterable[T]) -> AsyncGenerator[T, None]:
    for item in items:
        yield item


async def arrived_items_of(items: Iterable[T] | AsyncIterable[T]) -> Iterable[T]:
    """Return the items once all of them have arrived; raise `TypeError` as `items_of` does."""
    if isinstance(items, AsyncIterable):
        return [item async for item in items]
    return items_of(items)


def list_of(items: Iterable[T]) -> list[T]:
    """Return the list of the items, which psycopg needs for an array."""
    return list(items_of(items))


def converted_list(items: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Return the list of the converted items; lists among them are further dimensions."""
    values = list(items_of(items))
    if values and isinstance(values[0], list):
        return [converted_list(item, convert) for item in values]
    return [None if item is None else convert(item) for item in values]


def aware_in(conn: Any) -> Callable[[datetime], datetime]:
    """Return what gives a datetime without a time zone the session's, as the server does."""

    @cache
    def zone() -> ZoneInfo:
        name = (conn.pgconn.parameter_status(b"TimeZone") or b"UTC").decode()
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise DataError(
                f"a datetime without a time zone cannot be copied: Python does not know the"
                f" session's time zone {name!r}"
            ) from error

    def aware(value: datetime) -> datetime:
        if value.tzinfo is not None:
            return value
        # PostgreSQL takes the smaller offset of a time that is not there, or twice, in a year.
        times = [value.replace(tzinfo=zone(), fold=fold) for fold in (0, 1)]
        return min(times, key=lambda time: time.utcoffset() or timedelta())

    return aware


def value_of(value: Any) -> Any:
    """Return the value of a plain enum's member; psycopg would send its name.

    The member itself is returned if a dumper is registered for its class.
    """
    if isinstance(value, Enum):
        dumper = adapters.get_dumper(type(value), PyFormat.TEXT)
        return value.value if dumper is EnumDumper else value
    return value


def fields_of(value: Any) -> Any:
    """Return the tuple of the fields of an object, which psycopg sends as a composite value.

    The object itself is returned if it is a tuple, or a dumper is registered for its class.
    """
    if value is None or isinstance(value, tuple):
        return value  # pyright: ignore[reportUnknownVariableType]
    names = _field_names(type(value))
    if names is None or _has_dumper(type(value)):
        return value_of(value)
    if hasattr(value, "as_tuple"):  # a class of this package
        return value.as_tuple()
    return tuple([fields_of(getattr(value, name)) for name in names])


def _field_names(class_: Any) -> Iterable[str] | None:
    """Return the names of the fields of a class of dataclasses, attrs, pydantic or msgspec."""
    if hasattr(class_, "__attrs_attrs__"):
        return [attribute.name for attribute in class_.__attrs_attrs__]
    for attribute in (
        "__dataclass_fields__",
        "__pydantic_fields__",
        "__struct_fields__",
    ):
        if hasattr(class_, attribute):
            names: Iterable[str] = getattr(class_, attribute)
            return names
    return None


def _has_dumper(class_: Any) -> bool:
    try:
        adapters.get_dumper(class_, PyFormat.TEXT)
    except ProgrammingError:
        return False
    return True


_members: dict[Any, dict[str, Any]] = {}


def parse_enum(label: str, enum: type[E]) -> E:
    """Return the member of an enum with that label, five times faster than calling the enum."""
    try:
        member: E = _members[enum][label]
    except KeyError:
        _members[enum] = {each.value: each for each in enum}
        made: E = _read(label, enum)
        return made
    return member


def _read(value: Any, item: Callable[[Any], Any]) -> Any:
    """Return the *item* of a value that adapters of the connection have read, as far as it is one.

    `register_range` and `TypeInfo.register` read arrays and bounds, not always what is in them.
    """
    if isinstance(value, Enum) and not isinstance(value, str):
        with suppress(ValueError):  # its values may be others than the labels
            return item(value.value)
        return item(value.name)
    is_text = isinstance(value, str | dict | Range | Multirange)
    return item(value) if is_text else value


def loads(type_name: str) -> Callable[[str], Any]:
    """Return the function that parses the text of a built-in PostgreSQL type.

    It is that of the connection whose rows are being built, if it has loaders of its own.
    """
    return (_own_loads.get() or _common_loads)(type_name)


_loaded_types = (
    *("date", "time", "timetz", "timestamp", "timestamptz", "interval"),
    *("json", "jsonb", "bool", "bytea", "inet", "cidr"),
)
_loaded_oids = [adapters.types[name].oid for name in _loaded_types]


@cache
def _common_loads(type_name: str) -> Callable[[str], Any]:
    return _loads(type_name, adapters)


def _loads(
    type_name: str, adapters: AdaptersMap, cursor: Any = None
) -> Callable[[str], Any]:
    oid = adapters.types[type_name].oid
    loader = adapters.get_loader(oid, Format.TEXT)
    if loader is None:
        return str
    load = loader(oid, cursor).load
    return lambda text: load(text.encode())


_array_token = re.compile(r'[{},]|"((?:[^"\\]|\\.)*)"|[^{},"]+', re.DOTALL)


def parse_array(text: Any, item: Callable[[str], Any]) -> list[Any]:
    """Parse the text of an array: NULL becomes None, further dimensions become lists.

    Accepts the list of psycopg's own adapter too. PostgreSQL manual, 8.15.6 "Array Input and Output
    Syntax".
    """
    if not isinstance(text, str):
        return [
            parse_array(x, item) if isinstance(x, list) else _read(x, item)
            for x in text
        ]
    outer: list[Any] = []
    stack = [outer]
    # Bounds other than the usual ones stand before the items: `[0:1]={a,b}`.
    start = text.index("{")
    for token in _array_token.finditer(text, start):
        match token[0]:
            case "{":
                stack[-1].append([])
                stack.append(stack[-1][-1])
            case "}":
                stack.pop()
            case ",":
                pass
            case "NULL":
                stack[-1].append(None)
            case plain:
                quoted = plain[0] == '"'
                stack[-1].append(item(_unescaped(token[1]) if quoted else plain))
    items: list[Any] = outer[0]
    return items


_comma_and_semicolon = str.maketrans(",;", ";,")


def parse_boxes(text: str, item: Callable[[str], Any]) -> list[Any]:
    """Parse the text of an array of `box`, whose items are separated by semicolons."""

    def box(text: str) -> Any:
        return item(text.translate(_comma_and_semicolon))

    return parse_array(text.translate(_comma_and_semicolon), box)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def array_of(items: Iterable[Any], text: Callable[[Any], str] = _quoted) -> str:
    """Return the text of an array, several times faster than psycopg.

    The server infers the type from the context, as for a literal.
    """
    values = list(items_of(items))
    if values and isinstance(values[0], list):  # another dimension
        texts = [array_of(item, text) for item in values]
    else:
        texts = ["NULL" if item is None else text(item) for item in values]
    return "{" + ",".join(texts) + "}"


def of_equal_lengths(values: T, /, **lists: Sized) -> T:
    """Return *values*, or raise `ValueError` if the lists differ in length.

    `unnest` of several arrays would fill the shorter ones up with NULL.
    """
    if len({len(items) for items in lists.values()}) > 1:
        sizes = [f"{name} has {len(items)}" for name, items in lists.items()]
        raise ValueError(f"lists must be equally long: {', '.join(sizes)}")
    return values


def int2_text(value: int) -> str:
    """Return the text of a `smallint` in an array."""
    return f"{as_int2(value):d}"


def int4_text(value: int) -> str:
    """Return the text of an `integer` in an array."""
    return f"{as_int4(value):d}"


def int8_text(value: int) -> str:
    """Return the text of a `bigint` in an array."""
    return f"{as_int8(value):d}"


def oid_text(value: int) -> str:
    """Return the text of an `oid` in an array."""
    return f"{as_oid(value):d}"


def float8_text(value: float) -> str:
    """Return the text of a `double precision` in an array."""
    return str(float(value))


def array_text(value: list[Any]) -> str:
    """Return the text of an array within another array: the value of a domain."""
    dumper = Transformer().get_dumper(value, PyFormat.TEXT)
    return bytes(dumper.dump(value) or b"").decode()


def boxes_text(value: Sequence[str | None]) -> str:
    """Return the text of an array of `box`, whose items are separated by semicolons."""
    texts = ["NULL" if item is None else _quoted(item) for item in items_of(value)]
    return "{" + ";".join(texts) + "}"


_record_field = re.compile(r'("[^"\\]*(?:(?:\\.|"")[^"\\]*)*"|[^",)]*)[,)]', re.DOTALL)


def parse_composite(text: str, size: int | None = None) -> list[Any]:
    """Parse the text of a composite value: each field is text, or None for NULL.

    Raises `DataError` if there are not *size* of them, which the type had when this code was
    generated. PostgreSQL manual, 8.16.6 "Composite Type Input and Output Syntax": the server quotes
    a field as a whole or not at all.
    """
    fields: list[Any]
    if size == 0 and text == "()":
        fields = []
    elif '"' not in text:
        fields = [field or None for field in text[1:-1].split(",")]
    else:
        fields = _record_field.findall(text, 1)
        if '""' in text or "\\" in text:  # an empty field, or such characters in one
            fields = [_unquoted(field) for field in fields]
        else:
            fields = [field.strip('"') or None for field in fields]
    if size is not None and len(fields) != size:
        raise DataError(
            f"composite value has {len(fields)} fields instead of {size}: its type has changed since"
            " this code was generated"
        )
    return fields


_composites: dict[Any, Callable[[Sequence[Any]], Any]] = {}


def read_composite(composite: type[T], text: str, size: int) -> T:
    """Return the instance of a class that a composite value's text stands for.

    It is made of the texts of *size* fields, by the class's `from_texts` if it has one.
    """
    make = _composites.get(composite)
    if make is None:
        make = _composites[composite] = _maker(composite, "from_texts")
    made: T = make(parse_composite(text, size))
    return made


def _unquoted(field: str) -> str | None:
    return _unescaped(field[1:-1]) if field[:1] == '"' else field or None


_range_bounds = re.compile(
    r'([\[(])((?:"(?:[^"\\]|\\.|"")*"|[^,"])*),((?:"(?:[^"\\]|\\.|"")*"|[^\])"])*)([\])])',
    re.DOTALL,
)


def parse_range(text: Any, item: Callable[[str], Any]) -> Range[Any]:
    """Parse the text of a range; accept that of psycopg's own adapter too.

    PostgreSQL manual, 8.17.5 "Range Input/Output".
    """
    if not isinstance(text, str):
        return _read_range(text, item)
    found = _range_bounds.fullmatch(text)
    return _range(found, item) if found else Range(empty=True)


def parse_multirange(text: Any, item: Callable[[str], Any]) -> Multirange[Any]:
    """Parse the text of a multirange; accept that of psycopg's own adapter too."""
    if not isinstance(text, str):
        return Multirange(_read_range(each, item) for each in text)
    return Multirange(_range(found, item) for found in _range_bounds.finditer(text))


def _range(found: re.Match[str], item: Callable[[str], Any]) -> Range[Any]:
    opening, lower, upper, closing = found.groups()
    return Range(_bound(lower, item), _bound(upper, item), opening + closing)


def _read_range(value: Range[Any], item: Callable[[Any], Any]) -> Range[Any]:
    if value.isempty:
        return Range(empty=True)
    return Range(_read(value.lower, item), _read(value.upper, item), value.bounds)


def _bound(text: str, item: Callable[[str], Any]) -> Any:
    if not text:
        return None
    return item(_unescaped(text[1:-1]) if text[0] == '"' else text)


def range_text(value: Range[Any]) -> str:
    """Return the text of a range; the server infers its type from the context."""
    if value.isempty:
        return "empty"
    bounds = value.bounds
    lower = "" if value.lower is None else _quoted(str(value.lower))
    upper = "" if value.upper is None else _quoted(str(value.upper))
    return f"{bounds[0]}{lower},{upper}{bounds[1]}"


def multirange_text(value: Multirange[Any]) -> str:
    """Return the text of a multirange."""
    return "{" + ",".join(map(range_text, value)) + "}"


_hstore_pair = re.compile(
    r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)', re.DOTALL
)


def parse_hstore(value: str | dict[str, str | None]) -> dict[str, str | None]:
    """Parse the text of an hstore; accept the dict of psycopg's own adapter too."""
    if isinstance(value, dict):
        return value
    return {
        _unescaped(pair[1]): None if pair[2] is None else _unescaped(pair[2])
        for pair in _hstore_pair.finditer(value)
    }


def hstore_text(value: Mapping[str, str | None]) -> str:
    """Return the text of an hstore."""
    return ",".join(
        f"{_quoted(key)}=>{'NULL' if item is None else _quoted(item)}"
        for key, item in value.items()
    )


def parse_vector(value: Any) -> list[float]:
    """Parse the text of a vector; accept the array of pgvector's own adapter too."""
    if isinstance(value, str):
        return [float(number) for number in value.strip("[]").split(",")]
    return [float(number) for number in value]


def vector_text(value: Sequence[float]) -> str:
    """Return the text of a vector."""
    return "[" + ",".join(map(str, items_of(value))) + "]"


_escaped = re.compile(r'\\(.)|"(")', re.DOTALL)


def _unescaped(text: str) -> str:
    return _escaped.sub(r"\1\2", text)
