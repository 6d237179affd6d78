"""A whole row of a subquery, CTE or function -> a composite type with the row's columns as fields.

PostgreSQL calls the type of such rows `record`.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..model.catalog import ArrayType, CompositeField, CompositeType, PgType
from ..model.frozen import frozen
from ..model.postgres import RECORD, TEXT, UNKNOWN
from ..model.query import Mark, Query
from .columns import overrides
from .given_rows import GivenRow, given_rows, rows_of_column, source_scope
from .nullability.rules.tables import relation_of_row
from .nullability.scope import Scope
from .nullability.verdict import Verdict
from .tree.array_shapes import with_shapes
from .tree.column_types import column_type, inferred_type
from .tree.enums import RTEKind
from .tree.nodes import Node
from .tree.origins import output_origin
from .tree.query_level import Source
from .tree.types import base_type, is_record, with_proved_fields


def record_type(
    query: Query, number: int, scope: Scope, column: str, wire: PgType
) -> PgType:
    """Return the type of column *number*, of whole rows that are written out, or of arrays of them.

    It is *wire* itself if that is no `record`, or if not all of the row's columns are known. The
    type is named after the query's class and the column, and has the query's path and name for a
    schema.
    """
    owner = query.row or f"{query.name}_row"
    if not is_record(wire):
        return wire
    rows = rows_of_column(scope, number)
    return _known(_RowNamer(query, scope), wire, rows, (owner, column)) or wire


@frozen
class _RowNamer:
    """Makes composite types of the rows in one query."""

    query: Query
    scope: Scope

    @property
    def schema(self) -> str:
        """Return what the types have for a schema, which no schema of a database is called."""
        return f"{self.query.sql.source.path} {self.query.name}"

    def composite(
        self, var: Node, scope: Scope, path: tuple[str, ...]
    ) -> CompositeType | None:
        """Return the type of a whole row or `ROW(…)`, None if some of its columns are not known."""
        if var.tag == "ROWEXPR":
            return self.of_fields(var, scope, path)
        home, source = scope.resolve(var)
        names = source.entry.node("eref") if source else None
        if source is None or names is None:
            return None
        fields = []
        for number, name in enumerate(names.strings("colnames"), 1):
            plain = overrides.plain_name(name)
            type_ = self.column_type(source, number, home, (*path, plain))
            verdict = home.column(source.varno, number)
            if type_ is None:
                return None
            if type_.schema != self.schema:  # no row of this query's own
                table = relation_of_row(verdict, home)
                type_ = with_shapes(with_proved_fields(type_, table), verdict.shapes)
            fields.append(self.field(name, type_, verdict, (source, number, home)))
        return self.named(fields, path)

    def of_fields(
        self, row: Node, scope: Scope, path: tuple[str, ...]
    ) -> CompositeType | None:
        """Return the type of `ROW(…)`, whose fields PostgreSQL calls `f1`, `f2`, …."""
        types = scope.catalog.types
        fields = []
        names, values = row.strings("colnames"), row.nodes("args")
        if row.number("row_typeid") != RECORD or len(names) != len(values):
            return None
        for name, value in zip(names, values, strict=True):
            type_ = inferred_type(value, scope.catalog)
            if type_ is types.get(UNKNOWN):
                type_ = types.get(TEXT)
            verdict = scope.verdict(value)
            if type_ is None:
                return None
            if is_record(type_):
                rows = given_rows(value, scope)
                type_ = with_shapes(type_, verdict.shapes)
                type_ = _known(self, type_, rows, (*path, name))
                if type_ is None:
                    return None
            else:
                table = relation_of_row(verdict, scope)
                type_ = with_shapes(with_proved_fields(type_, table), verdict.shapes)
            fields.append(
                CompositeField(
                    name,
                    type_,
                    not verdict.nullable,
                    element_nullable=_has_null_elements(type_, verdict, scope),
                )
            )
        return self.named(fields, path)

    def named(
        self, fields: Sequence[CompositeField], path: tuple[str, ...]
    ) -> CompositeType:
        """Return a type with these fields, which is named after its place in the query."""
        return CompositeType(
            schema=self.schema,
            name="_".join(path),
            display=f"{self.query.name}.{'.'.join(path[1:])}",
            fields=tuple(fields),
            of_query=True,
            comment=f"A row in `{'.'.join(path[1:])}` of `{self.query.name}`.",
        )

    def field(
        self,
        name: str,
        type_: PgType,
        verdict: Verdict,
        place: tuple[Source, int, Scope],
    ) -> CompositeField:
        """Return the field for a column of a subquery, CTE or function."""
        source, number, home = place
        origin = output_origin(source.query, number) if source.query else None
        table = home.level.index.relation(origin.table) if origin else None
        stored = table.relation.columns.get(origin.number) if table and origin else None
        of_table = None
        if table and stored:
            relation = table.relation
            of_table = relation.schema, relation.name, stored.name
        override = None
        if stored is None or stored.name != name:
            name, override = overrides.split_field(self.query, name)
        mark = override.mark if override else Mark.INFER
        return CompositeField(
            name,
            type_,
            not verdict.nullable if mark is Mark.INFER else mark is Mark.NOT_NULL,
            of_table,
            stored.literals if stored else (),
            override.type if override else "",
            stored.comment if stored else "",
            _has_null_elements(type_, verdict, home),
        )

    def column_type(
        self, source: Source, number: int, home: Scope, path: tuple[str, ...]
    ) -> PgType | None:
        """Return the type of a column of a subquery, CTE or function."""
        if source.kind not in (RTEKind.FUNCTION, RTEKind.SUBQUERY, RTEKind.CTE):
            return None
        type_ = column_type(source, number, home.catalog)
        if source.query is None or type_ is None or not is_record(type_):
            return type_
        inner = source_scope(source, home)
        return (
            _known(self, type_, rows_of_column(inner, number), path) if inner else None
        )


def _known(
    rows: _RowNamer, type_: PgType, given: Sequence[GivenRow], path: tuple[str, ...]
) -> PgType | None:
    """Return the type of what PostgreSQL calls a `record` or `record[]`, and *given* are the rows of.

    None if they are of several types, or not known.
    """
    composite: CompositeType | None = None
    for place, (row, scope) in enumerate(given):
        other = rows.composite(row, scope, path)
        composite = _common(composite, other) if place else other
        if composite is None:
            return None
    if composite is None or not isinstance(type_, ArrayType):
        return composite
    return ArrayType(
        schema=composite.schema,
        name=f"_{composite.name}",
        display=f"{composite.display}[]",
        element=composite,
        dimensions=type_.dimensions,
    )


def _common(
    one: CompositeType | None, other: CompositeType | None
) -> CompositeType | None:
    """Return the type of rows of either type, None if their fields differ in name, type or override."""
    if one is None or other is None or len(one.fields) != len(other.fields):
        return None
    fields = []
    for left, right in zip(one.fields, other.fields, strict=True):
        type_ = left.type if left.type == right.type else None
        if isinstance(left.type, CompositeType) and isinstance(
            right.type, CompositeType
        ):
            is_same = (left.type.schema, left.type.name) == (
                right.type.schema,
                right.type.name,
            )
            type_ = _common(left.type, right.type) if is_same else None
        if type_ is None or (left.name, left.override) != (right.name, right.override):
            return None
        fields.append(
            replace(
                left,
                type=type_,
                not_null=left.not_null and right.not_null,
                column=left.column if left.column == right.column else None,
                literals=left.literals if left.literals == right.literals else (),
                element_nullable=left.element_nullable or right.element_nullable,
            )
        )
    return replace(one, fields=tuple(fields))


def _has_null_elements(type_: PgType, verdict: Verdict, scope: Scope) -> bool:
    return isinstance(base_type(type_), ArrayType) and scope.has_null_elements(verdict)
