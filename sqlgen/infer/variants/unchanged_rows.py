"""An UPDATE and the SELECT for where it has nothing to set -> whether this gives the same rows as they are."""

import re
from typing import Final

from ..tree.enums import CmdType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.written_table import TABLES
from .comparison import differences

_OF_TARGET: Final = re.compile(r" :(?:rellockmode \d+|inFromCl (?:true|false))")
"""The fields of an entry that tell a table that is changed from one that is read."""


def refusal_of_nothing(update: QueryLevel) -> str:
    """Return why a statement that sets nothing is not one that does nothing, empty if it is."""
    if update.query.number("commandType") != CmdType.UPDATE:
        return "the statement is no UPDATE"
    if update.query.flag("hasModifyingCTE"):
        return "a query in WITH changes data, and would not do so"
    return ""


def refusal_of_select(update: QueryLevel, select: Node | None) -> str:
    """Return why a SELECT does not give the rows that an UPDATE would without SET, empty if it does."""
    if reason := refusal_of_nothing(update):
        return reason
    query = update.query
    entries = query.nodes("rtable")
    target = query.number("resultRelation")
    relation = update.relation(entries[target - 1])
    if relation is None or relation.kind not in TABLES or relation.has_rules:
        return "a view's or table's rules and triggers decide on the rows that UPDATE gives"
    if select is None or select.number("commandType") != CmdType.SELECT:
        return _OTHER_ROWS
    others = select.nodes("rtable")
    pairs = (
        (query.nodes("cteList"), select.nodes("cteList")),
        (query.nodes("returningList"), select.nodes("targetList")),
        ((query.node("jointree"),), (select.node("jointree"),)),
        (entries[: target - 1], others[: target - 1]),
        (entries[target - 1].children, others[target - 1].children),
        (entries[target:], others[target:]),
    )
    is_same = _own(entries[target - 1]) == _own(others[target - 1]) and all(
        len(one) == len(other) and all(map(_same, one, other)) for one, other in pairs
    )
    return "" if is_same else _OTHER_ROWS


_OTHER_ROWS = "no SELECT gives the same rows"


def _own(entry: Node) -> str:
    """Return what an entry says of its table, whether it is changed or read."""
    meaning = _OF_TARGET.sub("", entry.form.meaning)
    return re.sub(r" :(?:requiredPerms \d+|\w+Cols (?:<>|\([^()]*\)))", "", meaning)


def _same(one: Node | None, other: Node | None) -> bool:
    return one is not None and other is not None and not differences(one, other)
