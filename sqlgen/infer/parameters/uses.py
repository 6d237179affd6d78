"""A statement -> the uses of its parameters."""

from collections.abc import Iterator
from enum import IntEnum, auto
from operator import attrgetter
from typing import NamedTuple

from ...model.catalog import ArrayType, Catalog, Relation
from ...model.description import TableColumn
from ..tree.enums import CmdType, RTEKind
from ..tree.expressions import uncoerced
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel, entry_column
from ..tree.types import compared_alike


class Purpose(IntEnum):
    """The purpose of a parameter in one place, the one that says most of its name first."""

    ASSIGNED = auto()
    COMPARED = auto()
    LIMIT = auto()
    OFFSET = auto()
    TESTED = auto()


class Use(NamedTuple):
    """One use of parameter `number`.

    `column` is the table column that it is assigned to or compared with. `elements`: it is an
    array's elements that are. `same_values`: compared by `=` and the like, with no cast of the
    column, so that the parameter's values are the column's. `test` is the test for NULL, as SQL names
    it. `location` is the parameter's.
    """

    number: int
    purpose: Purpose
    location: int
    column: TableColumn | None = None
    elements: bool = False
    same_values: bool = False
    test: str = ""


_TELLING = frozenset(
    {
        *("NULLTEST", "COALESCEEXPR", "DISTINCTEXPR", "NULLIFEXPR"),
        *("OPEXPR", "SCALARARRAYOPEXPR", "ROWCOMPAREEXPR"),
    }
)
"""The nodes that test or compare, which few of a statement's nodes do."""

_ORDER = frozenset({"=", "<>", "<", "<=", ">", ">="})


def uses(statement: QueryLevel) -> tuple[Use, ...]:
    """Return the uses that say something of a parameter, sorted by purpose and place."""
    in_statement = [use for level in statement.all for use in _uses_in(level)]
    return tuple(sorted(in_statement, key=attrgetter("purpose", "location")))


def _uses_in(level: QueryLevel) -> Iterator[Use]:
    yield from _assignments(level)
    for name, purpose in (
        ("limitCount", Purpose.LIMIT),
        ("limitOffset", Purpose.OFFSET),
    ):
        if (node := level.query.node(name)) and (parameter := _parameter(node)):
            yield _use(parameter, purpose)
    for node in level.query.own:
        if node.tag in _TELLING:
            yield from _tests(node)
            yield from _comparisons(node, level)


# Assignments


def _assignments(level: QueryLevel) -> Iterator[Use]:
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
    for entry in entries:
        expression = entry.node("expr")
        if expression is None or entry.flag("resjunk"):
            continue
        number = entry.number("resno")
        column = _target_column(relation, view, number)
        for parameter, elements in _values(expression, level):
            yield _use(
                parameter,
                Purpose.ASSIGNED,
                column=column,
                elements=elements,
                same_values=_same_values(parameter, column, elements, level.catalog),
            )


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


