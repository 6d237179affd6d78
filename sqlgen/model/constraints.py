"""The constraints that a write may violate, and what else happens when rows change."""

from enum import StrEnum

from .frozen import frozen


class ConstraintKind(StrEnum):
    """The kind of a constraint, which decides on the error's SQLSTATE.

    A CHECK OPTION is that of a view. A `RESTRICT` key is a foreign key with ON DELETE or ON UPDATE RESTRICT,
    which has a SQLSTATE of its own since PostgreSQL 18.
    """

    UNIQUE = "unique"
    EXCLUSION = "exclusion"
    CHECK = "check"
    CHECK_OPTION = "check option"
    FOREIGN_KEY = "foreign key"
    RESTRICT_KEY = "restrict key"
    NOT_NULL = "not null"


@frozen
class Violation:
    """A constraint as PostgreSQL names it in the error about its violation.

    `relation` is the table, the view or the domain. Of a foreign key, it is the table that refers to the other.
    `name` is that of the constraint or index, of NOT NULL that of the column. A domain's NOT NULL and a
    CHECK OPTION have none. `definition` is for people. `aliases` are the pairs of relation and name by which
    partitions, other descendants and domains over this one report it, with the schema in front where another
    schema has the same pair. If one has the same as its own, all three are among them.
    """

    kind: ConstraintKind
    schema: str
    relation: str
    name: str
    definition: str
    aliases: tuple[tuple[str, ...], ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Return whether another schema has the same names of relation and constraint."""
        return (self.schema, self.relation, self.name) in self.aliases

    @property
    def reported_as(self) -> tuple[tuple[str, ...], ...]:
        """Return the names in PostgreSQL's errors: of relation and constraint, where needed with the schema."""
        own = (self.relation, self.name)
        return self.aliases if self.is_ambiguous else (own, *self.aliases)


@frozen(kw_only=True)
class Constraint:
    """A constraint of a table or of its descendants, and when it is checked.

    `columns` are the columns that it depends on, `None` if that may be any. `is_deferred`: it is checked
    at COMMIT. `is_unstable`: a row may satisfy it now and violate it later, although none of the columns
    has changed, since it is NOT VALID or asks for the time. `oids` are those of its entries in
    `pg_constraint`. `takes_inserts`: rows that are inserted into the table itself must satisfy it.
    Of an index, `keys` are the parts that are columns, `expressions` counts the others, `predicate` is the
    tree of its WHERE clause, and `nulls_conflict` says that two NULLs are the same.
    """

    violation: Violation
    columns: tuple[str, ...] | None
    is_deferred: bool = False
    is_unstable: bool = False
    oids: frozenset[int] = frozenset()
    takes_inserts: bool = True
    keys: tuple[str, ...] = ()
    expressions: int = 0
    predicate: str = ""
    nulls_conflict: bool = False


@frozen(kw_only=True)
class IncomingKey:
    """A foreign key that refers to a table, as changes of that table see it.

    `source` is the table with the key and `source_columns` its columns, `target_columns` the columns
    that they refer to. `on_delete` and `on_update` are `pg_constraint.confdeltype` and `confupdtype`:
    `a` for NO ACTION, `r` RESTRICT, `c` CASCADE, `n` SET NULL, `d` SET DEFAULT. `set_columns` are those
    that ON DELETE SET … changes.
    """

    constraint: Constraint
    source: int
    source_columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    set_columns: tuple[str, ...]


@frozen(kw_only=True)
class Trigger:
    """A trigger of the user's: `events` are of `insert`, `update`, `delete`.

    `columns` are those of `UPDATE OF`, empty for all. `is_before_row`: it is BEFORE … FOR EACH ROW. `body` is the
    source of its function if that is written in PL/pgSQL, else empty.
    """

    name: str
    events: frozenset[str]
    columns: tuple[str, ...]
    is_before_row: bool
    function: str
    body: str


DomainName = tuple[str, str]
"""The schema and the name of a domain."""
