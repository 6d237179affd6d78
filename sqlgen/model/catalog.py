"""The facts about a database from PostgreSQL's catalogs, read once after its migrations."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from .constraints import Constraint, DomainName, IncomingKey, Trigger, Violation
from .frozen import frozen
from .postgres import FIRST_NORMAL_OBJECT_ID


@frozen(kw_only=True)
class ScalarType:
    """A base type or pseudo-type; `display` is its `format_type(oid, NULL)`."""

    schema: str
    name: str
    display: str


@frozen(kw_only=True)
class EnumType:
    """`CREATE TYPE … AS ENUM`; `labels` in the type's order; `comment` may be empty."""

    schema: str
    name: str
    display: str
    labels: tuple[str, ...]
    comment: str = ""


@frozen(kw_only=True)
class ArrayType:
    """A true array type (`pg_type.typcategory` A with an element type).

    `dimensions` are the numbers of dimensions that the values may have, which are no part of the type
    in PostgreSQL. One is assumed of stored arrays, parameters and the like; a query that makes an
    array of arrays shows that it has more. An empty array has none, whatever is said here.
    """

    schema: str
    name: str
    display: str
    element: "PgType"
    dimensions: tuple[int, ...] = (1,)


@frozen(kw_only=True)
class DomainType:
    """`CREATE DOMAIN`.

    `not_null`: the domain has a NOT NULL constraint, which holds for stored columns but not for
    every value of the domain. `literals` are the only values that its CHECK constraints allow, if
    one has the form `VALUE IN ('a', 'b')`; empty otherwise.
    """

    schema: str
    name: str
    display: str
    base: "PgType"
    not_null: bool
    literals: tuple[str, ...] = ()
    comment: str = ""


@frozen
class CompositeField:
    """A field of a composite type; `not_null` only for the row type of a table.

    The rest is known of rows that a query returns. `column` is the table column that a value in a row of the
    query's own comes from unchanged: its schema, relation and name. `literals` are the values that the column's
    CHECK allows. `override` is the Python type expression that the author wrote into the field's
    name (`"c: T"`). `comment` is that of the column or attribute; it may be empty. `element_nullable`: the
    elements of an array may be NULL; those of stored composites are as the project's setting has it.
    """

    name: str
    type: "PgType"
    not_null: bool = False
    column: tuple[str, str, str] | None = None
    literals: tuple[str, ...] = ()
    override: str = ""
    comment: str = ""
    element_nullable: bool = False


@frozen(kw_only=True)
class CompositeType:
    """`CREATE TYPE … AS (…)`, or the row type of a table or view (`is_relation`), which has the comment of that.

    `of_query`: no type of the database, but the row of a subquery, CTE or function in a query.
    """

    schema: str
    name: str
    display: str
    fields: tuple[CompositeField, ...]
    is_relation: bool = False
    comment: str = ""
    of_query: bool = False


@frozen(kw_only=True)
class RangeType:
    """A range type, or a multirange type of one (`multirange`)."""

    schema: str
    name: str
    display: str
    subtype: "PgType"
    multirange: bool


PgType = ScalarType | EnumType | ArrayType | DomainType | CompositeType | RangeType


@frozen(kw_only=True)
class Column:
    """A column of a relation that is not dropped.

    `not_null` is `pg_attribute.attnotnull` where it is enforced for every row: false for a constraint that is
    NOT VALID and for foreign tables. `has_default`: the column or its type has a DEFAULT, or it is generated.
    `literals` are the only values that the column's validated CHECK constraints allow (`c IN ('a', 'b')`),
    empty where there is no such constraint. `generated` is `pg_attribute.attgenerated` (`""`, `"s"` stored or
    `"v"` virtual), of the column itself or of that of a child, and `expression` the tree (`pg_attrdef.adbin`)
    that it is generated from in every row, empty where children have another. `default` is the tree of its own
    DEFAULT, empty where it has none. `default_fits`: that, or NULL without one, is known to satisfy the
    constraints of the column's domain. `modifier` is `pg_attribute.atttypmod`, which has a length or a precision,
    and is -1 where there is none.
    """

    name: str
    number: int
    type: PgType
    not_null: bool
    has_default: bool = False
    generated: str = ""
    expression: str = ""
    default: str = ""
    default_fits: bool = False
    identity: bool = False
    literals: tuple[str, ...] = ()
    comment: str = ""
    modifier: int = -1


@frozen
class UniqueKey:
    """A valid, immediate, total unique index or constraint over plain columns (their numbers).

    The index's operators agree with the columns' own `=`.
    """

    columns: tuple[int, ...]
    primary: bool = False


@frozen(kw_only=True)
class UniqueIndex:
    """A valid, immediate unique index over expressions, or over some of the rows only.

    `columns` are the numbers of its plain columns. `expressions` is the list of its other parts
    (`pg_index.indexprs`), empty where there are none, and `collations` are the collations of these.
    `predicate` is `pg_index.indpred`, empty for all rows. `definition` is for people.
    """

    columns: tuple[int, ...]
    expressions: str
    collations: tuple[int, ...]
    predicate: str
    definition: str


