"""The findings about the plans of a project's queries."""

from ..explain import ConditionRewrite, PageEffect
from ..model.frozen import frozen
from ..model.source import Span
from .summaries import PlanSummary, QueryKey, Table


@frozen
class UnservedCondition:
    """A table that a query reads whole for its conditions, since no index serves any of them.

    `variants` say in which of the query's statements, by their labels; empty if it is the only one. `indexes` are
    statements that create indexes which would serve it, empty if none are known. `rewrites` say which of the
    conditions to write otherwise.
    """

    table: str
    conditions: tuple[str, ...]
    variants: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    rewrites: tuple[ConditionRewrite, ...] = ()


@frozen(kw_only=True)
class UnservedOrder:
    """A table from which a `:page` query reads, though no index serves its conditions and order at once.

    `order` has its keys as an index has them, `effect` is what each page takes, `variants` say which pages, empty if
    they are all. `index` is a statement that creates an index which would serve them, empty where none can.
    """

    table: str
    conditions: tuple[str, ...]
    order: tuple[str, ...]
    effect: PageEffect
    variants: tuple[str, ...]
    index: str


@frozen(kw_only=True)
class QueryFindings:
    """The findings about a query, `place` its name in the query file.

    `pages` are the orders of its pages that no index serves. `used` are the indexes in any of its plans. `unseen` are the functions that it calls, whose own statements no
    plan shows. `error` is the reason why there is no plan, empty if there is one.
    """

    name: str
    place: Span
    unserved: tuple[UnservedCondition, ...] = ()
    pages: tuple[UnservedOrder, ...] = ()
    used: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    error: str = ""


@frozen
class UnusedIndex:
    """An index that is in no plan, and enforces nothing.

    `instead` is the index on the same first key that plans use; empty if there is none.
    """

    name: str
    table: str
    instead: str = ""


@frozen(kw_only=True)
class UnindexedKey:
    """A foreign key whose table is read whole where queries delete or change the rows that it refers to.

    `queries` are their names. `through` are the tables whose rows go too, from the one that they write on.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    index: str
    queries: tuple[str, ...]
    through: tuple[str, ...] = ()


@frozen
class QueryAccess:
    """The way in which a statement of the query reads tables; `variant` is its label, `place` the query's name.

    `unserved` are the tables with conditions of which no index serves any.
    """

    place: Span
    query: str
    variant: str
    summary: PlanSummary
    unserved: frozenset[Table] = frozenset()

    @property
    def key(self) -> QueryKey:
        """Return what no other query of the project has."""
        return self.place.source.path, self.query


@frozen(kw_only=True)
class AccessChange:
    """A table that a query reads otherwise than before; `is_loss`: an index served it, and none does now."""

    query: str
    variant: str
    place: Span
    table: str
    before: str
    now: str
    is_loss: bool


@frozen(kw_only=True)
class PlanFindings:
    """The findings about all queries; `unused` and `keys` are empty where only some were asked about.

    `accesses` are the plans by statistics, those first that read the largest tables whole; `missing` are the tables
    and indexes in the statistics that the schema does not have. `changes` are those since `revision`.
    """

    queries: tuple[QueryFindings, ...]
    unused: tuple[UnusedIndex, ...] = ()
    keys: tuple[UnindexedKey, ...] = ()
    accesses: tuple[QueryAccess, ...] = ()
    missing: tuple[str, ...] = ()
    revision: str = ""
    changes: tuple[AccessChange, ...] = ()
