"""RETURNING of INSERT, UPDATE, DELETE and MERGE -> its columns.

WHERE has looked at the row as it was; RETURNING shows it as it has become. What is proved of the
old row holds for the new one only in columns that SET leaves alone, and only without BEFORE
triggers, which may change any. The table's constraints hold for both.
"""

from ....model.catalog import ArrayType, Relation, RelationKind
from ...tree.array_shapes import NO_SHAPE, Shapes
from ...tree.enums import CmdType, MergeMatchKind, OnConflictAction, VarReturningType
from ...tree.nodes import Node, stored_query
from ...tree.types import base_type
from ..conditions import Assumption
from ..reasons import column_title, excludes_null, keeps_value
from ..registry import command_rule, rule
from ..scope import Scope
from ..verdict import Verdict, maybe
from .columns import column_verdict
from .tables import written_column
from .written_rows import proved_by_check


@command_rule(CmdType.UPDATE, CmdType.INSERT, CmdType.DELETE, CmdType.MERGE)
def _returning(scope: Scope) -> tuple[Verdict, ...]:
    rows = scope.for_returning()
    return tuple([rows.verdict(each) for each in scope.level.output_expressions])


@rule("VAR")
def _var(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of a column; for the row that a statement writes, as RETURNING sees it."""
    home = scope.up(node.number("varlevelsup"))
    varno = node.number("varno")
    if home.before is not None:
        if varno == home.query.number("resultRelation"):
            return _written(node, home, scope)
        if _may_lack_source(home.query):
            reason = "WHEN NOT MATCHED BY SOURCE has no row of the source"
            return column_verdict(node, scope).but(nullable=True, reason=reason)
    conflict = home.query.node("onConflict")
    if conflict is not None and varno == conflict.number("exclRelIndex"):
        return _excluded(node, home, scope)
    return column_verdict(node, scope)


def _may_lack_source(query: Node) -> bool:
    return any(
        action.number("matchKind") == MergeMatchKind.NOT_MATCHED_BY_SOURCE
        for action in query.nodes("mergeActionList")
    )


def _written(node: Node, home: Scope, scope: Scope) -> Verdict:
    entry = home.entry(node.number("varno"))
    relation = entry and home.relation(entry)
    attno = node.number("varattno")
    title = column_title(node.number("varno"), attno, home)
    if not relation:
        return maybe(f"{title} is not known", node.location)
    row = node.number("varreturningtype")
    missing = _missing_row(home.query, row)
    verdict = written_column(relation, attno, title, home)
    verdict = verdict.but(
        shapes=_written_shapes(relation, attno, row, home, verdict.shapes)
    )
    if missing:
        return verdict.but(nullable=True, reason=missing)
    if (
        not verdict.nullable
        or attno <= 0
        or relation.has_rules
        or relation.kind not in (RelationKind.TABLE, RelationKind.PARTITIONED)
    ):
        return verdict
    proved = _proved(relation, attno, title, row, home, scope, node)
    if not proved and home.before and not _may_be_changed(relation, row, home.query):
        check = proved_by_check(relation, attno, row, home.before)
        proved = check and excludes_null(check, f"{title} as it is written", (), scope)
    if not proved:
        return verdict
    return verdict.but(nullable=False, reason=proved)


def _written_shapes(
    relation: Relation, attno: int, row: int, home: Scope, stored: Shapes
) -> Shapes:
    """Return the shapes of an array as it is written; *stored* are those that the table's may have."""
    column = relation.columns.get(attno)
    kind = home.query.number("commandType")
    if (
        column is None
        or home.before is None
        or not isinstance(base_type(column.type), ArrayType)
        or kind not in (CmdType.INSERT, CmdType.UPDATE)
        or row == VarReturningType.OLD
        or relation.kind not in (RelationKind.TABLE, RelationKind.PARTITIONED)
    ):
        return stored
    sources = [home.query.nodes("targetList")]
    conflict = home.query.node("onConflict")
    if conflict and conflict.number("action") == OnConflictAction.UPDATE:
        sources.append(conflict.nodes("onConflictSet"))
    shapes = stored if relation.row_triggers or relation.has_rules else NO_SHAPE
    for targets in sources:
        assigned = [target.node("expr") for target in _assigned(targets, attno)]
        if len(assigned) != 1 or _assigns_elements(assigned[0]):
            shapes |= stored
        else:
            shapes |= home.before.verdict(assigned[0]).shapes
    return shapes


def _assigns_elements(assigned: Node | None) -> bool:
    """Return whether only some elements of an array are assigned, or are if a call gives them."""
    return assigned is not None and any("refassgnexpr" in n for n in assigned.own)


def _missing_row(query: Node, row: int) -> str:
    """Return why the row may be missing (`old` of an insert, `new` of a delete), empty if it is not."""
    kind = query.number("commandType")
    commands = {
        action.number("commandType") for action in query.nodes("mergeActionList")
    }
    commands.add(kind)
    if row == VarReturningType.OLD and CmdType.INSERT in commands:
        return "a row that is inserted has no old values"
    if row == VarReturningType.NEW and CmdType.DELETE in commands:
        return "a row that is deleted has no new values"
    return ""


def _proved(
    relation: Relation,
    attno: int,
    title: str,
    row: int,
    home: Scope,
    scope: Scope,
    node: Node,
) -> str:
    """Return why a column is not NULL although the table allows it, empty if it may be."""
    kind = home.query.number("commandType")
    before = home.before
    if (
        before is None
        or relation.columns[attno].generated
        or _may_be_changed(relation, row, home.query)
    ):
        return ""
    varno = node.number("varno")
    if kind == CmdType.INSERT:
        return _proved_by_insert(relation, attno, title, before)
    if kind == CmdType.UPDATE and row != VarReturningType.OLD:
        assigned = _assigned(home.query.nodes("targetList"), attno)
        if assigned:
            return _set(assigned, title, before)
    assumption = Assumption(home.depth, columns=frozenset({(varno, attno)}))
    condition = scope.refuting(assumption)
    return keeps_value(condition, title, scope) if condition else ""


def _may_be_changed(relation: Relation, row: int, query: Node) -> bool:
    """Return whether a trigger may change the row that is written; nothing is proved of MERGE's rows.

    An UPDATE that moves a row to another partition inserts it there (PostgreSQL's manual, "Overview of
    Trigger Behavior").
    """
    kind = query.number("commandType")
    events = set()
    if kind == CmdType.INSERT:
        events.add("insert")
        conflict = query.node("onConflict")
        if conflict and conflict.number("action") == OnConflictAction.UPDATE:
            events.add("update")
    elif kind == CmdType.UPDATE and row != VarReturningType.OLD:
        events.add("update")
        if relation.kind is RelationKind.PARTITIONED:
            events.add("insert")
    triggers = {("before", event) for event in events}
    return kind == CmdType.MERGE or not triggers.isdisjoint(relation.row_triggers)


def _proved_by_insert(relation: Relation, attno: int, title: str, before: Scope) -> str:
    query = before.query
    assigned = _assigned(query.nodes("targetList"), attno)
    if _is_default(assigned):
        proved = _defaulted(relation, attno, title, before)
    else:
        proved = _set(assigned, title, before)
    conflict = query.node("onConflict")
    if conflict is None or conflict.number("action") != OnConflictAction.UPDATE:
        return proved
    replaced = _assigned(conflict.nodes("onConflictSet"), attno)
    return proved and _set(replaced, title, before)


def _is_default(assigned: list[Node]) -> bool:
    """Return whether an INSERT leaves the column out, or says DEFAULT."""
    expressions = [target.node("expr") for target in assigned]
    return all(e is not None and e.tag == "SETTODEFAULT" for e in expressions)


def _defaulted(relation: Relation, attno: int, title: str, before: Scope) -> str:
    """Return why the column's DEFAULT is not NULL, empty if it may be or there is none."""
    tree = stored_query(relation.columns[attno].default)
    verdict = before.verdict(tree) if tree else None
    if verdict is None or verdict.nullable:
        return ""
    return f"{title} gets its DEFAULT: {verdict.reason}"


def _assigned(targets: tuple[Node, ...], attno: int) -> list[Node]:
    return [target for target in targets if target.number("resno") == attno]


def _set(assigned: list[Node], title: str, before: Scope) -> str:
    """Return why the assigned value is not NULL, empty if it may be or there is no single one."""
    if len(assigned) != 1:
        return ""
    verdict = before.verdict(assigned[0].node("expr"))
    return (
        ""
        if verdict.nullable
        else f"{title} is set to what is not NULL: {verdict.reason}"
    )


def _excluded(node: Node, home: Scope, scope: Scope) -> Verdict:
    """Return the verdict of `excluded.c`, a value to be inserted; constraints are checked before."""
    verdict = column_verdict(node, scope).but(table=0)
    entry = home.entry(home.query.number("resultRelation"))
    relation = entry and home.relation(entry)
    attno = node.number("varattno")
    if relation and attno > 0 and relation.columns[attno].generated == "v":
        # Early versions of 18 do not compute it, and give NULL.
        title = column_title(node.number("varno"), attno, home)
        return maybe(f"{title} is generated when it is read", node.location)
    if (
        not verdict.nullable
        or not relation
        or relation.kind not in (RelationKind.TABLE, RelationKind.PARTITIONED)
        or ("before", "insert") in relation.row_triggers
    ):
        return verdict
    assigned = _assigned(home.query.nodes("targetList"), attno)
    title = column_title(node.number("varno"), attno, home)
    proved = _set(assigned, title, home.before or home)
    return verdict.but(nullable=False, reason=proved) if proved else verdict
