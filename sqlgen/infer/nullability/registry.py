"""Decorators that register the rules of nullability.

A rule is a function of a node and the `Scope` that the node is evaluated in. A new rule is one
function in a module of `rules/`:

    @rule("GROUPINGFUNC")
    def _grouping(node: Node, _: Scope) -> Verdict:
        return never("`GROUPING` never gives NULL", node.location)

An expression without a rule may be NULL.
"""

from collections.abc import Callable

from .scope import (
    COLUMN_RULES,
    COMMAND_RULES,
    FROM_RULES,
    OUTCOME_RULES,
    RULES,
    ColumnRule,
    CommandRule,
    FromRule,
    OutcomeRule,
    Rule,
)


def rule(*tags: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule for expressions of these *tags*."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(tags, function))
        return function

    return register


def column_rule(*kinds: int) -> Callable[[ColumnRule], ColumnRule]:
    """Register a function as the rule for columns of range table entries of these `RTEKind`s."""

    def register(function: ColumnRule) -> ColumnRule:
        COLUMN_RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


def command_rule(*types: int) -> Callable[[CommandRule], CommandRule]:
    """Register a function as the rule for the result of queries of these `CmdType`s."""

    def register(function: CommandRule) -> CommandRule:
        COMMAND_RULES.update(dict.fromkeys(types, function))
        return function

    return register


def outcome_rule(*tags: str) -> Callable[[OutcomeRule], OutcomeRule]:
    """Register a function as the rule for the outcomes of conditions of these *tags*."""

    def register(function: OutcomeRule) -> OutcomeRule:
        OUTCOME_RULES.update(dict.fromkeys(tags, function))
        return function

    return register


def from_rule(*tags: str) -> Callable[[FromRule], FromRule]:
    """Register a function as the rule for the joins of a FROM clause, a node of these *tags*."""

    def register(function: FromRule) -> FromRule:
        FROM_RULES.update(dict.fromkeys(tags, function))
        return function

    return register
