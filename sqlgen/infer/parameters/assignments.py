"""A query level -> the parameters that it assigns to columns, and to fields of composites."""

from collections.abc import Iterator

from ...model.catalog import Catalog, CompositeField, CompositeType, Relation
from ...model.description import TableColumn
from ..tree.enums import CmdType, RTEKind
from ..tree.expressions import uncoerced
from ..tree.nodes import Node
from ..tree.origins import has_own_returning, origin
from ..tree.query_level import QueryLevel, entry_column
from ..tree.types import base_type
from .comparisons import have_same_values
from .use import Purpose, Use, is_parameter, parameter_in, use_of


def assignments(level: QueryLevel) -> Iterator[Use]:
    """Yield the uses in INSERT, UPDATE, ON CONFLICT and MERGE, whose `resno` is the column's number."""
    query = level.query
    index = query.number("resultRelation")
    if not 0 < index <= len(level.entries):
        return
    entries: list[Node] = []
    if query.number("commandType") in (CmdType.INSERT, CmdType.UPDATE):
        entries.extend(query.nodes("targetList"))
    if conflict := query.node("onConflict"):
        entries.extend(conflict.nodes("onConflictSet"))
    for action in query.nodes("mergeActionList"):
        entries.extend(action.nodes("targetList"))
    target = level.entries[index - 1]
    relation, view = level.relation(target), level.from_query(target)
    if relation and has_own_returning(relation):
        view = None  # a trigger or rule decides what is written
    for entry in entries:
        expression = entry.node("expr")
        if expression is None or entry.flag("resjunk"):
            continue
        column = _target_column(relation, view, entry.number("resno"))
        for parameter, elements in values(expression, level):
            same = have_same_values(parameter, column, elements, level.catalog)
            yield use_of(
                parameter,
                Purpose.ASSIGNED,
                column=column,
                elements=elements,
                same_values=same,
                only_values=same,
            )
        for node in expression.own:
            if is_parameter(node):
                yield use_of(node, Purpose.WITHIN, column=column)


def _target_column(
    relation: Relation | None, view: QueryLevel | None, number: int
) -> TableColumn | None:
    """Return the table column that is written, also through an updatable view."""
    if view and 0 < number <= len(view.output):
        expression = view.output_expressions[number - 1]
        column = origin(expression, view) if expression else None
        if column:
            return column
    return TableColumn(relation.oid, number) if relation else None


def values(node: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters that an assigned value may be, and whether it is an element of theirs."""
    node = uncoerced(node)
    if is_parameter(node):
        yield node, False
    elif node.tag == "CASEEXPR":
        results = [when.node("result") for when in node.nodes("args")]
        for result in (*results, node.node("defresult")):
            if result:
                yield from values(result, level)
    elif node.tag == "VAR":
        yield from _referred_values(node, level)
    elif node.tag == "FUNCEXPR":  # SELECT unnest($1)
        yield from _unnested(node, level)


def _referred_values(var: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters behind a column of VALUES, a subquery, a CTE or unnest."""
    column = entry_column(var, level)
    if column is None or column.source.attno <= 0:
        return
    home, source = column
    place = source.attno - 1
    if source.kind == RTEKind.VALUES:
        for expression in source.expressions:
            yield from values(expression, home)
    elif source.kind == RTEKind.FUNCTION:
        functions = source.entry.nodes("functions")
        call = functions[place].node("funcexpr") if place < len(functions) else None
        if call:
            yield from _unnested(call, home)
    elif source.query and not source.relation:
        yield from output_values(source.query, place)


def output_values(source: QueryLevel, place: int) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters that a query's output column of that *place* may be."""
    if source.arms:
        for arm in source.arms:
            yield from output_values(arm, place)
    elif source.query.number("commandType") == CmdType.SELECT and place < len(
        source.output
    ):
        expression = source.output_expressions[place]
        if expression:
            yield from values(expression, source)


def _unnested(call: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameter that unnest is called with; `unnest($1, $2)` is two calls in the tree."""
    called = level.catalog.functions.get(call.number("funcid"))
    if called and called.signature == "unnest(anyarray)":
        for argument in call.nodes("args"):
            if parameter := parameter_in(argument):
                yield parameter, True


FIELDS = frozenset({"FIELDSTORE", "ROWEXPR"})
"""The nodes that make composites of fields: `SET home.street = $1`, `ROW($1, $2)::address`."""


def assigned_fields(node: Node, catalog: Catalog) -> Iterator[Use]:
    """Yield the parameters that are fields of a composite, which no constraint makes NOT NULL."""
    if node.tag == "FIELDSTORE":
        type_, numbers = node.number("resulttype"), node.numbers("fieldnums")
        expressions = node.nodes("newvals")
    else:
        type_, expressions = node.number("row_typeid"), node.nodes("args")
        numbers = tuple(range(1, len(expressions) + 1))
    composite = base_type(catalog.types.get(type_))
    if not isinstance(composite, CompositeType):
        return
    relation = _row_relation(composite, catalog)
    for number, expression in zip(numbers, expressions, strict=False):
        column = relation.columns.get(number) if relation else None
        parameter = parameter_in(expression)
        if column and parameter:
            field = CompositeField(column.name, column.type)
            yield use_of(parameter, Purpose.ASSIGNED, field=field)


def _row_relation(composite: CompositeType, catalog: Catalog) -> Relation | None:
    """Return the relation with the attributes of a composite type, dropped ones left out."""
    for relation in catalog.relations.values():
        if (relation.schema, relation.name) == (composite.schema, composite.name):
            return relation
    return None
