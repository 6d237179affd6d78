"""Query tree -> what each parameter is used for."""

from collections.abc import Iterator
from enum import IntEnum, auto
from operator import attrgetter
from typing import NamedTuple

from ...model.catalog import ArrayType, Catalog
from ...model.description import TableColumn
from ..cardinality.equalities import compared_alike
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node
from ..tree.query_level import Level, origin, reference, uncoerced


class Purpose(IntEnum):
    """What a parameter does in one place, the most telling for its name first."""

    ASSIGNED = auto()
    COMPARED = auto()
    LIMIT = auto()
    OFFSET = auto()
    TESTED = auto()


class Use(NamedTuple):
    """One use of parameter `number`.

    `column` is the table column that it is assigned to or compared with. `elements`: it is an
    array's elements that are. `as_it_is`: compared by `=` and the like, with no cast of the column,
    so that the parameter's values are the column's. `test` is what it is tested with, as SQL names
    it. `location` is the parameter's.
    """

    number: int
    purpose: Purpose
    location: int
    column: TableColumn | None = None
    elements: bool = False
    as_it_is: bool = False
    test: str = ""


_TELLING = frozenset(
    {
        *("NULLTEST", "COALESCEEXPR", "DISTINCTEXPR", "NULLIFEXPR"),
        *("OPEXPR", "SCALARARRAYOPEXPR", "ROWCOMPAREEXPR"),
    }
)
"""What tests or compares; few of a statement's nodes do."""

_ORDER = frozenset({"=", "<>", "<", "<=", ">", ">="})


def uses(statement: Level) -> tuple[Use, ...]:
    """All uses that say something of a parameter, by purpose and place."""
    found = [use for level in statement.all for use in _uses_in(level)]
    return tuple(sorted(found, key=attrgetter("purpose", "location")))


def _uses_in(level: Level) -> Iterator[Use]:
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


def _assignments(level: Level) -> Iterator[Use]:
    """INSERT, UPDATE, ON CONFLICT DO UPDATE and MERGE: each entry's `resno` is the column's."""
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
    for entry in entries:
        expression = entry.node("expr")
        if expression is None or entry.flag("resjunk"):
            continue
        column = _target_column(level, level.entries[index - 1], entry.number("resno"))
        for parameter, elements in _values(expression, level):
            yield _use(
                parameter,
                Purpose.ASSIGNED,
                column=column,
                elements=elements,
                as_it_is=_same_values(parameter, column, elements, level.catalog),
            )


def _target_column(level: Level, target: Node, number: int) -> TableColumn | None:
    """The table column that is written, through an updatable view."""
    relation, view = level.relation(target), level.source(target)
    if view and 0 < number <= len(view.output):
        expression = view.output[number - 1].node("expr")
        found = origin(expression, view) if expression else None
        if found:
            return found
    return TableColumn(relation.oid, number) if relation else None


def _values(node: Node, level: Level) -> Iterator[tuple[Node, bool]]:
    """The parameters that an assigned value may be, and whether it is an element of theirs."""
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


def _referred_values(var: Node, level: Level) -> Iterator[tuple[Node, bool]]:
    """Through VALUES, subqueries, CTEs and unnest to the parameters behind a column."""
    column = reference(var, level)
    if column is None or column.number <= 0:
        return
    entry, place = column.entry, column.number - 1
    if entry.number("rtekind") == RTEKind.VALUES:
        for row in entry.lists("values_lists"):
            if place < len(row):
                yield from _values(row[place], column.home)
    elif entry.number("rtekind") == RTEKind.FUNCTION:
        functions = entry.nodes("functions")
        if place < len(functions):
            yield from _unnested(functions[place], column.home)
    elif (source := column.home.source(entry)) and not column.home.relation(entry):
        yield from _output_values(source, place)


def _output_values(source: Level, place: int) -> Iterator[tuple[Node, bool]]:
    if source.arms:
        for arm in source.arms:
            yield from _output_values(arm, place)
    elif source.query.number("commandType") == CmdType.SELECT and place < len(
        source.output
    ):
        expression = source.output[place].node("expr")
        if expression:
            yield from _values(expression, source)


def _unnested(function: Node, level: Level) -> Iterator[tuple[Node, bool]]:
    """`unnest($1, $2)` is two functions of one argument each."""
    call = function.node("funcexpr")
    called = level.catalog.functions.get(call.number("funcid")) if call else None
    if call and called and called.signature == "unnest(anyarray)":
        for argument in call.nodes("args"):
            if parameter := _parameter(argument):
                yield parameter, True


# Tests and comparisons


def _tests(node: Node) -> Iterator[Use]:
    """What makes sense only for a value that may be NULL."""
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


def _comparisons(node: Node, level: Level) -> Iterator[Use]:
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


def _compared(first: Node, second: Node, level: Level, *, exact: bool) -> Iterator[Use]:
    for one, other in ((first, second), (second, first)):
        if parameter := _parameter(one):
            yield _compared_with(parameter, other, level, exact=exact)


def _compared_with(
    parameter: Node, other: Node, level: Level, *, exact: bool, elements: bool = False
) -> Use:
    column = origin(uncoerced(other), level)
    return _use(
        parameter,
        Purpose.COMPARED,
        column=column,
        elements=elements,
        as_it_is=exact
        and origin(other, level) == column
        and _same_values(parameter, column, elements, level.catalog),
    )


def _same_values(
    parameter: Node, column: TableColumn | None, elements: bool, catalog: Catalog
) -> bool:
    """Whether the values of a parameter are of the column's type, or those of its elements are."""
    relation = catalog.relations.get(column.table) if column else None
    stored = relation.columns.get(column.number) if relation and column else None
    given = catalog.types.get(parameter.number("paramtype"))
    if elements and isinstance(given, ArrayType):
        given = given.element
    return (
        stored is not None and given is not None and compared_alike(stored.type, given)
    )


def _parameter(node: Node) -> Node | None:
    """The parameter of the statement that *node* is, perhaps under casts."""
    inner = uncoerced(node)
    return inner if inner.tag == "PARAM" and not inner.number("paramkind") else None


def _use(
    parameter: Node,
    purpose: Purpose,
    *,
    column: TableColumn | None = None,
    elements: bool = False,
    as_it_is: bool = False,
    test: str = "",
) -> Use:
    return Use(
        number=parameter.number("paramid"),
        purpose=purpose,
        location=parameter.location,
        column=column,
        elements=elements,
        as_it_is=as_it_is,
        test=test,
    )
