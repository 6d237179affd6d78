"""TypedQuery <-> its entry in a lock file, which does not depend on its place in the query file.

Names of columns are written as lists, since they may hold any character.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from json import JSONEncoder
from operator import itemgetter
from typing import Any, Final, TypeAlias

from ..model.catalog import CompositeType
from ..model.commands import Columns
from ..model.query import Query
from ..model.typed import (
    NOT_PROVED,
    ColumnName,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from .analyses import FIELDS, PARTS, PLAIN_FORMS, TYPES, AnalysisDecoder, Row
from .fingerprints import fingerprint
from .grammar import check_cast, check_entry
from .json_text import quoted
from .types import Data, TypeReader, TypeWriter

_FOR_PEOPLE = "reason"
"""The field that is not written, so that a release with better reasons changes no file."""


_Texts: TypeAlias = Mapping[type, Callable[[Any], str]]
"""The functions that turn the values of fields into JSON, by the class of the value."""


class EntryWriter:
    """Writes the entries of a query file, and gathers the types that occur in them in `types`."""

    def __init__(self) -> None:
        self.types = types = TypeWriter()
        self._texts: _Texts = {
            **_TEXTS,
            **dict.fromkeys(TYPES, lambda type_: quoted(types.name(type_))),
        }

    def entry(self, typed: TypedQuery) -> str:
        """Return the lines of a query's entry: an item a line, in order, without empty ones."""
        texts = self._texts
        lines = {
            "behind_views": _listed([_column(column) for column in typed.behind_views]),
            "cardinality": quoted(typed.cardinality),
            "columns": _listed(
                [_write_column(column, texts) for column in typed.columns]
            ),
            "deferred_violations": _listed(
                [_encoded(each) for each in typed.deferred_violations]
            ),
            "fingerprint": quoted(fingerprint(typed.query)),
            "inserts": _listed([_encoded(each) for each in typed.inserts]),
            "page_keys": _listed(
                [
                    f"[{quoted(self.types.name(key.type))}, {_encoded(key.nullable)}]"
                    for key in typed.page_keys
                ]
            ),
            "parameters": _listed(
                [_write_parameter(each, texts) for each in typed.parameters]
            ),
            "read_only": "true" if typed.read_only else "",
            "reads": _listed([_column(column) for column in typed.reads]),
            "row_comment": quoted(typed.row_comment) if typed.row_comment else "",
            "stars": _listed([_encoded(star) for star in typed.stars]),
            "unknown_effects": _listed(
                [quoted(each) for each in typed.unknown_effects]
            ),
            "violations": _listed([_encoded(each) for each in typed.violations]),
            "writes": _listed([_column(column) for column in typed.writes]),
        }
        return ",\n".join(
            [f'      "{part}": {text}' for part, text in lines.items() if text]
        )


def read(query: Query, entry: Data, decoder: AnalysisDecoder) -> TypedQuery:
    """Return the analysis of *query* as it was written, without reasons and warnings.

    Raises `KeyError`, `TypeError` and the like for any other data, and for what no analysis of the
    query can be.
    """
    check_entry(entry)
    parts = {
        **_NO_PARTS,
        **entry,
        "cardinality": entry["cardinality"],
        "parameters": [_read_parameter(x) for x in entry.get("parameters", ())],
        "columns": [_read_column(x) for x in entry.get("columns", ())],
        "row_comment": entry.get("row_comment", ""),
        "may_write": ("" if entry.get("read_only") else NOT_PROVED),
    }
    typed = decoder.query(query, _parts_row(parts), ())
    _check_parameters(typed)
    _check_columns(typed)
    if len(typed.page_keys) != sum(map(len, query.page_orders)):
        raise ValueError("other keys than the pages have")
    for key in typed.page_keys:
        check_cast(key.type)
    return typed


