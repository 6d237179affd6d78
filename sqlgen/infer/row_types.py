"""A whole row of a subquery, CTE or function -> a composite type with the row's columns as fields.

PostgreSQL calls the type of such rows `record`.
"""

from collections.abc import Sequence

from ..model.catalog import ArrayType, CompositeField, CompositeType, PgType
from ..model.frozen import frozen
from ..model.postgres import RECORD, TEXT, UNKNOWN
from ..model.query import Mark, Query
from .columns import overrides
from .nullability.rules.select import over_groups
from .nullability.rules.tables import relation_of_row
from .nullability.scope import Scope
from .nullability.verdict import Verdict
from .tree.array_shapes import with_shapes
from .tree.column_types import column_type, inferred_type
from .tree.enums import CmdType, RTEKind, SubLinkType
from .tree.nodes import Node
from .tree.origins import output_origin
from .tree.query_level import Source
from .tree.types import with_proved_fields


def record_type(
    query: Query, expression: Node, scope: Scope, column: str, wire: PgType
) -> PgType:
    """Return the type of a column of whole rows that are written out, or of arrays of them.

    It is *wire* itself if that is no `record`, or if not all of the row's columns are known. The
    type is named after the query's class and the column, and has the query's path and name for a
    schema.
    """
    owner = query.row or f"{query.name}_row"
    known = _known(_RowNamer(query, scope), wire, expression, scope, (owner, column))
    return known or wire


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
            if type_ is None or (
                isinstance(type_, ArrayType) and home.has_null_elements(verdict)
            ):
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
            if type_ is None or (
                isinstance(type_, ArrayType) and scope.has_null_elements(verdict)
            ):
                return None
            if is_record(type_):
                type_ = _known(self, type_, value, scope, (*path, name))
                if type_ is None:
                    return None
            else:
                table = relation_of_row(verdict, scope)
                type_ = with_shapes(with_proved_fields(type_, table), verdict.shapes)
            fields.append(CompositeField(name, type_, not verdict.nullable))
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
        expression = source.query.output[number - 1].node("expr")
        if (
            expression is None
            or source.kind == RTEKind.CTE
            or source.query.query.node("setOperations")
        ):
            return None
        return _known(self, type_, expression, home.child(source.query), path)


def _known(
    rows: _RowNamer,
    type_: PgType,
    expression: Node,
    scope: Scope,
    path: tuple[str, ...],
) -> PgType | None:
    """Return the type of an expression that PostgreSQL calls a `record` or `record[]`."""
    if not is_record(type_):
        return type_
    row = _whole_row(expression, _rows(scope))
    composite = rows.composite(*row, path) if row else None
    if composite is None or not isinstance(type_, ArrayType):
        return composite
    return ArrayType(
        schema=composite.schema,
        name=f"_{composite.name}",
        display=f"{composite.display}[]",
        element=composite,
    )


def _whole_row(node: Node, scope: Scope) -> tuple[Node, Scope] | None:
    """Return the one whole row that an expression gives or collects, with its scope."""
    if node.tag == "VAR":
        return None if node.number("varattno") else (node, scope)
    if node.tag == "ROWEXPR":
        return node, scope
    if node.tag == "SUBLINK" and (query := node.node("subselect")):
        if node.number("subLinkType") not in (SubLinkType.EXPR, SubLinkType.ARRAY):
            return None
        inner = scope.subquery(query)
        output = inner.level.output
        value = output[0].node("expr") if output else None
        if value is None or query.node("setOperations"):
            return None
        return _whole_row(value, _rows(inner))
    if node.tag == "AGGREF" and (arguments := node.nodes("args")):
        value = arguments[0].node("expr")
        return _whole_row(value, scope.within_groups()) if value else None
    if node.tag == "COALESCEEXPR":
        values = [part for part in node.nodes("args") if part.tag != "CONST"]
        return _whole_row(values[0], scope) if len(values) == 1 else None
    return None


def _rows(scope: Scope) -> Scope:
    """Return the scope of the expressions that a query gives."""
    if scope.query.number("commandType") == CmdType.SELECT:
        return over_groups(scope)
    return scope.for_returning()


def is_record(type_: PgType) -> bool:
    """Return whether a type is that of rows with unknown columns, or of arrays of them."""
    if isinstance(type_, ArrayType):
        return is_record(type_.element)
    return (type_.schema, type_.name) == ("pg_catalog", "record")
