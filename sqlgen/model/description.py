"""The server's description of a query."""

from .catalog import PgType
from .frozen import frozen
from .query import Query


@frozen
class TableColumn:
    """A column of a relation, by the relation's oid and the column's attribute number."""

    table: int
    number: int


@frozen
class ResultColumn:
    """A column of the result from the Describe message: its wire type, which is never a domain."""

    name: str
    type: PgType
    origin: TableColumn | None


@frozen
class PageTree:
    """The analysed tree of a `:page` statement that selects the keys of its order after its own columns.

    `types` are those of its columns. Each condition that is a part is one of which nothing is known.
    """

    tree: str
    types: tuple[PgType, ...]


@frozen
class VariantTrees:
    """The analysed trees of a statement without some of its `Query.parts`, and by other keys of its order.

    `without` are the trees without one part, for each part; empty for the only assignment of a SET. In
    `unknown` each condition that is a part is one of which nothing is known; empty if there is none. `unchanged`
    is that of `Query.unchanged`, empty if it is not there. `sorted` are those by each key of the order but the
    first, `pages` those for `Query.page_orders`. All have the parameter types of the whole statement.
    """

    without: tuple[str, ...]
    unknown: str
    unchanged: str = ""
    sorted: tuple[str, ...] = ()
    pages: tuple[PageTree, ...] = ()


@frozen
class Description:
    """A query with its parameters' and columns' types, in order.

    `tree` is the analysed query as `debug_print_parse` prints it, unwrapped to one line; its
    locations are byte offsets into `query.sql.text` encoded as UTF-8. It is empty for a utility
    statement whose tree has none. `variants` is None if there is only one statement. `digest` differs where the server's answers differ, oids included.
    """

    query: Query
    parameter_types: tuple[PgType, ...]
    columns: tuple[ResultColumn, ...]
    tree: str
    digest: bytes = b""
    variants: VariantTrees | None = None

    @property
    def tree_of_all_keys(self) -> str:
        """Return the tree, with those of the other keys of the order; empty if there is none."""
        others = self.variants.sorted if self.variants and self.tree else ()
        return " ".join([self.tree, *others])

    @property
    def all_trees(self) -> tuple[str, ...]:
        """Return the trees of all statements that calls can run; empty for a utility statement."""
        if not self.tree:
            return ()
        trees = [self.tree]
        if variants := self.variants:
            trees += filter(None, (*variants.without, variants.unchanged))
            trees += variants.sorted
            trees += [page.tree for page in variants.pages]
        return tuple(trees)
