"""TypedQuery <-> plain data that says nothing of where the query stands in its file.

What is written is found again by `fingerprint`, which covers all of a query that its analysis
depends on. Names of columns are written as lists, since they may hold any character.
"""

import hashlib
from typing import Any

from ..model.catalog import DomainType
from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.query import Mark, Query
from ..model.source import Span
from ..model.typed import (
    Cardinality,
    ColumnName,
    Override,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from . import shapes
from .types import Data, Reader, Writer

FARAWAY = "?"
"""Stands for a place outside of the query, which cannot be written."""


def fingerprint(query: Query) -> str:
    """What the analysis of a query depends on, beside the schema: its text, marks and command."""
    sql = query.sql
    start = sql.to_source(0)
    facts = (
        query.name,
        query.command.value,
        query.row is None,
        query.named_after_file,
        sql.text,
        [(p.name, p.number, p.mark.value) for p in query.parameters],
        [(o.server, o.source - start, o.length, o.exact) for o in sql.origins],
        *sorted(query.allowed),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:40]


def written(typed: TypedQuery, types: Writer) -> Data | None:
    """The analysis of a query, its types gathered in *types*; None where it cannot be written."""
    data: Data = {
        "cardinality": typed.cardinality.value,
        "parameters": [_parameter(parameter, types) for parameter in typed.parameters],
        "columns": [_column(column, types) for column in typed.columns],
        "stars": [[s.start, s.end, list(s.columns)] for s in typed.stars],
        "reads": list(map(_name, typed.reads)),
        "writes": list(map(_name, typed.writes)),
        "warnings": [_warning(warning, typed.query) for warning in typed.warnings],
    }
    if any(FARAWAY in _places(warning) for warning in data["warnings"]):
        return None
    return {key: value for key, value in data.items() if value}


def read(query: Query, data: Data, types: Reader) -> TypedQuery:
    """The analysis of *query* as it was written; raises `KeyError` and the like for other data."""
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
        reads=tuple([ColumnName(*name) for name in data.get("reads", ())]),
        writes=tuple([ColumnName(*name) for name in data.get("writes", ())]),
        warnings=tuple(
            [_read_warning(item, query) for item in data.get("warnings", ())]
        ),
    )


# --- parameters and columns --------------------------------------------------------------------


def _parameter(parameter: TypedParameter, types: Writer) -> Data:
    return {
        "name": parameter.name,
        "number": parameter.number,
        **_about(parameter, types),
    }


def _read_parameter(data: Data, types: Reader) -> TypedParameter:
    column = data.get("column")
    return TypedParameter(
        name=data["name"],
        number=data["number"],
        type=types.type(data["type"]),
        nullable=data["nullable"],
        reason=data.get("reason", ""),
        column=ColumnName(*column) if column else None,
        literals=tuple(data.get("literals", ())),
        domain=_read_domain(data, types),
        element_nullable=data.get("element_nullable", False),
    )


def _column(column: TypedColumn, types: Writer) -> Data:
    data = {"name": column.name, **_about(column, types)}
    if column.override:
        override = column.override
        data["override"] = [override.text, override.mark.value, override.type]
    if column.narrowed:
        data["narrowed"] = True
    if column.json:
        data["json"] = shapes.written(column.json)
    return data


def _read_column(data: Data, types: Reader) -> TypedColumn:
    column, override = data.get("column"), data.get("override")
    return TypedColumn(
        name=data["name"],
        type=types.type(data["type"]),
        nullable=data["nullable"],
        reason=data.get("reason", ""),
        override=(
            Override(override[0], Mark(override[1]), override[2]) if override else None
        ),
        column=ColumnName(*column) if column else None,
        literals=tuple(data.get("literals", ())),
        domain=_read_domain(data, types),
        element_nullable=data.get("element_nullable", False),
        narrowed=data.get("narrowed", False),
        json=shapes.read(data["json"]) if "json" in data else None,
    )


def _read_domain(data: Data, types: Reader) -> DomainType | None:
    domain = types.type(data["domain"]) if "domain" in data else None
    if domain is not None and not isinstance(domain, DomainType):
        raise ValueError(f"{domain.name} is no domain")
    return domain


def _about(item: TypedParameter | TypedColumn, types: Writer) -> Data:
    """What parameters and columns have in common; what is empty is left out."""
    data: Data = {
        "type": types.name(item.type),
        "nullable": item.nullable,
        "reason": item.reason,
    }
    if item.column:
        data["column"] = _name(item.column)
    if item.literals:
        data["literals"] = list(item.literals)
    if item.domain:
        data["domain"] = types.name(item.domain)
    if item.element_nullable:
        data["element_nullable"] = True
    return data


def _name(column: ColumnName) -> list[str]:
    return [column.schema, column.relation, column.column]


# --- warnings ----------------------------------------------------------------------------------


def _warning(warning: Diagnostic, query: Query) -> Data:
    return {
        "code": warning.code,
        "message": warning.message,
        "label": _label(warning.label, query),
        "related": [_label(label, query) for label in warning.related],
        "hint": warning.hint,
        "severity": warning.severity.value,
    }


def _read_warning(data: Data, query: Query) -> Diagnostic:
    label = data["label"]
    return Diagnostic(
        code=data["code"],
        message=data["message"],
        label=_read_label(label, query) if label else None,
        related=tuple([_read_label(item, query) for item in data["related"]]),
        hint=data["hint"],
        severity=Severity(data["severity"]),
    )


def _label(label: Label | None, query: Query) -> list[Any] | None:
    """A place: the query's name, or characters counted from where its statement starts."""
    if label is None:
        return None
    span, start = label.span, query.sql.to_source(0)
    end = query.sql.to_source(len(query.sql.text))
    if span == query.name_span:
        return ["name", 0, label.text]
    if span.source == query.sql.source and start <= span.start <= span.end <= end:
        return [span.start - start, span.end - start, label.text]
    return [FARAWAY, 0, label.text]


def _read_label(data: list[Any], query: Query) -> Label:
    start, end, text = data
    if start == "name":
        return Label(query.name_span, text)
    first = query.sql.to_source(0)
    return Label(Span(query.sql.source, first + start, first + end), text)


def _places(warning: Data) -> list[Any]:
    return [label[0] for label in (warning["label"], *warning["related"]) if label]
