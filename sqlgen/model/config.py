"""The configuration of a project: its `[tool.sqlgen]`."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path

from .frozen import frozen
from .row_styles import RowStyle


class Mode(StrEnum):
    """Which functions are generated: synchronous ones, asynchronous ones, or both."""

    SYNC = "sync"
    ASYNC = "async"
    BOTH = "both"


class ArrayElements(StrEnum):
    """The assumption about NULL as an element of a table's array column."""

    NOT_NULL = "not-null"
    NULLABLE = "nullable"


class FieldKeys(StrEnum):
    """The keys that the fields of rows have in JSON: their names, or those in camelCase."""

    SNAKE = "snake"
    CAMEL = "camel"


class JsonNumbers(StrEnum):
    """The type that the service's decoder of JSON makes of numbers with a fraction."""

    FLOAT = "float"
    DECIMAL = "decimal"


class ParameterStyle(StrEnum):
    """The form in which functions take their parameters: by keyword, or in one object if there are many."""

    KEYWORDS = "keywords"
    OBJECT = "object"


class ModelScope(StrEnum):
    """The tables that have a class in `models`: those whose rows queries use, or all."""

    USED = "used"
    ALL = "all"


class NameKind(StrEnum):
    """The kind of a name in the configuration, as messages call it."""

    COLUMNS = "column"
    TYPES = "type"
    FUNCTIONS = "function"
    TYPED_FUNCTIONS = "function or procedure"
    CLASSES = "table, enum or composite"
    FIELDS = "column or attribute"


@frozen
class UnknownName:
    """A name in the configuration that has no effect.

    The database does not have it (`nearest` is the nearest name or `""`), or has it, but as something
    that the setting has no effect on (`not_for`, such as "a procedure"). `hint` is what to do if that is known.
    """

    kind: NameKind
    name: str
    nearest: str
    not_for: str = ""
    hint: str = ""


@frozen(kw_only=True)
class MigrateConfig:
    """`[tool.sqlgen.migrate]`: the ledger's table, seconds to wait for the lock, folder of seeds.

    The migrations are applied in each of `schemas`, if there are any. `statement_lock_timeout` is how many
    seconds their statements wait for a lock, `None` without end.
    """

    table: str = "_sqlgen_migrations"
    schemas: tuple[str, ...] = ()
    lock_timeout: float = 60.0
    statement_lock_timeout: float | None = None
    seeds: str = "seeds"


@frozen(kw_only=True)
class SchemaOrigin:
    """Where the schema comes from, if not from migrations: `schema` of `[tool.sqlgen]`.

    One of four is not empty: `dump` is the path of an SQL file, `folder` that of the migrations of another
    tool, `database` the URL of a live database, and `command` the command of another tool, whose result
    depends on the files that the patterns `watch` match.
    """

    dump: str = ""
    folder: str = ""
    database: str = field(default="", repr=False)  # may have a password
    command: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what messages call it."""
        if self.database:
            return "a live database"
        return f"`{self.dump or self.folder or ' '.join(self.command)}`"


@frozen(kw_only=True)
class Config:
    """A project's configuration, defaults filled in.

    `root` is the absolute folder of `file`, which has the configuration; the other paths are relative to it,
    with `/` between their parts. `schema` is `None` if the schema comes from the migrations. `server` is
    `"embedded"`, a folder of programs for an embedded server, or a connection URL. `role` is the role that
    queries are run as; nothing is known of it if it is empty. `extensions` is the folder of the project's
    extension shims, or `None`, and `templates` that of its own templates of generated code; `outside_folders`
    are the folders outside of the project that sources may be in. `types`, `columns` and `aliases` map a
    database type, a `table.column` (or `schema.table.column`) and an alias to a Python type expression as text,
    and `names` a table, enum or composite to its class's name. `never_null` are the user's functions that never
    return NULL, as `schema.name(types)`; `typed_functions` name those that get a Python function each, as
    `schema.name` or `schema.*`. With `errors`, there is a class for each constraint that the queries can
    violate. With `statement_names`, each statement ends with its query's name. With `plans`, the lock has what
    indexes do for each query.
    """

    root: Path
    file: str = "pyproject.toml"
    migrations: str = "migrations"
    schema: SchemaOrigin | None = None
    queries: str = "queries"
    output: str = "generated"
    mode: Mode = Mode.SYNC
    rows: RowStyle = RowStyle.DATACLASS
    fields: FieldKeys = FieldKeys.SNAKE
    server: str = field(default="embedded", repr=False)  # may have a password
    search_path: tuple[str, ...] = ("public",)
    role: str = ""
    extensions: str | None = None
    templates: str | None = None
    outside_folders: tuple[str, ...] = ()
    array_elements: ArrayElements = ArrayElements.NOT_NULL
    json_numbers: JsonNumbers = JsonNumbers.FLOAT
    errors: bool = True
    statement_names: bool = True
    protocols: bool = False
    plans: bool = False
    schema_check: bool = True
    read_connections: bool = False
    parameters: ParameterStyle = ParameterStyle.KEYWORDS
    parameter_limit: int = 1
    models: ModelScope = ModelScope.USED
    types: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    never_null: tuple[str, ...] = ()
    typed_functions: tuple[str, ...] = ()
    migrate: MigrateConfig = field(default_factory=MigrateConfig)

    @property
    def class_names(self) -> Mapping[str, str]:
        """Return the names of classes in `names`, which are in PascalCase."""
        return {key: name for key, name in self.names.items() if name[0].isupper()}

    @property
    def field_names(self) -> Mapping[str, str]:
        """Return the names of fields and parameters in `names`, by `table.column` or by `column`."""
        return {key: name for key, name in self.names.items() if name[0].islower()}

    @property
    def is_embedded(self) -> bool:
        """Return whether the server is one that sqlgen starts."""
        return self.server == "embedded" or self.server_programs is not None

    @property
    def server_programs(self) -> Path | None:
        """Return the folder of the programs to start; `None` for those of the wheel or the newest."""
        return Path(self.server) if self.server.startswith("/") else None

    @property
    def database_names(self) -> tuple[str, ...]:
        """Return the names of columns, types and functions that the configuration uses."""
        return (
            *self.columns,
            *self.types,
            *self.never_null,
            *self.typed_functions,
            *self.names,
        )
