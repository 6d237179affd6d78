"""A query level: where its Vars, conditions and joins are looked up.

A Var names a relation of the level that it stands in, or of one `varlevelsup` levels further out.
Levels form a chain of `Scope`s, the statement's own with depth 0.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

from ...model.catalog import Catalog, Function, Relation
from ..tree.enums import CmdType
from ..tree.nodes import Node
from . import outer_joins
from .conditions import Assumption, Condition, conjuncts, outcome
from .context import Context
from .registry import COLUMNS, COMMANDS, RULES
from .verdict import Verdict, maybe

_REPEATABLE = frozenset({"OPEXPR", "AGGREF"})
_STABLE = frozenset({"AGGREF", "CONST", "PARAM", "RELABELTYPE", "TARGETENTRY", "VAR"})


class Scope:
    """A query with what it stands in.

    `required` are the columns (from 1) that the surrounding query lets be no NULL. `narrows` tells
    whether the rows that are looked at are those that pass the query's conditions.
    """

    def __init__(
        self,
        query: Node,
        context: Context,
        parent: "Scope | None" = None,
        *,
        required: frozenset[int] = frozenset(),
        narrows: bool = True,
    ) -> None:
        self.query = query
        self.context = context
        self.parent = parent
        self.required = required
        # MERGE's condition does not hold for the rows that do not match.
        self.narrows = narrows and query.number("commandType") != CmdType.MERGE
        self.depth: int = parent.depth + 1 if parent else 0
        self.rtable = query.nodes("rtable")
        self.recursive: dict[str, tuple[Verdict, ...]] = {}
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
        self._joined: outer_joins.Joined | None = None
        self._settled = False  # whether all that holds of the joins has been found out

    @property
    def catalog(self) -> Catalog:
        """The database's facts."""
        return self.context.catalog

    def verdict(self, node: Node | None) -> Verdict:
        """What the expression *node* may be in a row of this level."""
        if node is None:
            return maybe("nothing is known of it")
        for grouped in self.group_nulls:
            if node.same(grouped):
                return maybe(GROUPING_SETS, node.location)
        found = RULES.get(node.tag)
        if found is None:
            return maybe("nothing is known of this expression", node.location)
        verdict = found(node, self)
        if verdict.nullable and node.tag in _REPEATABLE and self._is_tested(node):
            reason = "a condition keeps only rows where this expression is not NULL"
            return verdict.but(nullable=False, reason=reason)
        return verdict

    def _is_tested(self, node: Node) -> bool:
        """Whether a condition of this level tests the very expression: `x ->> 'a' IS NOT NULL`.

        Only where it is worked out to the same value wherever it stands.
        """
        if self.before is not None or not all(map(self._is_stable, node.walk())):
            return False
        return self.refuting(Assumption(self.depth, expression=node)) is not None

    def _is_stable(self, node: Node) -> bool:
        if node.tag == "OPEXPR":
            function = self.function(node.number("opfuncid"))
            return function is not None and function.system
        return node.tag in _STABLE

    def columns(self) -> tuple[Verdict, ...]:
        """What the query gives back, column by column."""
        return self._output

    @cached_property
    def _output(self) -> tuple[Verdict, ...]:
        found = COMMANDS.get(self.query.number("commandType"))
        return found(self) if found else ()

    def column(self, varno: int, attno: int) -> Verdict:
        """A column of a relation of this level as the relation itself gives it."""
        key = varno, attno
        if key not in self._columns:
            entry = self.entry(varno)
            found = entry and COLUMNS.get(entry.number("rtekind"))
            if not entry or not found:
                return maybe("nothing is known of where it comes from")
            self._columns[key] = found(entry, varno, attno, self)
        return self._columns[key]

    def entry(self, varno: int) -> Node | None:
        """The entry of the range table that a Var's *varno* means."""
        return self.rtable[varno - 1] if 0 < varno <= len(self.rtable) else None

    def up(self, levels: int) -> "Scope":
        """The level that is *levels* further out."""
        if not levels:
            return self
        scope = self
        for _ in range(levels):
            if scope.parent is None:
                return _NOWHERE
            scope = scope.parent
        return scope

    def child(self, query: Node, required: frozenset[int] = frozenset()) -> "Scope":
        """The level of a subquery."""
        key = id(query), required
        if key not in self._children:
            self._children[key] = Scope(query, self.context, self, required=required)
        return self._children[key]

    def within(
        self, oid: int, required: frozenset[int], make: "Callable[[], Scope | None]"
    ) -> "Scope | None":
        """The level of a view's query, made once."""
        key = -oid, required
        if key not in self._children:
            made = make()
            if made is None:
                return None
            self._children[key] = made
        return self._children[key]

    def relation(self, entry: Node) -> Relation | None:
        """The table or view that an entry of the range table is."""
        return self.catalog.relations.get(entry.number("relid"))

    def function(self, oid: int) -> Function | None:
        """The function of that oid."""
        return self.catalog.functions.get(oid)

    @property
    def joined(self) -> outer_joins.Joined:
        """What the query's joins and conditions do to its relations."""
        if self._joined is None:
            self._joined = outer_joins.Joined()
            outer_joins.analyse(self, self._joined)
            self._settled = True
        return self._joined

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is true of every row that is looked at."""
        if self._conditions is not None:
            return self._conditions
        of_rows = () if self.may_be_empty else self.joined.conditions
        found = (*self._local, *of_rows, *self._having)
        if self._settled:
            self._conditions = found
        return found

    @cached_property
    def _having(self) -> tuple[Condition, ...]:
        having = self.query.node("havingQual")
        if having is None or not self.narrows:
            return ()
        return tuple(Condition(part, "HAVING") for part in conjuncts(having))

    def refuting(self, assumption: Assumption) -> Condition | None:
        """A condition that no row passes for which the *assumption* holds, if there is one.

        Looked for on this level and those around it, out to the level that the assumption is about.
        """
        if assumption in self._refuted:
            return self._refuted[assumption]
        found = self._refuting(assumption)
        if self._settled:
            self._refuted[assumption] = found
        return found

    def _refuting(self, assumption: Assumption) -> Condition | None:
        scope: Scope | None = self
        while scope is not None and scope.depth >= assumption.depth:
            for condition in scope.conditions:
                if (
                    not outcome(condition.expression, scope, assumption)
                    & condition.allowed
                ):
                    return condition
            scope = scope.parent
        return None

    def required_of(self, varno: int) -> frozenset[int]:
        """The columns of a relation that the query's own WHERE and ON let be no NULL."""
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
            found = frozenset(
                attno
                for attno in named
                if attno > 0 and self._none_passes(conditions, varno, attno)
            )
            if not self._settled:
                return found
            self._required[varno] = found
        return self._required[varno]

    def _none_passes(
        self, conditions: Iterable[Condition], varno: int, attno: int
    ) -> bool:
        assumption = Assumption(self.depth, columns=frozenset({(varno, attno)}))
        return any(
            not outcome(condition.expression, self, assumption) & condition.allowed
            for condition in conditions
        )

    def assuming(self, *conditions: Condition) -> "Scope":
        """The same level, for an expression that is looked at only where *conditions* hold."""
        return self._copy(_local=(*conditions, *self._local))

    def over_groups(self, *, may_be_empty: bool, nulls: tuple[Node, ...]) -> "Scope":
        """The same level as the SELECT list sees it after grouping.

        `may_be_empty`: a group may stand for no row at all, so that conditions on rows prove
        nothing. `nulls` are the expressions that GROUPING SETS may show as NULL.
        """
        return self._copy(may_be_empty=may_be_empty, group_nulls=nulls)

    def within_groups(self) -> "Scope":
        """The same level as an aggregate's arguments see it: the rows of a group."""
        return self.over_groups(may_be_empty=False, nulls=())

    def of_other_rows(self) -> "Scope":
        """The same level as a window function sees it, which looks at more rows than the one it is in.

        They have come through WHERE, but perhaps not to this arm of CASE, and the surrounding query
        may drop them.
        """
        if not self._local and not self.required:
            return self
        return self._copy(_local=(), required=frozenset(), _joined=None, _settled=False)

    def for_returning(self) -> "Scope":
        """The same level as RETURNING sees it: `before` is how it was for SET and WHERE."""
        return self._copy(before=self)

    def as_joined(self, joined: "outer_joins.Joined") -> "Scope":
        """The same level with another view of its joins."""
        return self._copy(_joined=joined)

    def _copy(self, **changes: object) -> "Scope":
        self.joined  # noqa: B018  # worked out once, for all copies
        scope = Scope.__new__(Scope)
        known = scope.__dict__
        known.update(self.__dict__)
        known.pop("_output", None)
        # What is looked up under other conditions may come out otherwise.
        known.update(_children={}, _columns={}, _refuted={}, _required={})
        known["_conditions"] = None
        known.update(changes)
        return scope


GROUPING_SETS = (
    "GROUPING SETS, ROLLUP and CUBE give NULL for what a row is not grouped by"
)
_NOWHERE = Scope(Node(), Context(Catalog(server_version=0)))
