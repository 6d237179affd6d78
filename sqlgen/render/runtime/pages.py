"""Pages of rows: each begins after the keys of the last row of the page before."""

import json
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Generic, LiteralString, NamedTuple, TypeVar

from psycopg.rows import BaseRowFactory

T = TypeVar("T")

_MOST_TEXTS: Final = 1000
"""The statements that are remembered, since sizes may be many."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of rows, and the token of the `next` one, which is None after the last page."""

    rows: list[T]
    next: str | None


class Key(NamedTuple):
    """A key that rows are sorted by: the `column` that it is, its type, and its place in the order."""

    column: LiteralString
    type: LiteralString
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False
    labels: Sequence[str] = ()


class Pages:
    """The pages of a statement that selects *columns* columns of its own, and then *hidden* keys.

    *keys* are those of each order, by the argument that chooses it, which is empty if there is one order. The
    token of a page has the order and the keys of the last row, as text. A token of another query or order, or
    with other values, is a `ValueError`. The *comment* ends each statement. No token becomes a part of the statement, only values do.
    """

    def __init__(
        self,
        name: str,
        columns: int,
        hidden: int,
        keys: Mapping[str, Sequence[Key]],
        comment: LiteralString = "",
    ) -> None:
        self._name = name
        self._columns = columns
        self._hidden = hidden
        self._keys = keys
        self._comment: LiteralString = comment
        self._texts: dict[Any, LiteralString] = {}
        self._versions: dict[str, str] = {}

    def statement(
        self,
        given: tuple[LiteralString, tuple[Any, ...]],
        size: object,
        after: str | None,
        order: str = "",
    ) -> tuple[LiteralString, tuple[Any, ...]]:
        """Return the statement that reads a page, and one row more, with its values.

        *given* are the query's own statement and values. A *size* that is no int is a `TypeError`.
        """
        keys = self._keys.get(order)
        if keys is None:
            known = ", ".join(map(repr, self._keys))
            raise ValueError(f"cannot sort by {order!r}, only by {known}")
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"give the size of a page as an int, not {size!r}")
        if not 0 < size < 2**31:
            raise ValueError(f"a page has at least one row, not {size}")
        statement, values = given
        place = () if after is None else self._read(after, order, keys)
        nulls = tuple([value is None for value in place])
        form = (statement, order, nulls, size)
        text = self._texts.get(form)
        if text is None:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            text = self._around(statement, keys, nulls, len(values), int(size))
            self._texts[form] = text
        if place:
            values = (*values, *[value for value in place if value is not None])
        return text, values

    def page(self, rows: list[tuple[T, Any]], size: int, order: str = "") -> Page[T]:
        """Return the page that was read, one row longer if there is a next one."""
        found = [row for row, _ in rows[:size]]
        if len(rows) <= size:
            return Page(found, None)
        # The text is a JSON array, of which the version becomes the first item.
        token = f'["{self._version(order)}",{rows[size - 1][1][1:]}'.encode()
        return Page(found, urlsafe_b64encode(token).rstrip(b"=").decode())

    def _version(self, order: str) -> str:
        """Return a digest of the order, by which tokens of other orders are known."""
        version = self._versions.get(order)
        if version is None:
            facts = repr((self._name, order, [tuple(key) for key in self._keys[order]]))
            version = self._versions[order] = sha256(facts.encode()).hexdigest()[:12]
        return version

    def _read(self, token: str, order: str, keys: Sequence[Key]) -> list[str | None]:
        """Return the keys that a token has. Raises `ValueError` for one that no page of this order gave."""
        try:
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            version, *place = json.loads(urlsafe_b64decode(padded).decode())
            if version == self._version(order) and len(place) == len(keys):
                return [
                    _checked(value, key) for value, key in zip(place, keys, strict=True)
                ]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        raise ValueError("`after` is no token of a page of this query and order")

    def _around(
        self,
        statement: LiteralString,
        keys: Sequence[Key],
        nulls: Sequence[bool],
        count: int,
        size: int,
    ) -> Any:
        """Return the statement with what reads a page, of which *count* values are its own.

        The number of rows is no value: PostgreSQL would plan anew for each. The keys of only the last row are
        made into a text, since all others would be thrown away.
        """
        own = ", ".join([f"c{n + 1}" for n in range(self._columns)])
        names = own + "".join([f", k{n + 1}" for n in range(self._hidden)])
        texts = ", ".join([_text(key) for key in keys])
        items = ", ".join(
            [
                f"{key.column}{' DESC' if key.descending else ''}{_nulls(key)}"
                for key in keys
            ]
        )
        condition = ""
        if nulls:
            # The values behind the query's own are those of the keys that are not NULL.
            places = [count + n - sum(nulls[:n]) for n in range(1, len(keys) + 1)]
            condition = f"\nWHERE {_after(keys, nulls, places)}"
        # It is made of constants and of the size, an int, which type checkers cannot know.
        return (
            f"SELECT {own}, CASE WHEN row_number() OVER (ORDER BY {items}) = {size}"
            f" THEN pg_catalog.json_build_array({texts})::text END\n"
            f"FROM (\nSELECT {names}\nFROM (\n{statement}\n) AS page ({names}){condition}\n"
            f"ORDER BY {items}\nLIMIT {size + 1}\n) AS page\nORDER BY {items}"
            f"{self._comment and chr(10)}{self._comment}"
        )


