"""The contents of a project's pages: its schema as people read it, and its queries beside it."""

from collections.abc import Mapping
from dataclasses import field

from .catalog import RelationKind
from .frozen import frozen
from .typed import TypedQuery

RelationName = tuple[str, str]
"""The schema and the name of a table, view or type."""


@frozen
class SqlToken:
    """The characters `[start:end]` of a statement, and the lexical `kind` of them."""

    kind: str
    start: int
    end: int


@frozen(kw_only=True)
class DocumentedColumn:
    """A column of a table, or an attribute of a composite type.

    `type` is with its length or precision, as `format_type` prints it. `default` is an expression, empty
    where there is none; of a generated column it is what that is generated from. `generated` is
    `stored`, `virtual` or empty, and `identity` is `always`, `by default` or empty.
    """

    name: str
    type: str
    not_null: bool = False
    default: str = ""
    generated: str = ""
    identity: str = ""
    comment: str = ""


@frozen(kw_only=True)
class DocumentedConstraint:
    """A constraint of a table or domain that is no foreign key, with its `pg_get_constraintdef`.

    `kind` is `primary key`, `unique`, `exclusion` or `check`.
    """

    name: str
    kind: str
    definition: str
    columns: tuple[str, ...] = ()
    comment: str = ""


@frozen(kw_only=True)
class DocumentedReference:
    """A foreign key with its `pg_get_constraintdef`, whatever its state."""

    name: str
    columns: tuple[str, ...]
    target: RelationName
    target_columns: tuple[str, ...]
    definition: str
    comment: str = ""


@frozen(kw_only=True)
class DocumentedIndex:
    """An index with its `pg_get_indexdef`."""

    name: str
    definition: str
    is_unique: bool = False
    is_valid: bool = True
    comment: str = ""


@frozen(kw_only=True)
class DocumentedTrigger:
    """A trigger of the user's with its `pg_get_triggerdef`, and the schema and name of its `function`."""

    name: str
    definition: str
    function: RelationName
    comment: str = ""


@frozen(kw_only=True)
class DocumentedTable:
    """A table or view of the user's; `definition` is a view's query, `parents` what it inherits from.

    `definition_tokens` cover the definition, once somebody has read them.
    """

    schema: str
    name: str
    kind: RelationKind
    columns: tuple[DocumentedColumn, ...] = ()
    constraints: tuple[DocumentedConstraint, ...] = ()
    references: tuple[DocumentedReference, ...] = ()
    indexes: tuple[DocumentedIndex, ...] = ()
    triggers: tuple[DocumentedTrigger, ...] = ()
    parents: tuple[RelationName, ...] = ()
    definition: str = ""
    definition_tokens: tuple[SqlToken, ...] = ()
    comment: str = ""

    @property
    def key(self) -> RelationName:
        """Return the schema and the name."""
        return self.schema, self.name


@frozen(kw_only=True)
class DocumentedType:
    """A type of the user's; `kind` is `enum`, `domain`, `composite` or `range`.

    `labels` are those of an enum, `base` the type under a domain or range.
    """

    schema: str
    name: str
    kind: str
    labels: tuple[str, ...] = ()
    base: str = ""
    not_null: bool = False
    default: str = ""
    constraints: tuple[DocumentedConstraint, ...] = ()
    attributes: tuple[DocumentedColumn, ...] = ()
    comment: str = ""

    @property
    def key(self) -> RelationName:
        """Return the schema and the name."""
        return self.schema, self.name


@frozen(kw_only=True)
class DocumentedRoutine:
    """A function or procedure of the user's; `kind` is `function`, `procedure`, `aggregate` or `window function`.

    `identity` are the types of its arguments, which tell it from others of its name
    (`pg_get_function_identity_arguments`). `arguments` are with names and defaults, and `result` is empty for a
    procedure. `volatility` is `immutable`, `stable` or `volatile`. `body` is empty where it is no text, as of
    a function in C; `body_tokens` cover it, once somebody has read them.
    """

    schema: str
    name: str
    kind: str
    identity: str
    arguments: str
    result: str
    language: str
    volatility: str
    is_strict: bool = False
    is_security_definer: bool = False
    body: str = ""
    body_tokens: tuple[SqlToken, ...] = ()
    comment: str = ""

    @property
    def key(self) -> RelationName:
        """Return the schema and the name, which others may have as well."""
        return self.schema, self.name


@frozen
class DocumentedSchema:
    """The tables, views, types and routines of the user's, sorted by schema and name."""

    tables: tuple[DocumentedTable, ...] = ()
    types: tuple[DocumentedType, ...] = ()
    routines: tuple[DocumentedRoutine, ...] = ()


@frozen(kw_only=True)
class DocumentedPlan:
    """The findings in the plans of a query's statements: the `used` indexes, and conditions that no index serves.

    `unserved` are sentences, each with statements that create indexes which would serve it. `error` is the
    reason why there is no plan, empty if there is one.
    """

    used: tuple[str, ...] = ()
    unserved: tuple[tuple[str, tuple[str, ...]], ...] = ()
    error: str = ""


QueryPlace = tuple[str, int]
"""The path of a query file, and where the name of the query starts in it."""


@frozen(kw_only=True)
class DocumentedQuery:
    """A query beside the Python that is generated of it.

    `module` is dotted. `parameters` and `columns` are Python types in the query's order, `errors` the
    classes of its violations; empty where there are none. `sql` is the statement as its author wrote it, which
    starts at `start` in the file, and `tokens` cover it.
    """

    typed: TypedQuery
    module: str
    signature: str
    row: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    errors: tuple[str, ...]
    sql: str
    start: int
    tokens: tuple[SqlToken, ...]

    @property
    def name(self) -> str:
        """Return the query's name."""
        return self.typed.query.name

    @property
    def place(self) -> QueryPlace:
        """Return where the query stands."""
        span = self.typed.query.name_span
        return span.source.path, span.start


@frozen(kw_only=True)
class Documentation:
    """Everything that the pages of a project show.

    `modules` are the docs of the queries' modules, by dotted name. `touched_by` are the paths of the migrations
    that touch each table, view and type, in their order; `routines_touched_by` are those of functions and
    procedures, by schema and name. `plans` are those of the queries; empty if nobody asked.
    """

    title: str
    schema: DocumentedSchema
    queries: tuple[DocumentedQuery, ...]
    modules: Mapping[str, str]
    touched_by: Mapping[RelationName, tuple[str, ...]]
    routines_touched_by: Mapping[RelationName, tuple[str, ...]] = field(
        default_factory=dict
    )
    search_path: tuple[str, ...] = ()
    plans: Mapping[QueryPlace, DocumentedPlan] = field(default_factory=dict)