def _check_parameters(typed: TypedQuery) -> None:
    """Raise `ValueError` unless the parameters are the query's own, by number and name."""
    recorded = [(parameter.number, parameter.name) for parameter in typed.parameters]
    if len({name for _, name in recorded}) < len(recorded):
        raise ValueError("two parameters of one name")
    written = [
        (parameter.number, parameter.name or name)
        for parameter, (_, name) in zip(typed.query.parameters, recorded, strict=True)
    ]
    if recorded != written:
        raise ValueError("other parameters than the query's")
    numbers = {0, *(number for number, _ in recorded)}
    for parameter in typed.parameters:
        check_cast(parameter.type)
        if parameter.same_length not in numbers:
            raise ValueError("the length of no parameter")


def _check_columns(typed: TypedQuery) -> None:
    """Raise `ValueError` for columns that the query's command cannot have."""
    names = {column.name for column in typed.columns}
    command = typed.query.command.spec
    if len(names) < len(typed.columns) or ("" in names and len(names) > 1):
        raise ValueError("two columns of one name")
    if names and command.columns is not Columns.RETURNED:
        raise ValueError("columns that the command does not return")
    if command.needs_columns and not names:
        raise ValueError("no columns")
    for column in typed.columns:
        if column.row_columns is None:
            continue
        fields = column.type.fields if isinstance(column.type, CompositeType) else ()
        if len(column.row_columns.columns) != len(fields) + column.nullable:
            raise ValueError("other columns than the row has fields")


def decoder(types: TypeReader) -> AnalysisDecoder:
    """Return the decoder for entries whose types are *types*."""
    return AnalysisDecoder(types, types.column)


def _listed(lines: Sequence[str]) -> str:
    items = ",\n        ".join(lines)
    return f"[\n        {items}\n      ]" if lines else ""


def _column(column: ColumnName) -> str:
    schema, relation = quoted(column.schema), quoted(column.relation)
    return f"[{schema}, {relation}, {quoted(column.column)}]"


# JSON's encoder could write all values, but takes twice as long for the most frequent ones.
_encoded = JSONEncoder(
    ensure_ascii=False,
    sort_keys=True,
    default=lambda item: PLAIN_FORMS[type(item)](item),
).encode
_TEXTS: Final[_Texts] = {
    **dict.fromkeys((*PLAIN_FORMS, tuple), _encoded),
    ColumnName: _column,
    str: quoted,
    bool: {False: "false", True: "true"}.__getitem__,
    int: str,
}


def _defaults(class_: Any) -> dict[str, object]:
    """Return the values of the fields that may be missing in an entry."""
    defaults = {f.name: f.default for f in fields(class_) if f.default is not MISSING}
    return {**defaults, _FOR_PEOPLE: ""}


_DEFAULTS = {class_: _defaults(class_) for class_ in FIELDS}


# A loop over the table of fields for each item would take twice as long as a function of its own.


def _compiled(head: str, lines: Iterable[str]) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec("\n ".join([f"def function({head}):", *lines]), names)
    return names["function"]  # type: ignore[no-any-return]


def _writer(class_: type) -> Callable[[Any, _Texts], str]:
    """Return a function that writes an item as an object on one line.

    Without its reason and its empty fields, but for those that must not be missing.
    """
    lines = ["pairs = []"]
    for name in sorted(FIELDS[class_]):
        if name == _FOR_PEOPLE:
            continue
        lines.append(f"value = item.{name}")
        condition = "if value: " if name in _DEFAULTS[class_] else ""
        head = f'"{name}": '
        lines.append(
            f"{condition}pairs.append({head!r} + texts[value.__class__](value))"
        )
    lines.append("return '{' + ', '.join(pairs) + '}'")
    return _compiled("item, texts", lines)


def _reader(class_: type) -> Callable[[Data], Row]:
    """Return a function that gives the values of an object's fields, as an `AnalysisDecoder` reads."""
    defaults = _DEFAULTS[class_]
    values = [
        f"get({name!r}, {defaults[name]!r})" if name in defaults else f"data[{name!r}]"
        for name in FIELDS[class_]
    ]
    return _compiled("data", ["get = data.get", f"return {', '.join(values)}"])


_write_parameter, _write_column = _writer(TypedParameter), _writer(TypedColumn)
_read_parameter, _read_column = _reader(TypedParameter), _reader(TypedColumn)
_NO_PARTS: Final = dict.fromkeys(PARTS, ())
_parts_row: Final[Callable[[Data], Row]] = itemgetter(*PARTS)
