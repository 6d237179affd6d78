"""TypedQuery <-> its entry in a lock file, which does not depend on its place in the query file.

Names of columns are written as lists, since they may hold any character.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from json import JSONEncoder
from operator import attrgetter, itemgetter
from typing import Any, Final

from ..model.query import Query
from ..model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from .analyses import FIELDS, PARTS, PLAIN_FORMS, TYPES, AnalysisDecoder, Row
from .fingerprints import fingerprint
from .json_text import quoted
from .types import Data, TypeReader, TypeWriter

_FOR_PEOPLE = "reason"
"""The field that is not written, so that a release with better reasons changes no file."""


class EntryWriter:
    """Writes the entries of a query file, and gathers the types that occur in them in `types`."""

    def __init__(self) -> None:
        self.types = types = TypeWriter()
        self._texts: Mapping[type, Callable[[Any], str]] = {
            **_TEXTS,
            **dict.fromkeys(TYPES, lambda type_: quoted(types.name(type_))),
        }

    def entry(self, typed: TypedQuery) -> str:
        """Return the lines of a query's entry: an item a line, in order, without empty ones."""
        lines = {
            "cardinality": quoted(typed.cardinality),
            "columns": _listed([self._object(column) for column in typed.columns]),
            "fingerprint": quoted(fingerprint(typed.query)),
            "parameters": _listed([self._object(item) for item in typed.parameters]),
            "reads": _listed([_column(column) for column in typed.reads]),
            "stars": _listed([_encoded(star) for star in typed.stars]),
            "writes": _listed([_column(column) for column in typed.writes]),
        }
        return ",\n".join(
            [f'      "{part}": {text}' for part, text in lines.items() if text]
        )

    def _object(self, item: TypedParameter | TypedColumn) -> str:
        """Return an item as an object on one line, without its reason and its empty fields."""
        texts = self._texts
        values, heads = _FORMS[item.__class__]
        pairs = [
            head + texts[value.__class__](value)
            for (head, is_required), value in zip(heads, values(item), strict=False)
            if value or is_required
        ]
        return f"{{{', '.join(pairs)}}}"


def read(query: Query, entry: Data, decoder: AnalysisDecoder) -> TypedQuery:
    """Return the analysis of *query* as it was written, without reasons and warnings.

    Raises `KeyError`, `TypeError` and the like for any other data.
    """
    parts = {
        **dict.fromkeys(PARTS, ()),
        **entry,
        "cardinality": entry["cardinality"],
        "parameters": [_row(TypedParameter, x) for x in entry.get("parameters", ())],
        "columns": [_row(TypedColumn, x) for x in entry.get("columns", ())],
    }
    return decoder.query(query, [parts[part] for part in PARTS], ())


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
_TEXTS: Final[Mapping[type, Callable[[Any], str]]] = {
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
_ROWS = {class_: itemgetter(*names) for class_, names in FIELDS.items()}


def _form(class_: type) -> tuple[Callable[[Any], Row], list[tuple[str, bool]]]:
    """Return a getter of the values to write, and for each the text in front of it and a flag.

    A value is written even if it is empty where the flag is true.
    """
    keys = sorted(name for name in FIELDS[class_] if name != _FOR_PEOPLE)
    heads = [(f'"{key}": ', key not in _DEFAULTS[class_]) for key in keys]
    return attrgetter(*keys), heads


_FORMS = {class_: _form(class_) for class_ in FIELDS}


def _row(class_: type, data: Data) -> Row:
    row: Row = _ROWS[class_]({**_DEFAULTS[class_], **data})
    return row
