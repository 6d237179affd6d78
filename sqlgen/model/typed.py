"""A query whose every parameter and column has its exact type and nullability."""

from .catalog import DomainType, PgType
from .commands import Cardinality
from .diagnostic import Diagnostic
from .frozen import frozen
from .json_shape import JsonShape
from .query import Mark, Query


@frozen
class Override:
    """What the author wrote into the column's name: `"c!: T"`.

    `text` is all that follows the column's own name, as `describe` prints it; `type` is the Python
    type expression, or empty (also for `_`).
    """

    text: str
    mark: Mark
    type: str


@frozen
class ColumnName:
    """A column of a relation by its names: what configuration and lineage speak of."""

    schema: str
    relation: str
    column: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.relation}.{self.column}"


@frozen(kw_only=True)
class TypedParameter:
    """A parameter.

    `type` is the domain where the tree shows one. `literals` are the only values that make sense,
    from the CHECK of the column it is compared with or assigned to. `column` is that column.
    `domain` is the column's type if the literals are the domain's. `element_nullable`: whether the
    elements of an array may be NULL.
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


@frozen(kw_only=True)
class TypedColumn:
    """A column of the result.

    `name` is without the override. `nullable` has the override applied. `column` is the table
    column that the value comes from unchanged, through joins, views and CTEs. `narrowed`: that
    column may be NULL as the schema has it, and only this query's conditions or assignments prove
    that it is not. `domain` is the column's type if the literals are the domain's. `json` is what is
    known of a JSON value that is not NULL, if anything is.
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


@frozen
class Star:
    """A `*` or `t.*` at `[start:end]` of the server's text, and the columns it stood for.

    `columns` are SQL expressions, quoted where they must be (`p.id`), that give the same columns.
    """

    start: int
    end: int
    columns: tuple[str, ...]


@frozen(kw_only=True)
class TypedQuery:
    """The end of the analysis; what rendering needs and no oid of one database.

    `reads` and `writes` are the table columns that the query reads and writes, sorted.
    """

    query: Query
    parameters: tuple[TypedParameter, ...]
    columns: tuple[TypedColumn, ...]
    cardinality: Cardinality
    stars: tuple[Star, ...] = ()
    reads: tuple[ColumnName, ...] = ()
    writes: tuple[ColumnName, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
