"""Where the rules of nullability are looked up: by a node's tag, by a query's command.

A rule is a function of a node and the `Scope` that it stands in. Modules of rules register theirs
by decorators, so that a new rule is one function in one place:

    @rule("GROUPINGFUNC")
    def grouping(node: Node, scope: Scope) -> Verdict:
        return never("`GROUPING` never gives NULL", node.location)

What has no rule may be NULL.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from ..tree.nodes import Node
from .verdict import Verdict

if TYPE_CHECKING:
    from .scope import Scope

Rule: TypeAlias = "Callable[[Node, Scope], Verdict]"
"""An expression in its scope -> what it may be."""

ColumnRule: TypeAlias = "Callable[[Node, int, int, Scope], Verdict]"
"""An entry of the range table, its number, a column's number, their scope -> the column."""

CommandRule: TypeAlias = "Callable[[Scope], tuple[Verdict, ...]]"
"""A query's scope -> the columns that it gives back."""

RULES: dict[str, Rule] = {}
COLUMNS: dict[int, ColumnRule] = {}
COMMANDS: dict[int, CommandRule] = {}
"""What a query gives back, by its `CmdType`."""


def rule(*tags: str) -> Callable[[Rule], Rule]:
    """Register the rule for expressions of these *tags*."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(tags, function))
        return function

    return register


def column_of(*kinds: int) -> Callable[[ColumnRule], ColumnRule]:
    """Register the rule for columns of range table entries of these `RTEKind`s."""

    def register(function: ColumnRule) -> ColumnRule:
        COLUMNS.update(dict.fromkeys(kinds, function))
        return function

    return register


def command(*types: int) -> Callable[[CommandRule], CommandRule]:
    """Register what queries of these `CmdType`s give back."""

    def register(function: CommandRule) -> CommandRule:
        COMMANDS.update(dict.fromkeys(types, function))
        return function

    return register