@frozen(kw_only=True)
class ForeignKey:
    """A foreign key that is enforced, validated and not deferrable, MATCH SIMPLE or FULL.

    No trigger or rule can suppress its CASCADE or SET ….
    """

    columns: tuple[int, ...]
    target: int
    target_columns: tuple[int, ...]


@frozen
class Check:
    """A validated CHECK constraint: `pg_constraint.conbin` and `pg_get_constraintdef`."""

    name: str
    tree: str
    definition: str


@frozen
class DomainValues:
    """The constraints that each value of a domain fulfils: its own validated CHECKs, and its `pg_type.typtypmod`.

    The CHECKs of a domain that it is based on are not among them.
    """

    checks: tuple[Check, ...]
    modifier: int


class RelationKind(StrEnum):
    """`pg_class.relkind`."""

    TABLE = "r"
    PARTITIONED = "p"
    VIEW = "v"
    MATERIALIZED_VIEW = "m"
    FOREIGN_TABLE = "f"
    COMPOSITE = "c"
    SEQUENCE = "S"


@frozen(kw_only=True)
class Relation:
    """A table, view or the like.

    `columns` maps attribute numbers to columns. `tree` is the analysed query of a view or
    materialised view (the SELECT rule's `pg_rewrite.ev_action`, one QUERY in a list), empty for
    the rest and for views of the system's schemas. `row_triggers` are the row-level triggers that
    may change what is stored, as pairs such as `("before", "insert")` or
    `("instead of", "update")`. `has_rules`: rules of the user's replace or add statements;
    `has_insert_rules`: some of them do so for INSERT. `has_children`: inheritance children or partitions.
    `row_security`: policies may hide rows (`pg_class.relrowsecurity`); `policies` are the trees of the
    conditions that a SELECT obeys then. `own_table`: a table that the schema makes, no partition and none of
    an extension. `constraints` are all that a write of the
    table or its descendants may violate, `incoming` the foreign keys that refer to these, and `triggers`
    all triggers of the user's on these. `partition_key` are the columns that decide on a row's partition,
    `None` if any may do so. `check_option` is that of a view: `local`, `cascaded` or empty.
    `shares_name`: a view of another schema has the same name.
    """

    oid: int
    schema: str
    name: str
    kind: RelationKind
    columns: Mapping[int, Column]
    unique_keys: tuple[UniqueKey, ...] = ()
    unique_indexes: tuple[UniqueIndex, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    tree: str = ""
    row_triggers: frozenset[tuple[str, str]] = frozenset()
    has_rules: bool = False
    has_insert_rules: bool = False
    has_children: bool = False
    row_security: bool = False
    own_table: bool = False
    policies: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    incoming: tuple[IncomingKey, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    partition_key: tuple[str, ...] | None = ()
    check_option: str = ""
    shares_name: bool = False
    comment: str = ""


@frozen(kw_only=True)
class Routine:
    """A routine: a function, aggregate, window function or procedure.

    `arguments` are the types of the input arguments, and `all_arguments` all arguments as
    `(mode, name, type)`, with their modes (`pg_proc.proargmodes`: i, o, b, v, t); types are as
    `format_type` prints them. `kind` is `pg_proc.prokind`. `body` is `pg_proc.prosqlbody`, the tree
    of a SQL-standard body, empty where there is none. `extension` is the extension that the routine
    belongs to, empty if there is none. `volatile`: two calls in one statement may differ
    (`pg_proc.provolatile` v). `defaults`: so many of the last input arguments have a default
    (`pg_proc.pronargdefaults`). `comment` is that of a user's routine.
    """

    oid: int
    schema: str
    name: str
    arguments: tuple[str, ...]
    result: str
    kind: str
    strict: bool
    returns_set: bool
    variadic: bool = False
    language: str = ""
    body: str = ""
    all_arguments: tuple[tuple[str, str, str], ...] = ()
    extension: str = ""
    volatile: bool = False
    defaults: int = 0
    comment: str = ""

    @property
    def system(self) -> bool:
        """Return whether it comes with PostgreSQL itself: user-defined objects have larger oids."""
        return self.oid < FIRST_NORMAL_OBJECT_ID

    @property
    def signature(self) -> str:
        """`name(type, type)`, without the schema, as curated lists write it."""
        return f"{self.name}({', '.join(self.arguments)})"


@frozen(kw_only=True)
class Catalog:
    """The facts that inference needs; keys are oids of this one database.

    `operators` maps an operator's oid to its name (`=`, `||`), for reasons that people read. `domains`
    are the constraints that values of each domain may violate, `domain_values` what its values fulfil.
    `server_version` is `server_version_num`, for instance 180006.
    """

    server_version: int
    types: Mapping[int, PgType] = field(default_factory=dict)
    relations: Mapping[int, Relation] = field(default_factory=dict)
    functions: Mapping[int, Routine] = field(default_factory=dict)
    operators: Mapping[int, str] = field(default_factory=dict)
    domains: Mapping[DomainName, tuple[Violation, ...]] = field(default_factory=dict)
    domain_values: Mapping[DomainName, DomainValues] = field(default_factory=dict)
