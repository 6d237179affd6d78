"""A query whose every parameter and column has its exact type and nullability."""

from typing import Final

from .catalog import DomainType, PgType
from .commands import Cardinality
from .constraints import Violation
from .diagnostic import Diagnostic
from .frozen import frozen
from .json_shape import JsonShape
from .query import Mark, Query


@frozen
class Override:
    """The author's override in a column's name: `"c!: T"`.

    `text` is all that follows the column's own name, as `describe` prints it. `type` is the Python
    type expression, empty if there is none or only `_`.
    """

    text: str
    mark: Mark
    type: str


@frozen
class ColumnName:
    """A column of a relation, by the names that configuration and lineage use."""

    schema: str
    relation: str
    column: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.relation}.{self.column}"


@frozen
class Star:
    """A `*`, `t.*` or whole row at `[start:end]` of the server's text, and the columns it stood for.

    `columns` are SQL expressions for the same columns (`p.id`), quoted where they must be. Of a whole
    row, the first begins with `ROW(`, and the last ends with `)`: commas join them.
    """

    start: int
    end: int
    columns: tuple[str, ...]


@frozen(kw_only=True)
class TypedParameter:
    """A parameter with its type and nullability, and the `reason` for the latter.

    `type` is the domain where the tree shows one. `column` is the table column that the parameter
    is compared with or assigned to. `literals` are the values that the column's CHECK allows, empty
    if it lists none; `domain` is the column's type if the CHECK is the domain's.
    `element_nullable`: the elements of an array may be NULL. `cast`: the server describes a `record`,
    and `type` is the composite type to cast it to. `optional`: NULL means that a condition is left
    out (`:p IS NULL OR …`), so that a call need not give a value. `same_length`: the number of the first
    of the parameters whose lists must be as long as this one (`unnest(:a, :b)`), 0 if there are none.
    """

    name: str
    number: int
    type: PgType
    nullable: bool
    reason: str
    column: ColumnName | None = None
    literals: tuple[str, ...] = ()
    domain: DomainType | None = None
    element_nullable: bool = False
    cast: bool = False
    optional: bool = False
    same_length: int = 0


@frozen(kw_only=True)
class TypedColumn:
    """A column of the result with its type and nullability, and the `reason` for the latter.

    `name` is without the override, and `nullable` has it applied. `column` is the table column that
    the value comes from unchanged, through joins, views and CTEs. `narrowed`: that column may be
    NULL in the table, and only this query's conditions or assignments prove that it is not.
    `literals` are the values that the column's CHECK allows; `domain` is the column's type if the
    CHECK is the domain's. `json` is the known shape of a JSON value that is not NULL, if any.
    `written_out`: the statement that runs gives the text of the row, or an array of such texts,
    instead of values of the row type. `row_columns` are the columns that it may select for such a row
    instead, with its alias replaced too; if `nullable`, the first tells whether there is a row. `comment` is
    that of the table column.
    """

    name: str
    type: PgType
    nullable: bool
    reason: str
    override: Override | None = None
    column: ColumnName | None = None
    literals: tuple[str, ...] = ()
    domain: DomainType | None = None
    element_nullable: bool = False
    narrowed: bool = False
    json: JsonShape | None = None
    written_out: bool = False
    row_columns: Star | None = None
    comment: str = ""


NOT_PROVED: Final = "nothing proves that it only reads"
"""The reason in `TypedQuery.may_write` where no other is known."""


@frozen
class PageKey:
    """A key that the pages of a `:page` query are sorted by: its type, and whether it may be NULL."""

    type: PgType
    nullable: bool


@frozen
class InsertedRow:
    """An INSERT into a table: `columns` are those that it gives a value, sorted.

    ON CONFLICT needs a unique index over exactly the columns in `conflict`, or the `constraint`; both are empty
    where it needs neither, or where that is not known.
    """

    schema: str
    relation: str
    columns: tuple[str, ...]
    conflict: tuple[str, ...] = ()
    constraint: str = ""


@frozen(kw_only=True)
class TypedQuery:
    """A query with the results of its analysis, which hold no oid of a particular database.

    `page_keys` are those of each of `Query.page_orders` in turn. `reads` and `writes` are the table columns
    that the query reads and writes, sorted; `behind_views` are those of `reads` that only views read. `inserts`
    are its INSERTs into tables of which no trigger or rule decides what is stored. `may_write` is the reason why it may write, in whatever way; empty
    where it is proved that it does not. `violations` are the constraints that a query that writes can violate,
    `deferred_violations` those that it can violate at COMMIT. `unknown_effects` are what takes part and could
    violate others: triggers, rules and functions. `row_comment` is the comment of the table whose whole rows
    the query returns, empty if there is none.
    """

    query: Query
    parameters: tuple[TypedParameter, ...]
    columns: tuple[TypedColumn, ...]
    cardinality: Cardinality
    page_keys: tuple[PageKey, ...] = ()
    stars: tuple[Star, ...] = ()
    reads: tuple[ColumnName, ...] = ()
    writes: tuple[ColumnName, ...] = ()
    behind_views: tuple[ColumnName, ...] = ()
    inserts: tuple[InsertedRow, ...] = ()
    may_write: str = NOT_PROVED
    violations: tuple[Violation, ...] = ()
    deferred_violations: tuple[Violation, ...] = ()
    unknown_effects: tuple[str, ...] = ()
    row_comment: str = ""
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def read_only(self) -> bool:
        """Return whether the query can run in a READ ONLY transaction and on a standby server."""
        return not self.may_write

    @property
    def reads_or_writes(self) -> str:
        """Return whether the query only reads, and if not, why, in words."""
        return "only reads" if self.read_only else f"may write: {self.may_write}"

    @property
    def row_count(self) -> str:
        """Return how many rows the query gives, in words."""
        if returns := self.query.command.spec.returns:
            return f"gives {returns}"
        return _ROW_COUNTS[self.cardinality]


_ROW_COUNTS: Final = {
    Cardinality.NONE: "gives no rows",
    Cardinality.EXACTLY_ONE: "gives exactly one row",
    Cardinality.AT_MOST_ONE: "gives at most one row",
    Cardinality.MANY: "may give many rows",
}
