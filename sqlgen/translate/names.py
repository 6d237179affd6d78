"""SQL's names -> Python's: the one place where a name of a database becomes an identifier.

A name that Python or the generated code needs for itself gets a `_` at its end, characters that no
identifier can have become `_`, and names that would be the same are numbered in their order.
"""

import keyword
import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

from ..model.commands import Command
from ..model.row_styles import RowStyle
from .types.named import names_in_scalar
from .types.scalars import SCALARS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _mentioned_names() -> frozenset[str]:
    """Return the classes and functions that modules import for the base types.

    An import of `Mapping` gets another name where a database's own type is called that.
    """
    return frozenset(
        name.name
        for scalar in SCALARS.values()
        for name in names_in_scalar(scalar)
        if name.module not in ("", "collections.abc") and not name.qualified
    )


BUILTINS = _words(
    "bool bytes classmethod dict float frozenset int list object set str tuple type"
)
"""Builtins that annotations and converting expressions are made of."""

CLASSES = _words(
    "AsyncConnection AsyncGenerator AsyncReadConnection "
    "Connection False Final Float4 Float8 Int2 Int4 Int8 IntegrityError Generator JsonNumber "
    "Literal Multirange None NotRequired Oid Range ReadConnection Self Sequence StrEnum "
    "True TypeAlias TypedDict"
)
_OF_STYLES = frozenset[str]().union(*(style.spec.imports for style in RowStyle))
CLASSES |= {name for name in _mentioned_names() | _OF_STYLES if name[0].isupper()}
"""Classes and aliases that generated modules import or define."""

FUNCTIONS = _words(
    "array_text aware_in boxes_text converted_list datetime fields_of from_json ipaddress items_of list_of loads "
    "make_row msgspec multirange_text parse_array parse_boxes parse_enum parse_multirange "
    "parse_range range_text read_composite rows_by rows_of scalar_row scalars_of to_json value_of"
)
FUNCTIONS |= {name for name in _mentioned_names() | _OF_STYLES if name[0].islower()}
FUNCTIONS |= frozenset(name for command in Command for name in command.spec.helpers)
FUNCTIONS |= _words(
    "arrived_items_of async_items_of async_raw_cursor async_results_of async_rowcount_of async_stream_cursor is_pipelined "
    "raw_cursor results_of rowcount_of set_error_class stream_cursor total_rowcount"
)
"""Functions and modules that generated modules import."""

MODULES = _words("attrs datetime ipaddress msgspec")
"""Modules that generated modules import as they are (`import datetime`)."""

_RESERVED = frozenset(keyword.kwlist) | BUILTINS | CLASSES | FUNCTIONS
_FUNCTION_NAMES = frozenset(keyword.kwlist) | BUILTINS | CLASSES | MODULES | {"conn"}
"""Without `FUNCTIONS`: these get another name where a module imports them (`Imports`)."""
_ARGUMENT_NAMES = _RESERVED | {"conn"}
_FIELD_NAMES = (
    frozenset(keyword.kwlist)
    | (BUILTINS - {"object", "set", "frozenset", "type"})
    | {
        "as_tuple",
        "cls",
        "datetime",
        "from_row",
        "from_text",
        "from_texts",
        "loads",
        "mro",
        "self",
        "super",
    }
    | CLASSES
)


def function_name(name: str) -> str:
    """Return the name of a query's function."""
    return _free(_identifier(name, "query"), _FUNCTION_NAMES)


def constant_name(name: str) -> str:
    """Return the name of the constant with a function's SQL."""
    return _free(name.upper(), {name})


def errors_name(constant: str) -> str:
    """Return the name of the tuple of a function's errors; *constant* is that of its SQL."""
    return f"{constant}_ERRORS"


def class_name(name: str) -> str:
    """Return a class or alias named after a type, table or query, in PascalCase."""
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", name))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return _free(_identifier(joined, "Type"), _RESERVED)


def row_name(name: str) -> str:
    """Return the name of a class that the user named; it is changed only where it is reserved."""
    return _free(_identifier(name, "Row"), _RESERVED)


def argument_names(names: Sequence[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of a function's arguments; *taken* are the module's own names."""
    reserved = _ARGUMENT_NAMES | frozenset(taken)
    return _distinct([_free(_identifier(n, "argument"), reserved) for n in names])


def field_names(
    names: Sequence[str],
    style: RowStyle = RowStyle.DATACLASS,
    mentioned: Container[str] = (),
) -> tuple[str, ...]:
    """Return the fields of a class named after columns; some styles reserve their methods.

    *mentioned* are the names that the class itself uses, in annotations and conversions.
    """

    def free(name: str) -> str:
        field = _identifier(name, "column")
        if style.spec.hides(field):
            field += "_"
        while field in _FIELD_NAMES or field in mentioned:
            field += "_"
        return field

    return _distinct([free(name) for name in names])


def is_plain_key(key: str, mentioned: Iterable[str]) -> bool:
    """Return whether a `TypedDict` can have the key as an annotation in its class.

    It cannot where annotations in the same class use the name: *mentioned* are such names.
    """
    return (
        key.isascii()
        and key.isidentifier()
        and not key.startswith("__")
        and key not in _FIELD_NAMES
        and key not in mentioned
    )


def member_names(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the members of an enum named after its labels, in UPPER_CASE."""
    return _distinct([_identifier(x, "value", "empty").upper() for x in labels])


@lru_cache(maxsize=4096)
def _identifier(name: str, prefix: str, empty: str = "") -> str:
    """Return the nearest identifier, without leading underscores; *prefix* goes before a digit.

    *empty* is the identifier of an empty name, if it is to have its own.
    """
    cleaned = "".join(
        char if f"_{char}".isidentifier() else "_"
        for char in unicodedata.normalize("NFKC", name)
    ).strip("_" if not name.endswith("_") else "")
    cleaned = cleaned.lstrip("_")
    if not cleaned:
        return empty if empty and not name else prefix
    return cleaned if cleaned.isidentifier() else f"{prefix}_{cleaned}"


def _free(name: str, reserved: Iterable[str]) -> str:
    while name in reserved:
        name += "_"
    return name


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names in order; repeated ones get the next free number."""
    distinct: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in distinct or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name}_{number}"
        distinct.append(candidate)
    return tuple(distinct)
