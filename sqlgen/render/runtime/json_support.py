"""Convert JSON to values of the project's own types, and such values to JSON."""

import datetime
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

from psycopg import DataError

T = TypeVar("T")


def from_json(type_: type[T], value: Any, where: str) -> T:
    """Convert JSON to a value of the type; raise `DataError` if it does not fit.

    *where* is the place that the error names. A class of pydantic, msgspec or attrs, a dataclass or
    a `TypedDict` is built from its fields; dates, UUIDs, decimals and enums from their text; any
    other class is called with the value. Each type is inspected once.
    """
    wanted: Any = type_
    name = wanted.__name__ if isinstance(wanted, type) else wanted
    try:
        made: T = _maker(wanted)(value)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise DataError(f"{where} is no {name}: {error}") from error
    return made


def to_json(value: Any) -> Any:
    """Convert a value of any type that `from_json` returns to what `json.dumps` accepts."""
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, Enum) else value
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "__struct_config__"):
        return _msgspec().to_builtins(value)
    if is_dataclass(value) or hasattr(value, "__attrs_attrs__"):
        names = {key: name for key, (name, _) in _fields(type(value)).items()}
        return {key: to_json(getattr(value, name)) for key, name in names.items()}
    if isinstance(value, Mapping):
        pairs: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {to_json(key): to_json(item) for key, item in pairs.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = typing.cast("list[Any]", value)
        return [to_json(item) for item in items]
    if isinstance(value, Enum):
        return to_json(value.value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


@cache
def _maker(type_: Any) -> Callable[[Any], Any]:
    """Return the function that converts JSON to a value of the type."""
    if type_ in _PLAIN:
        return _checked(type_)
    if type_ is Any or type_ is object or isinstance(type_, str | typing.ForwardRef):
        return lambda value: value
    if typing.get_origin(type_) is not None:
        return _generic(type_)
    if hasattr(type_, "__supertype__"):  # a NewType
        return _maker(type_.__supertype__)
    if hasattr(type_, "model_validate"):
        return lambda value: type_.model_validate(value)
    if hasattr(type_, "__struct_config__"):
        return lambda value: _msgspec().convert(value, type_)
    if is_dataclass(type_) or hasattr(type_, "__attrs_attrs__"):
        return _of_class(type_)
    if typing.is_typeddict(type_):
        return _typed_dict(type_)
    for known in (datetime.datetime, datetime.date, datetime.time):
        if type_ is known:
            return lambda value: known.fromisoformat(_text(value))
    if type_ is UUID:
        return lambda value: UUID(_text(value))
    if type_ is Decimal:
        return lambda value: Decimal(str(value))
    if type_ in (dict, list):
        return _checked(type_)
    made: Callable[[Any], Any] = type_
    return made


def _msgspec() -> Any:
    """Import msgspec; called only for its own classes, so it is installed."""
    return import_module("msgspec")


_PLAIN = (str, int, float, bool, type(None), None)


def _checked(type_: Any) -> Callable[[Any], Any]:
    """Return the check of a type that JSON has too; numbers of other types become `float` where expected."""
    wanted = type(None) if type_ is None else type_

    def check(value: Any) -> Any:
        if isinstance(value, wanted) and (
            wanted is bool or not isinstance(value, bool)
        ):
            return value
        if wanted is float and type(value) in (int, Decimal):
            return float(value)
        raise ValueError(f"{value!r} is no {wanted.__name__}")

    return check


def _text(value: Any) -> str:
    text: str = _checked(str)(value)
    return text


def _generic(type_: Any) -> Callable[[Any], Any]:
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin in (typing.Union, types.UnionType):
        return _first_of(type_, [_maker(argument) for argument in arguments])
    if origin is typing.Literal:
        return _one_of(arguments)
    if origin in (typing.Annotated, typing.Required, typing.NotRequired):
        return _maker(arguments[0])
    if not isinstance(origin, type):
        return lambda value: value
    if issubclass(origin, tuple) and arguments[1:] != (...,):
        return _tuple([_maker(argument) for argument in arguments])
    if issubclass(origin, Mapping):
        key, item = (_maker(argument) for argument in arguments)
        of_dict = _checked(dict)
        return lambda value: {key(k): item(v) for k, v in of_dict(value).items()}
    if issubclass(origin, Sequence | set | frozenset):
        item = _maker(arguments[0])
        of_list = _checked(list)
        whole: Any = origin if origin in (set, frozenset, tuple) else list
        return lambda value: whole(item(each) for each in of_list(value))
    make: Callable[[Any], Any] = _maker(typing.cast("Any", origin))
    return make


def _first_of(
    type_: Any, makers: Sequence[Callable[[Any], Any]]
) -> Callable[[Any], Any]:
    def make(value: Any) -> Any:
        for maker in makers:
            try:
                return maker(value)
            except (ValueError, TypeError, KeyError, ArithmeticError):
                continue
        raise ValueError(f"{value!r} is no {type_}")

    return make


def _one_of(values: Sequence[Any]) -> Callable[[Any], Any]:
    def make(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, values))}")
        return value

    return make


def _tuple(makers: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def make(value: Any) -> Any:
        items = _checked(list)(value)
        return tuple(maker(x) for maker, x in zip(makers, items, strict=True))

    return make


def _of_class(type_: Any) -> Callable[[Any], Any]:
    """Return the function that builds a dataclass or attrs class; other keys are ignored."""

    @cache
    def wanted() -> _Wanted:
        hints = typing.get_type_hints(type_)
        return {
            key: (_maker(hints.get(name, Any)), required)
            for key, (name, required) in _fields(type_).items()
        }

    return lambda value: type_(**_members(wanted(), value))


def _typed_dict(type_: Any) -> Callable[[Any], Any]:
    """Return the function that converts the keys of a `TypedDict`; other keys stay as they are."""

    @cache
    def wanted() -> _Wanted:
        hints, required = typing.get_type_hints(type_), type_.__required_keys__
        return {name: (_maker(hint), name in required) for name, hint in hints.items()}

    return lambda value: {**_checked(dict)(value), **_members(wanted(), value)}


_Wanted = dict[str, tuple[Callable[[Any], Any], bool]]
"""The converter of each key, and whether the key is required. It is computed at the first use, since
a class may contain itself."""


def _members(wanted: _Wanted, value: Any) -> dict[str, Any]:
    """Convert the wanted keys of an object; raise `ValueError` that names the key."""
    _checked(dict)(value)
    found: dict[str, Any] = {}
    for name, (make, required) in wanted.items():
        if name in value:
            try:
                found[name] = make(value[name])
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise ValueError(f"key {name!r}: {error}") from error
        elif required:
            raise ValueError(f"key {name!r} is missing")
    return found


def _fields(type_: Any) -> dict[str, tuple[str, bool]]:
    """Return the attribute of each key of the constructor, and whether it has no default."""
    if is_dataclass(type_):
        return {
            field.name: (
                field.name,
                field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(type_)
            if field.init
        }
    return {
        each.alias: (each.name, not _has_default(each))
        for each in type_.__attrs_attrs__
        if each.init
    }


def _has_default(attribute: Any) -> bool:
    """Return whether an attrs field has a default; `attrs.NOTHING` means that it has none."""
    return repr(attribute.default) != "NOTHING"
