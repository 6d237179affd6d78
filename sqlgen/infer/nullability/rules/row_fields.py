"""Fields of rows that are values -> whether they may be NULL.

A row that is not NULL says nothing of its fields. They are known in rows of a table, and in those of
functions that the user vouches for.
"""

from ....model.catalog import CompositeType, Routine
from ...tree.nodes import Node
from ...tree.types import base_type, type_of
from ..registry import rule
from ..scope import Scope
from ..verdict import Verdict, maybe, never
from .tables import output_verdict, table_column, view_scope


@rule("FIELDSELECT")
def _field(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of `(row).field`."""
    argument, number = node.node("arg"), node.number("fieldnum")
    nullable = maybe("a field of a row may be NULL", node.location)
    if argument is None:
        return nullable
    if argument.tag == "ROWEXPR" and 0 < number <= len(argument.nodes("args")):
        value = scope.verdict(argument.nodes("args")[number - 1])
        return nullable.but(shapes=value.shapes)
    row = scope.verdict(argument)
    function = scope.function(argument.number("funcid"))
    if row.nullable:
        return nullable
    if function and count_outputs(function) > 1 and scope.context.is_vouched(function):
        return never(row.reason, node.location)
    title = "the field"
    table = scope.catalog.relations.get(abs(row.table))
    if table is not None and table.oid == table_of_type(type_of(argument), scope):
        column = table.columns.get(number)
        title = f"{table.name}.{column.name}" if column else title
        return field_of_table(row, number, title, scope) or nullable
    return nullable


def vouched_row(node: Node, function: Routine, scope: Scope) -> Verdict:
    """Return the verdict of a row that a function gives: not NULL if the user says so."""
    verdict = maybe(f"`{function.name}` may give NULL", node.location)
    if not scope.context.is_vouched(function):
        return verdict
    arguments = [scope.verdict(argument) for argument in node.nodes("args")]
    if nullable := next((a for a in arguments if a.nullable), None):
        return maybe(nullable.reason, nullable.location)
    return never(
        f"`never_null` lists `{function.name}`, and no argument is NULL", node.location
    ).but(table=table_of_type(type_of(node), scope))


def field_of_row(
    row: Verdict, number: int, outputs: int, title: str, node: Node, scope: Scope
) -> Verdict:
    """Return the verdict of a field of a *row* that is not NULL, which the user vouches for.

    No column of RETURNS TABLE and no OUT argument is NULL. A table's row type has the table's NOT
    NULL; nothing is said of the fields of other composites.
    """
    if outputs > 1:
        return never(row.reason, node.location)
    field = field_of_table(row, number, title, scope)
    if field is not None:
        return field
    return maybe(f"{title} is a field, which may be NULL", node.location)


def field_of_table(
    row: Verdict, number: int, title: str, scope: Scope
) -> Verdict | None:
    """Return the verdict of a field of a table's row, None if it is not one."""
    relation = scope.catalog.relations.get(abs(row.table))
    if relation is None or row.nullable:
        return None
    if row.table < 0:
        view = view_scope(relation, scope)
        columns = view.columns() if view else ()
        return output_verdict(columns, number, title).but(origin=None)
    return table_column(relation, number, title, scope.context).but(origin=None)


def table_of_type(type_: int, scope: Scope) -> int:
    """Return the table whose row type it is, 0 for other types."""
    composite = base_type(scope.catalog.types.get(type_))
    if not isinstance(composite, CompositeType) or not composite.is_relation:
        return 0
    return next(
        (
            oid
            for oid, relation in scope.catalog.relations.items()
            if (relation.schema, relation.name) == (composite.schema, composite.name)
        ),
        0,
    )


def gives_fields(expression: Node, scope: Scope) -> bool:
    """Return whether an item of FROM has a column for each field of its values.

    So have composites, domains over them, and the rows of functions with OUT arguments. A type that
    the catalog does not know may be one of them.
    """
    type_ = base_type(scope.catalog.types.get(type_of(expression)))
    return (
        type_ is None
        or isinstance(type_, CompositeType)
        or (type_.schema, type_.name) == ("pg_catalog", "record")
    )


def count_outputs(function: Routine) -> int:
    """Return the number of OUT arguments and columns of RETURNS TABLE."""
    return sum(mode in "bot" for mode, _, _ in function.all_arguments)
