"""TypedQuery <-> plain data, the one way in which lock files and caches write an analysis.

Each object becomes the list of its fields' values, in their order. So a new field of a parameter or
a column is written by itself, and read in one place, `AnalysisDecoder`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from ..model.catalog import (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    RangeType,
    ScalarType,
)
from ..model.commands import Cardinality
from ..model.constraints import ConstraintKind, Violation
from ..model.json_shape import (
    JsonArray,
    JsonLiterals,
    JsonMap,
    JsonObject,
    JsonScalar,
)
from ..model.query import Mark, Query
from ..model.typed import (
    ColumnName,
    InsertedRow,
    Override,
    PageKey,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from . import json_shapes
from .types import TypeReader, TypeWriter

Row = Sequence[Any]


def _names(class_: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(class_))


FIELDS: Final[Mapping[type, tuple[str, ...]]] = {
    class_: _names(class_) for class_ in (TypedParameter, TypedColumn)
}
"""The fields of parameters and columns, in the order of their rows."""

PARTS: Final = tuple(
    name for name in _names(TypedQuery) if name not in ("query", "warnings")
)
"""The fields of a `TypedQuery` that are written, in the order of their row.

The query itself is parsed again, and only caches keep warnings.
"""

_SHAPES = (JsonArray, JsonLiterals, JsonMap, JsonObject, JsonScalar)
TYPES: Final = (
    ArrayType,
    CompositeType,
    DomainType,
    EnumType,
    RangeType,
    ScalarType,
)
"""The members of `PgType`."""

query_row: Final[Callable[[TypedQuery], Row]] = attrgetter(*PARTS)
"""Return the values of a query's `PARTS`; an `AnalysisEncoder` makes the objects in them plain."""

PLAIN_FORMS: Final[Mapping[type, Callable[[Any], Any]]] = {
    **{class_: attrgetter(*names) for class_, names in FIELDS.items()},
    InsertedRow: attrgetter(*_names(InsertedRow)),
    Override: attrgetter(*_names(Override)),
    PageKey: attrgetter(*_names(PageKey)),
    Star: attrgetter(*_names(Star)),
    Violation: attrgetter(*_names(Violation)),
    **dict.fromkeys(_SHAPES, json_shapes.written),
}
"""The functions that turn the objects of an analysis into plain data, by the class of the object.

Types and columns of tables are missing: they become references, which differ between lock files and
caches.
"""


class AnalysisEncoder:
    """Makes plain data of the objects in a row; `types` gathers the types that occur.

    *column* gives the plain data for a table's column.
    """

    def __init__(self, column: Callable[[ColumnName], object]) -> None:
        self.types = TypeWriter()
        self._by_class: Mapping[type, Callable[[Any], Any]] = {
            **PLAIN_FORMS,
            ColumnName: column,
            **dict.fromkeys(TYPES, self.types.name),
        }

    def plain(self, item: object) -> Any:
        """Return *item* as plain data, in which there may be more objects: JSON's `default`."""
        return self._by_class[item.__class__](item)


class AnalysisDecoder:
    """Makes analyses of plain rows; *column* gives the table's column for its plain data."""

    def __init__(self, types: TypeReader, column: Callable[[Any], ColumnName]) -> None:
        self._type, self._domain = types.type, types.domain
        self._table_column = column

    def query(self, query: Query, row: Row, warnings: Iterable[Any]) -> TypedQuery:
        """Return the analysis of *query* that was written as *row*, a value for each of `PARTS`.

        Raises `KeyError`, `TypeError` and the like for any other data.
        """
        # fmt: off
        (parameters, columns, cardinality, page_keys, stars, reads, writes, behind_views, inserts,
         may_write, violations, deferred, unknown_effects, row_comment) = row
        # fmt: on
        return TypedQuery(
            query=query,
            parameters=tuple([self._parameter(values) for values in parameters]),
            columns=tuple([self._column(values) for values in columns]),
            cardinality=Cardinality(cardinality),
            page_keys=tuple([PageKey(self._type(t), null) for t, null in page_keys]),
            stars=tuple([_star(*star) for star in stars]),
            reads=tuple([self._table_column(column) for column in reads]),
            writes=tuple([self._table_column(column) for column in writes]),
            behind_views=tuple([self._table_column(column) for column in behind_views]),
            inserts=tuple([_inserted_row(*each) for each in inserts]),
            may_write=may_write,
            violations=tuple([_violation(*each) for each in violations]),
            deferred_violations=tuple([_violation(*each) for each in deferred]),
            unknown_effects=tuple(unknown_effects),
            row_comment=row_comment,
            warnings=tuple(warnings),
        )

    def _parameter(self, row: Row) -> TypedParameter:
        # fmt: off
        (name, number, type_, nullable, reason, column,
         literals, domain, element, cast, optional, same_length) = row
        # fmt: on
        return TypedParameter(
            name=name,
            number=number,
            type=self._type(type_),
            nullable=nullable,
            reason=reason,
            column=None if column is None else self._table_column(column),
            literals=tuple(literals),
            domain=None if domain is None else self._domain(domain),
            element_nullable=element,
            cast=cast,
            optional=optional,
            same_length=same_length,
        )

    def _column(self, row: Row) -> TypedColumn:
        # fmt: off
        (name, type_, nullable, reason, override, column,
         literals, domain, element, narrowed, shape, written_out, row_columns, comment) = row
        # fmt: on
        return TypedColumn(
            name=name,
            type=self._type(type_),
            nullable=nullable,
            reason=reason,
            override=None if override is None else _override(*override),
            column=None if column is None else self._table_column(column),
            literals=tuple(literals),
            domain=None if domain is None else self._domain(domain),
            element_nullable=element,
            narrowed=narrowed,
            json=None if shape is None else json_shapes.read(shape),
            written_out=written_out,
            row_columns=None if row_columns is None else _star(*row_columns),
            comment=comment,
        )


def _inserted_row(
    schema: str, relation: str, columns: Row, conflict: Row, constraint: str
) -> InsertedRow:
    return InsertedRow(schema, relation, tuple(columns), tuple(conflict), constraint)


def _star(start: int, end: int, columns: Sequence[str]) -> Star:
    return Star(start, end, tuple(columns))


def _violation(
    kind: str, schema: str, relation: str, name: str, definition: str, aliases: Row
) -> Violation:
    names = tuple([tuple(alias) for alias in aliases])
    return Violation(ConstraintKind(kind), schema, relation, name, definition, names)


def _override(text: str, mark: str, type_: str) -> Override:
    return Override(text, Mark(mark), type_)