def rows_and_places(
    factory: BaseRowFactory[T],
) -> BaseRowFactory[tuple[T, Any]]:
    """Return a row factory that gives each row with its last column, the text of its keys or None."""

    def make_factory(cursor: Any) -> Callable[[Sequence[Any]], tuple[T, Any]]:
        make = factory(cursor)
        return lambda values: (make(values[:-1]), values[-1])

    return make_factory


def _nulls(key: Key) -> str:
    """Return where NULLs come, if there are any and it is not where they usually do: for indexes' sake."""
    if not key.nullable or key.nulls_first is key.descending:
        return ""
    return f" NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def _after(keys: Sequence[Key], nulls: Sequence[bool], places: Sequence[int]) -> str:
    """Return the condition that a row comes after the keys in the values at these *places*."""
    values = [f"${place}::{key.type}" for key, place in zip(keys, places, strict=True)]
    columns = [key.column for key in keys]
    if len({key.descending for key in keys}) == 1 and not any(k.nullable for k in keys):
        operator = "<" if keys[0].descending else ">"
        return f"({', '.join(columns)}) {operator} ({', '.join(values)})"
    condition = ""
    for key, is_null, value in reversed(list(zip(keys, nulls, values, strict=True))):
        column = key.column
        equal = f"{column} IS NULL" if is_null else f"{column} = {value}"
        if is_null:
            later = f"{column} IS NOT NULL" if key.nulls_first else ""
        else:
            later = f"{column} {'<' if key.descending else '>'} {value}"
            if key.nullable and not key.nulls_first:
                later = f"{later} OR {column} IS NULL"
        same = f"{equal} AND ({condition})" if condition else ""
        condition = " OR ".join([part for part in (later, same) if part])
    first = keys[0]
    if not nulls[0] and not (first.nullable and not first.nulls_first):
        # An index can start here.
        operator = "<=" if first.descending else ">="
        return f"{first.column} {operator} {values[0]} AND ({condition or 'false'})"
    return condition or "false"


def _text(key: Key) -> str:
    """Return the SQL of a key's value, which as JSON is a text that is the same in all sessions."""
    if key.type in ("date", "timestamp", "timestamptz"):
        return key.column
    if key.type in ("float4", "float8"):
        return f"pg_catalog.encode(pg_catalog.{key.type}send({key.column}), 'hex')"
    if key.type == "bytea":
        return f"pg_catalog.encode({key.column}, 'hex')"
    return f"{key.column}::text"


def _checked(value: Any, key: Key) -> str | None:
    """Return the value of a key as PostgreSQL reads it. Raises `ValueError` for what is none."""
    if value is None and key.nullable:
        return None
    if not isinstance(value, str):
        raise TypeError("no text")
    if key.labels:
        is_valid = value in key.labels
    elif key.type in _PATTERNS:
        is_valid = _PATTERNS[key.type].fullmatch(value) is not None
    else:
        value.encode()
        is_valid = "\0" not in value
    if not is_valid:
        raise ValueError("no value of the type")
    if key.type in _RANGES:
        low, high = _RANGES[key.type]
        if not low <= int(value) <= high:
            raise ValueError("out of range")
    if key.type in ("date", "timestamp", "timestamptz") and value[-1] != "y":
        year, month, day = map(int, value.split("T")[0].removesuffix(" BC").split("-"))
        is_in_range = 0 < year < 290_000 and 0 < month < 13 and day > 0
        if not is_in_range or (
            day > 28 and day > monthrange(2000 + year % 400, month)[1]
        ):
            raise ValueError("no day")
    if key.type in ("float4", "float8"):
        form = ">d" if key.type == "float8" else ">f"
        return repr(struct.unpack(form, bytes.fromhex(value))[0])
    return f"\\x{value}" if key.type == "bytea" else value


_DATE: Final = r"\d{4,6}-\d\d-\d\d"
_TIME: Final = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?"
_PATTERNS: Final = {
    **dict.fromkeys(
        ("int2", "int4", "int8", "oid"), re.compile(r"-?[0-9]{1,20}", re.A)
    ),
    "numeric": re.compile(
        r"-?[0-9]{1,131072}(?:\.[0-9]{1,16383})?|NaN|-?Infinity", re.A
    ),
    "bool": re.compile("true|false"),
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(rf"{_DATE}(?: BC)?|-?infinity", re.A),
    "time": re.compile(rf"{_TIME}|24:00:00", re.A),
    "timestamp": re.compile(rf"{_DATE}T{_TIME}(?: BC)?|-?infinity", re.A),
    "timestamptz": re.compile(
        rf"{_DATE}T{_TIME}[+-](?:0\d|1[0-5])(?::[0-5]\d){{0,2}}(?: BC)?|-?infinity",
        re.A,
    ),
    "float4": re.compile("[0-9a-f]{8}"),
    "float8": re.compile("[0-9a-f]{16}"),
    "bytea": re.compile("(?:[0-9a-f]{2})*"),
}
_RANGES: Final = {
    "int2": (-(2**15), 2**15 - 1),
    "int4": (-(2**31), 2**31 - 1),
    "int8": (-(2**63), 2**63 - 1),
    "oid": (0, 2**32 - 1),
}
