"""TypedQuery <-> its entry in a lock file, which says nothing of where it stands in its own file.

Names of columns are written as lists, since they may hold any character.
"""

from ..model.query import Mark, Query
from ..model.typed import (
    Cardinality,
    ColumnName,
    Override,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from . import json_shapes
from .fingerprints import fingerprint
from .json_text import encoded, quoted
from .types import Data, TypeReader, TypeWriter


def written(typed: TypedQuery, types: TypeWriter) -> str:
    """The lines of a query's entry, its types gathered in *types*.

    An item a line, and all in order. What is empty is left out, and so is what only people read
    (reasons, warnings): an upgrade that words it better is to change no file.
    """
    parameters = [_item(parameter, types) for parameter in typed.parameters]
    entries = {
        "cardinality": quoted(typed.cardinality),
        "columns": _listed([_item(column, types) for column in typed.columns]),
        "fingerprint": quoted(fingerprint(typed.query)),
        "parameters": _listed(parameters),
        "reads": _listed([_name(column) for column in typed.reads]),
        "stars": _listed([encoded([s.start, s.end, s.columns]) for s in typed.stars]),
        "writes": _listed([_name(column) for column in typed.writes]),
    }
    return ",\n".join(
        [f'      "{key}": {text}' for key, text in entries.items() if text]
    )


def read(query: Query, data: Data, types: TypeReader) -> TypedQuery:
    """The analysis of *query* as it was written; raises `KeyError` and the like for other data.

    There are no reasons and no warnings in it.
    """
    return TypedQuery(
        query=query,
        parameters=tuple(
            [_read_parameter(item, types) for item in data.get("parameters", ())]
        ),
        columns=tuple([_read_column(item, types) for item in data.get("columns", ())]),
        cardinality=Cardinality(data["cardinality"]),
        stars=tuple(
            [Star(a, b, tuple(columns)) for a, b, columns in data.get("stars", ())]
        ),
        reads=tuple([types.column(name) for name in data.get("reads", ())]),
        writes=tuple([types.column(name) for name in data.get("writes", ())]),
    )


def _listed(items: list[str]) -> str:
    lines = ",\n        ".join(items)
    return f"[\n        {lines}\n      ]" if items else ""


def _item(item: TypedParameter | TypedColumn, types: TypeWriter) -> str:
    """A parameter or column as an object on one line, its keys in order."""
    type_ = quoted(types.name(item.type))
    found = [f'"column": {_name(item.column)}'] if item.column else []
    if item.domain:
        found.append(f'"domain": {quoted(types.name(item.domain))}')
    if item.element_nullable:
        found.append('"element_nullable": true')
    if isinstance(item, TypedColumn) and item.json:
        found.append(f'"json": {encoded(json_shapes.written(item.json))}')
    if item.literals:
        found.append(f'"literals": {encoded(item.literals)}')
    found.append(f'"name": {quoted(item.name)}')
    if isinstance(item, TypedColumn) and item.narrowed:
        found.append('"narrowed": true')
    found.append(f'"nullable": {"true" if item.nullable else "false"}')
    if isinstance(item, TypedParameter):
        found.append(f'"number": {item.number}')
    elif item.override:
        override = item.override
        said = [override.text, override.mark, override.type]
        found.append(f'"override": {encoded(said)}')
    found.append(f'"type": {type_}')
    return f"{{{', '.join(found)}}}"


def _name(column: ColumnName) -> str:
    schema, relation = quoted(column.schema), quoted(column.relation)
    return f"[{schema}, {relation}, {quoted(column.column)}]"


def _read_parameter(data: Data, types: TypeReader) -> TypedParameter:
    return TypedParameter(
        name=data["name"],
        number=data["number"],
        type=types.type(data["type"]),
        nullable=data["nullable"],
        reason="",
        column=types.column(data["column"]) if "column" in data else None,
        literals=tuple(data.get("literals", ())),
        domain=types.domain(data["domain"]) if "domain" in data else None,
        element_nullable=data.get("element_nullable", False),
    )


def _read_column(data: Data, types: TypeReader) -> TypedColumn:
    override = data.get("override")
    return TypedColumn(
        name=data["name"],
        type=types.type(data["type"]),
        nullable=data["nullable"],
        reason="",
        override=(
            Override(override[0], Mark(override[1]), override[2]) if override else None
        ),
        column=types.column(data["column"]) if "column" in data else None,
        literals=tuple(data.get("literals", ())),
        domain=types.domain(data["domain"]) if "domain" in data else None,
        element_nullable=data.get("element_nullable", False),
        narrowed=data.get("narrowed", False),
        json=json_shapes.read(data["json"]) if "json" in data else None,
    )
