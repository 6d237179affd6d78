"""A query level -> the writes that it does, each with the columns that it assigns."""

from collections.abc import Iterable, Iterator, Mapping

from ...model.catalog import Relation
from ...model.constraints import Constraint, ConstraintKind
from ...model.frozen import frozen
from ..nullability.scope import Scope
from ..tree.alternatives import ALTERNATIVES
from ..tree.enums import CmdType, OnConflictAction, RTEKind
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.written_table import TABLES, WrittenTable, written_table
from .check_options import CheckedView, checked_views

_EVENTS = {
    CmdType.INSERT: "insert",
    CmdType.UPDATE: "update",
    CmdType.DELETE: "delete",
}


@frozen(kw_only=True)
class TableWrite:
    """An INSERT, UPDATE or DELETE of a table, `event` in lower case.

    `assigned` tells of each column that gets a value whether that may be NULL. An INSERT may leave those in
    `defaulted` to their DEFAULT. `arbiters` are the unique indexes whose conflicts ON CONFLICT takes care of.
    `views` are those whose CHECK OPTION the rows must satisfy; `sees_all`: the rows need not be of these views before.
    """

    relation: Relation
    event: str
    assigned: Mapping[str, bool]
    defaulted: frozenset[str] = frozenset()
    arbiters: frozenset[Constraint] = frozenset()
    views: tuple[CheckedView, ...] = ()
    sees_all: bool = False


@frozen
class UnknownWrite:
    """A write of a relation for which others decide what is written, or that enforces nothing."""

    relation: Relation


def writes(scope: Scope) -> Iterator[TableWrite | UnknownWrite]:
    """Yield the writes that a query does itself, without those of queries within it."""
    query, level = scope.query, scope.level
    kind = query.number("commandType")
    written = written_table(level)
    if kind not in (*_EVENTS, CmdType.MERGE) or written is None:
        return
    table = written.relation
    checked = tuple(checked_views(written.views, table))
    if table.kind not in TABLES:
        yield UnknownWrite(table)
        return

    def write(
        event: int,
        targets: Iterable[Node],
        arbiters: frozenset[Constraint] = frozenset(),
        sees_all: bool = False,
    ) -> TableWrite:
        assigned, defaulted = _assigned(targets, event, written, scope)
        return TableWrite(
            relation=table,
            event=_EVENTS[event],
            assigned=assigned,
            defaulted=defaulted,
            arbiters=arbiters,
            views=() if event == CmdType.DELETE else checked,
            sees_all=sees_all,
        )

    if kind == CmdType.MERGE:
        for action in query.nodes("mergeActionList"):
            if action.number("commandType") in _EVENTS:
                yield write(action.number("commandType"), action.nodes("targetList"))
        return
    conflict = query.node("onConflict")
    yield write(
        kind,
        () if kind == CmdType.DELETE else query.nodes("targetList"),
        _arbiters(conflict, written) if conflict else frozenset(),
    )
    if conflict and conflict.number("action") == OnConflictAction.UPDATE:
        # The row that is there already may be none of the view's.
        yield write(CmdType.UPDATE, conflict.nodes("onConflictSet"), sees_all=True)


def is_left_to_default(expression: Node, level: QueryLevel) -> bool:
    """Return whether a value is DEFAULT, in VALUES of several rows that of all rows."""
    if expression.tag == "VAR":
        column = level.resolve(expression)
        if column is None or column.source.kind != RTEKind.VALUES:
            return False
        rows = column.source.expressions
        return bool(rows) and all(item.tag == "SETTODEFAULT" for item in rows)
    return expression.tag == "SETTODEFAULT"


def _assigned(
    targets: Iterable[Node],
    event: int,
    written: WrittenTable,
    scope: Scope,
) -> tuple[dict[str, bool], frozenset[str]]:
    """Return whether the value of each column may be NULL, and the columns that may be left to DEFAULT."""
    assigned: dict[str, bool] = {}
    defaulted: set[str] = set()
    is_insert = event == CmdType.INSERT
    for target in targets:
        expression = target.node("expr")
        if target.flag("resjunk") or expression is None:
            continue
        if is_insert and is_left_to_default(expression, scope.level):
            continue
        name = written.column(target.number("resno"))
        if name is None:
            continue
        if is_insert and expression.tag == ALTERNATIVES:
            expression = expression.nodes("args")[0]
            defaulted.add(name)
        nullable = scope.verdict(expression).nullable
        assigned[name] = nullable or assigned.get(name, False)
    return assigned, frozenset(defaulted)


def _arbiters(conflict: Node, written: WrittenTable) -> frozenset[Constraint]:
    """Return the indexes whose conflicts cannot raise an error.

    Without a target, those are all. Else PostgreSQL chooses the indexes over exactly the columns and
    expressions of the target, whose WHERE clause follows from that of the target; here, only what is certain.
    """
    indexes = [
        constraint
        for constraint in written.relation.constraints
        if constraint.violation.kind
        in (ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)
    ]
    if named := conflict.number("constraint"):
        return frozenset([index for index in indexes if named in index.oids])
    elements = conflict.nodes("arbiterElems")
    if not elements:
        return frozenset(indexes)
    columns: set[str | None] = set()
    expressions = 0
    for element in elements:
        expression = element.node("expr")
        if element.number("infercollid") or element.number("inferopclass"):
            return frozenset()
        if expression is not None and expression.tag == "VAR":
            columns.add(written.column(expression.number("varattno")))
        else:
            expressions += 1
    fitting = [
        index
        for index in indexes
        if index.violation.kind is ConstraintKind.UNIQUE
        and set(index.keys) == columns
        and index.expressions == expressions
    ]
    if len(fitting) == 1:
        return frozenset(fitting)  # else the statement would always fail
    whole = [index for index in fitting if not index.predicate]
    return frozenset(whole if not expressions else ())
