"""The rows of a query level, as one of its expressions sees them.

A Var names a relation of the level that it stands in, or of one `varlevelsup` levels further out.
Scopes form a chain like the levels that they are of, the statement's own with depth 0. A scope knows
no rule: rules are registered (`registry`), and look up here what they need.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final, TypeAlias

from ...model.catalog import Catalog, Relation, Routine
from ..tree.enums import CmdType
from ..tree.expressions import conjuncts
from ..tree.nodes import Node
from ..tree.query_level import CatalogIndex, QueryLevel, Source
from .conditions import Assumption, Condition
from .context import StatementContext
from .nullable_sides import JoinedRows
from .three_valued import ANYTHING, NULL
from .verdict import Elements, Verdict, maybe

GROUPING_SETS: Final = (
    "GROUPING SETS, ROLLUP and CUBE give NULL for what a row is not grouped by"
)

_STABLE = frozenset({"AGGREF", "CONST", "PARAM", "RELABELTYPE", "TARGETENTRY", "VAR"})


class Scope:
    """The rows of a query level that an expression is evaluated for.

    `required` are the columns (from 1) that the surrounding query lets be no NULL. `narrows` tells
    whether the rows are those that pass the query's conditions.
    """

    def __init__(
        self,
        level: QueryLevel,
        context: StatementContext,
        parent: "Scope | None" = None,
        *,
        required: frozenset[int] = frozenset(),
        narrows: bool = True,
    ) -> None:
        self.level = level
        self.query = level.query
        self.context = context
        self.parent = parent
        self.required = required
        # MERGE's condition does not hold for the rows that do not match.
        self.narrows = narrows and level.query.number("commandType") != CmdType.MERGE
        self.depth: int = parent.depth + 1 if parent else 0
        self.recursive: dict[str, tuple[Verdict, ...]] = {}
        """The verdicts that are assumed of recursive CTEs while their fixed points are sought."""
        self.fixed_points: dict[str, tuple[Verdict, ...]] = {}
        self.group_nulls: tuple[Node, ...] = ()
        self.may_be_empty = False
        self.before: Scope | None = None
        self._local: tuple[Condition, ...] = ()
        self._columns: dict[tuple[int, int], Verdict] = {}
        self._children: dict[tuple[int, frozenset[int]], Scope] = {}
        self._required: dict[int, frozenset[int]] = {}
        self._refuted: dict[Assumption, Condition | None] = {}
        self._conditions: tuple[Condition, ...] | None = None
        self._joined: JoinedRows | None = None
        self._settled = False  # whether the analysis of the joins is complete

    @property
    def catalog(self) -> Catalog:
        """Return the database's facts."""
        return self.context.catalog

    def verdict(self, node: Node | None) -> Verdict:
        """Return whether the expression *node* may be NULL in a row of this scope, and why."""
        if node is None:
            return maybe("nothing is known of it")
        rule = RULES.get(node.tag)
        if rule is None:
            return maybe("nothing is known of this expression", node.location)
        verdict = rule(node, self)
        for grouped in self.group_nulls:
            if node.same(grouped):
                nulls = maybe(GROUPING_SETS, node.location)
                return nulls.but(shapes=verdict.shapes)
        return verdict

    def has_null_elements(self, array: Verdict) -> bool:
        """Return whether elements of an *array* may be NULL; of stored arrays by the setting."""
        if array.elements is Elements.STORED:
            return self.context.nullable_elements
        return array.elements is Elements.NULLABLE

    def testing(self, node: Node) -> Condition | None:
        """Return a condition that rules out that the very expression is NULL: `x ->> 'a' IS NOT NULL`.

        Only where it is evaluated to the same value wherever it stands.
        """
        if self.before is not None or not all(map(self._is_stable, node.walk())):
            return None
        return self.refuting(Assumption(self.depth, expression=node))

    def _is_stable(self, node: Node) -> bool:
        if node.tag == "OPEXPR":
            function = self.function(node.number("opfuncid"))
            return function is not None and function.system
        return node.tag in _STABLE

    def outcome(self, node: Node | None, assumed: Assumption) -> int:
        """Return the set of outcomes that *node* may have in a row of which the assumption holds."""
        if node is None:
            return ANYTHING
        if (
            assumed.expression is not None
            and self.depth == assumed.depth
            and node.same(assumed.expression)
        ):
            return NULL
        rule = OUTCOME_RULES.get(node.tag)
        return rule(node, self, assumed) if rule else ANYTHING

    def outcomes(self, nodes: tuple[Node, ...], assumed: Assumption) -> list[int]:
        """Return the set of outcomes of each of the *nodes*."""
        return [self.outcome(node, assumed) for node in nodes]

    def columns(self) -> tuple[Verdict, ...]:
        """Return the verdicts of the columns that the query gives."""
        return self._output

    @cached_property
    def _output(self) -> tuple[Verdict, ...]:
        rule = COMMAND_RULES.get(self.query.number("commandType"))
        return rule(self) if rule else ()

    def column(self, varno: int, attno: int) -> Verdict:
        """Return the verdict of a relation's column before any outer join of this level."""
        key = varno, attno
        if key not in self._columns:
            source = self.level.source(varno, attno)
            rule = source and COLUMN_RULES.get(source.kind)
            if not source or not rule:
                return maybe("nothing is known of where it comes from")
            self._columns[key] = rule(source, self)
        return self._columns[key]

    def entry(self, varno: int) -> Node | None:
        """Return the entry of the range table that a Var's *varno* means."""
        return self.level.entry(varno)

    def resolve(self, var: Node) -> "tuple[Scope, Source | None]":
        """Return the scope that the column *var* is of, and the column's source in it."""
        home = self.up(var.number("varlevelsup"))
        return home, home.level.source(var.number("varno"), var.number("varattno"))

    def up(self, levels: int) -> "Scope":
        """Return the scope that is *levels* further out."""
        if not levels:
            return self
        scope = self
        for _ in range(levels):
            if scope.parent is None:
                return _NOWHERE
            scope = scope.parent
        return scope

    def child(
        self, level: QueryLevel, required: frozenset[int] = frozenset()
    ) -> "Scope":
        """Return the scope of a query that stands in this one."""
        key = id(level), required
        if key not in self._children:
            self._children[key] = Scope(level, self.context, self, required=required)
        return self._children[key]

    def subquery(self, query: Node) -> "Scope":
        """Return the scope of a *query* that stands in an expression of this one."""
        return self.child(self.level.inner(query))

    def within(
        self, oid: int, required: frozenset[int], make: "Callable[[], Scope | None]"
    ) -> "Scope | None":
        """Return the scope of a view's query, made once."""
        key = -oid, required
        if key not in self._children:
            scope = make()
            if scope is None:
                return None
            self._children[key] = scope
        return self._children[key]

    def relation(self, entry: Node) -> Relation | None:
        """Return the table or view that an entry of the range table is."""
        return self.level.relation(entry)

    def function(self, oid: int) -> Routine | None:
        """Return the function of that oid."""
        return self.catalog.functions.get(oid)

    @property
    def joined(self) -> JoinedRows:
        """Return the rows that the query's joins and conditions make of its relations."""
        if self._joined is None:
            self._joined = JoinedRows()
            tree = self.query.node("jointree")
            rule = FROM_RULES.get(tree.tag) if tree else None
            if rule:
                rule(self, self._joined)
            self._settled = True
        return self._joined

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the conditions that every row of this scope fulfils."""
        if self._conditions is not None:
            return self._conditions
        of_rows = () if self.may_be_empty else self.joined.conditions
        conditions = (*self._local, *of_rows, *self._having)
        if self._settled:
            self._conditions = conditions
        return conditions

    @cached_property
    def _having(self) -> tuple[Condition, ...]:
        having = self.query.node("havingQual")
        if having is None or not self.narrows:
            return ()
        return tuple(Condition(part, "HAVING") for part in conjuncts(having))

    def refuting(self, assumption: Assumption) -> Condition | None:
        """Return a condition that no row fulfils of which the *assumption* holds, if there is one.

        Looked for on this level and those around it, out to the level that the assumption is about.
        """
        if assumption in self._refuted:
            return self._refuted[assumption]
        condition = self._refuting(assumption)
        if self._settled:
            self._refuted[assumption] = condition
        return condition

    def _refuting(self, assumption: Assumption) -> Condition | None:
        scope: Scope | None = self
        while scope is not None and scope.depth >= assumption.depth:
            for condition in scope.conditions:
                if (
                    not scope.outcome(condition.expression, assumption)
                    & condition.allowed
                ):
                    return condition
            scope = scope.parent
        return None

    def home_of(self, condition: Condition) -> "Scope":
        """Return the scope, this one or one around it, whose rows fulfil the *condition*."""
        scope: Scope | None = self
        while scope is not None:
            if condition in scope.conditions:
                return scope
            scope = scope.parent
        return self

    def required_of(self, varno: int) -> frozenset[int]:
        """Return the columns of a relation that the query's own WHERE and ON let be no NULL."""
        conditions = self.joined.conditions
        if varno not in self._required:
            named = {
                var.number("varattno")
                for condition in conditions
                for var in condition.expression.walk()
                if var.tag == "VAR"
                and var.number("varno") == varno
                and not var.number("varlevelsup")
            }
            required = frozenset(
                attno
                for attno in named
                if attno > 0 and self._none_passes(conditions, varno, attno)
            )
            if not self._settled:
                return required
            self._required[varno] = required
        return self._required[varno]

    def _none_passes(
        self, conditions: Iterable[Condition], varno: int, attno: int
    ) -> bool:
        assumption = Assumption(self.depth, columns=frozenset({(varno, attno)}))
        return any(
            not self.outcome(condition.expression, assumption) & condition.allowed
            for condition in conditions
        )

    def assuming(self, *conditions: Condition) -> "Scope":
        """Return the scope of an expression that is evaluated only where *conditions* hold."""
        return self._copy(_local=(*conditions, *self._local))

    def over_groups(self, *, may_be_empty: bool, nulls: tuple[Node, ...]) -> "Scope":
        """Return the scope of the SELECT list after grouping.

        `may_be_empty`: a group may stand for no row at all, so that conditions on rows prove
        nothing. `nulls` are the expressions that GROUPING SETS may show as NULL.
        """
        return self._copy(may_be_empty=may_be_empty, group_nulls=nulls)

    def within_groups(self) -> "Scope":
        """Return the scope of an aggregate's arguments: the rows of a group."""
        return self.over_groups(may_be_empty=False, nulls=())

    def of_other_rows(self) -> "Scope":
        """Return the scope of a window function, which sees more rows than the one it is in.

        They have come through WHERE, but perhaps not to this arm of CASE, and the surrounding query
        may drop them.
        """
        if not self._local and not self.required:
            return self
        return self._copy(_local=(), required=frozenset(), _joined=None, _settled=False)

    def for_returning(self) -> "Scope":
        """Return the scope of RETURNING, whose `before` is the scope of SET and WHERE."""
        return self._copy(before=self)

    def as_joined(self, joined: JoinedRows) -> "Scope":
        """Return the same scope with other nullable sides of its joins."""
        return self._copy(_joined=joined)

    def _copy(self, **changes: object) -> "Scope":
        self.joined  # noqa: B018  # analysed once, for all copies
        scope = Scope.__new__(Scope)
        state = scope.__dict__
        state.update(self.__dict__)
        state.pop("_output", None)
        # Verdicts may differ under other conditions.
        state.update(_children={}, _columns={}, _refuted={}, _required={})
        state["_conditions"] = None
        state.update(changes)
        return scope


Rule: TypeAlias = Callable[[Node, Scope], Verdict]
"""An expression and its scope -> whether it may be NULL."""

ColumnRule: TypeAlias = Callable[[Source, Scope], Verdict]
"""A relation's column, the scope of the query that has the relation -> whether it may be NULL."""

CommandRule: TypeAlias = Callable[[Scope], tuple[Verdict, ...]]
"""A query's scope -> the verdicts of the columns that it gives."""

OutcomeRule: TypeAlias = Callable[[Node, Scope, Assumption], int]
"""A condition, its scope, an assumption -> the outcomes that the condition may have then."""

FromRule: TypeAlias = Callable[[Scope, JoinedRows], None]
"""A query's scope -> its joins, filled in; they are used meanwhile as far as they are known."""

RULES: dict[str, Rule] = {}
COLUMN_RULES: dict[int, ColumnRule] = {}
COMMAND_RULES: dict[int, CommandRule] = {}
OUTCOME_RULES: dict[str, OutcomeRule] = {}
FROM_RULES: dict[str, FromRule] = {}

_NOWHERE = Scope(
    QueryLevel(CatalogIndex(Catalog(server_version=0)), Node()),
    StatementContext(Catalog(server_version=0)),
)