def _values(node: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters that an assigned value may be, and whether it is an element of theirs."""
    node = uncoerced(node)
    if node.tag == "PARAM" and not node.number("paramkind"):
        yield node, False
    elif node.tag == "CASEEXPR":
        results = [when.node("result") for when in node.nodes("args")]
        for result in (*results, node.node("defresult")):
            if result:
                yield from _values(result, level)
    elif node.tag == "VAR":
        yield from _referred_values(node, level)


def _referred_values(var: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameters behind a column of VALUES, a subquery, a CTE or unnest."""
    column = entry_column(var, level)
    if column is None or column.source.attno <= 0:
        return
    home, source = column
    place = source.attno - 1
    if source.kind == RTEKind.VALUES:
        for expression in source.expressions:
            yield from _values(expression, home)
    elif source.kind == RTEKind.FUNCTION:
        functions = source.entry.nodes("functions")
        if place < len(functions):
            yield from _unnested(functions[place], home)
    elif source.query and not source.relation:
        yield from _output_values(source.query, place)


def _output_values(source: QueryLevel, place: int) -> Iterator[tuple[Node, bool]]:
    if source.arms:
        for arm in source.arms:
            yield from _output_values(arm, place)
    elif source.query.number("commandType") == CmdType.SELECT and place < len(
        source.output
    ):
        expression = source.output_expressions[place]
        if expression:
            yield from _values(expression, source)


def _unnested(function: Node, level: QueryLevel) -> Iterator[tuple[Node, bool]]:
    """Yield the parameter that unnest is called with; `unnest($1, $2)` is two calls in the tree."""
    call = function.node("funcexpr")
    called = level.catalog.functions.get(call.number("funcid")) if call else None
    if call and called and called.signature == "unnest(anyarray)":
        for argument in call.nodes("args"):
            if parameter := _parameter(argument):
                yield parameter, True


# Tests and comparisons


def _tests(node: Node) -> Iterator[Use]:
    """Yield the tests that make sense only for a value that may be NULL."""
    if node.tag == "NULLTEST":
        tested, name = [node.node("arg")], "IS NULL"
    elif node.tag == "COALESCEEXPR":
        tested, name = list(node.nodes("args")), "COALESCE"
    elif node.tag == "DISTINCTEXPR":
        tested, name = list(node.nodes("args")), "IS DISTINCT FROM"
    else:
        return
    for argument in tested:
        if argument and (parameter := _parameter(argument)):
            yield _use(parameter, Purpose.TESTED, test=name)


def _comparisons(node: Node, level: QueryLevel) -> Iterator[Use]:
    if node.tag in ("OPEXPR", "DISTINCTEXPR", "NULLIFEXPR"):
        arguments = node.nodes("args")
        operator = level.catalog.operators.get(node.number("opno"), "")
        if len(arguments) == 2:
            yield from _compared(*arguments, level, exact=operator in _ORDER)
    elif node.tag == "SCALARARRAYOPEXPR":
        left, right = node.nodes("args")
        operator = level.catalog.operators.get(node.number("opno"), "")
        exact = operator in _ORDER
        array = uncoerced(right)
        if array.tag == "ARRAYEXPR":  # IN ($1, $2)
            for element in array.nodes("elements"):
                yield from _compared(left, element, level, exact=exact)
        elif parameter := _parameter(right):
            yield _compared_with(parameter, left, level, exact=exact, elements=True)
        yield from _compared(right, left, level, exact=False)
    elif node.tag == "ROWCOMPAREEXPR":
        for pair in zip(node.nodes("largs"), node.nodes("rargs"), strict=False):
            yield from _compared(*pair, level, exact=True)


def _compared(
    first: Node, second: Node, level: QueryLevel, *, exact: bool
) -> Iterator[Use]:
    for side, other in ((first, second), (second, first)):
        if parameter := _parameter(side):
            yield _compared_with(parameter, other, level, exact=exact)


def _compared_with(
    parameter: Node,
    other: Node,
    level: QueryLevel,
    *,
    exact: bool,
    elements: bool = False,
) -> Use:
    column = origin(uncoerced(other), level)
    return _use(
        parameter,
        Purpose.COMPARED,
        column=column,
        elements=elements,
        same_values=exact
        and origin(other, level) == column
        and _same_values(parameter, column, elements, level.catalog),
    )


def _same_values(
    parameter: Node, column: TableColumn | None, elements: bool, catalog: Catalog
) -> bool:
    """Return whether the values of a parameter, or its elements, are of the column's type."""
    relation = catalog.relations.get(column.table) if column else None
    stored = relation.columns.get(column.number) if relation and column else None
    type_ = catalog.types.get(parameter.number("paramtype"))
    if elements and isinstance(type_, ArrayType):
        type_ = type_.element
    return (
        stored is not None and type_ is not None and compared_alike(stored.type, type_)
    )


def _parameter(node: Node) -> Node | None:
    """Return the parameter of the statement that *node* is, perhaps under casts."""
    inner = uncoerced(node)
    return inner if inner.tag == "PARAM" and not inner.number("paramkind") else None


def _use(
    parameter: Node,
    purpose: Purpose,
    *,
    column: TableColumn | None = None,
    elements: bool = False,
    same_values: bool = False,
    test: str = "",
) -> Use:
    return Use(
        number=parameter.number("paramid"),
        purpose=purpose,
        location=parameter.location,
        column=column,
        elements=elements,
        same_values=same_values,
        test=test,
    )
