"""What the server says of one query."""

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
    """A column of the result as Describe gives it, its type domain-less (what is on the wire)."""

    name: str
    type: PgType
    origin: TableColumn | None


@frozen
class Description:
    """A query with its parameters' and columns' types, in order.

    `tree` is the analysed query as `debug_print_parse` prints it, unwrapped to one line; its
    locations are byte offsets into `query.sql.text` encoded as UTF-8. It is empty for a utility
    statement whose tree has none. `digest` tells apart what the server has answered, oids included.
    """

    query: Query
    parameter_types: tuple[PgType, ...]
    columns: tuple[ResultColumn, ...]
    tree: str
    digest: bytes = b""
