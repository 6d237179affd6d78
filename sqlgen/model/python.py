"""The generated package as data: what `translate` decides and `render` prints.

A module name in here is `""` for Python's builtins, starts with `.` for a module of the generated
package counted from its root (`.models`), and is an absolute module else.
"""

from typing import TypeAlias

from .commands import Command
from .config import RowStyle
from .frozen import frozen

# --- types -------------------------------------------------------------------------------


@frozen
class Named:
    """A class, alias or function: `Named("UUID", "uuid")`.

    `qualified` tells that the module is imported and not the name (`datetime.date`), for names
    that columns often have.
    """

    name: str
    module: str = ""
    qualified: bool = False


@frozen
class Generic:
    """`origin[arguments]`."""

    origin: Named
    arguments: tuple["PyType", ...]


@frozen
class UnionOf:
    """`a | b`."""

    members: tuple["PyType", ...]


@frozen
class LiteralOf:
    """`Literal["a", "b"]`."""

    values: tuple[str, ...]


@frozen
class Key:
    """A key of a `TypedDict`; it may be missing if it is not `required`."""

    name: str
    type: "PyType"
    required: bool = True


@frozen
class Structure:
    """A `TypedDict` that the module of that name defines where it is used first.

    `functional`: some key is no name, so that it must be made by a call. `extended` takes it from
    `typing_extensions`, as pydantic wants before Python 3.12.
    """

    name: str
    module: str
    doc: str
    keys: tuple[Key, ...]
    functional: bool = False
    extended: bool = False


PyType: TypeAlias = Named | Generic | UnionOf | LiteralOf | Structure

NONE = Named("None")

# --- conversions: from what psycopg gives, to what psycopg takes -------------------------------


@frozen
class Keep:
    """The value as it is."""


@frozen
class Apply:
    """`function(value)`, or `function.method(value)`."""

    function: Named
    method: str = ""


@frozen
class Invoke:
    """`value.method()`."""

    method: str


@frozen
class Load:
    """Text into what psycopg makes of PostgreSQL's own type of that name: `loads("date")(text)`."""

    type: str


@frozen
class Parse:
    """`function(text, item)`: PostgreSQL's text of an array or range of `item`s."""

    function: Named
    item: "Conversion"


@frozen
class FromJson:
    """JSON made into a type of the user's: `from_json(type, value, "where")`."""

    type: PyType
    where: str


@frozen
class Each:
    """A list of the converted items, none of which is None."""

    item: "Conversion"


@frozen
class Then:
    """One conversion after the other."""

    first: "Conversion"
    second: "Conversion"


@frozen
class OrNone:
    """None stays None, everything else is converted."""

    item: "Conversion"


Conversion: TypeAlias = (
    Keep | Apply | Invoke | Load | Parse | FromJson | Each | Then | OrNone
)

# --- what modules are made of ------------------------------------------------------------------


@frozen
class Enum:
    """A `StrEnum`; `members` are names and labels in the type's order."""

    name: str
    doc: str
    members: tuple[tuple[str, str], ...]


@frozen
class Alias:
    """`name: TypeAlias = …`; `doc` may be empty."""

    name: str
    type: PyType
    doc: str


@frozen(kw_only=True)
class Field:
    """A field of a row or composite.

    `raw` is the type that psycopg gives and `read` makes a `type` of it. `write` makes of a `type`
    what psycopg is given (composites that are parameters).
    """

    name: str
    type: PyType
    raw: PyType
    read: Conversion = Keep()
    write: Conversion = Keep()


@frozen(kw_only=True)
class Record:
    """A row class in the configured style."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    style: RowStyle = RowStyle.DATACLASS

    @property
    def converts(self) -> bool:
        """Whether rows are made by its `from_row` rather than by calling the class."""
        return not all(isinstance(field.read, Keep) for field in self.fields)


@frozen(kw_only=True)
class Composite:
    """A composite type's dataclass; `read` and `written` tell which ways it travels."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    read: bool
    written: bool


@frozen
class Constant:
    """The text of a statement under its name."""

    name: str
    text: str


@frozen(kw_only=True)
class Argument:
    """A keyword-only argument of a function."""

    name: str
    type: PyType
    write: Conversion


# --- what functions return ---------------------------------------------------------------------


@frozen
class Row:
    """Each row is an instance of a record; `converts` is the record's."""

    type: Named
    converts: bool


@frozen
class Value:
    """Each row is its only column's value."""

    type: PyType
    raw: PyType
    read: Conversion


Shape: TypeAlias = Row | Value


@frozen(kw_only=True)
class Result:
    """What a function returns, and how it runs: by its query's command.

    `shape` is what each row becomes, None where the function returns no rows. `rows` is the type of
    each row of parameters that a bulk command takes, None for others. `column_types` are the types
    of a `:copy` in the binary format, empty for the text format.
    """

    command: Command
    shape: Shape | None = None
    rows: PyType | None = None
    column_types: tuple[str, ...] = ()


@frozen(kw_only=True)
class Function:
    """A generated function.

    `arguments` are in the order of the signature, `values` their positions in the order of `$1`,
    `$2`, … `sql` is the constant with the statement. Of a bulk command, the arguments are
    what each row holds; a lone one is the row itself. `binary`: the rows are fetched in binary.
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...]
    values: tuple[int, ...]
    result: Result
    sql: Named
    binary: bool = False


# --- files -------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Module:
    """A module of the generated package.

    `name` is its dotted name below the package's root with a leading dot (`.aio.patients`), `.`
    for the root itself; `path` its file relative to the project's root. `source` is the query file
    it comes from, empty where there is none.
    """

    name: str
    path: str
    source: str = ""
    doc: str = ""
    is_async: bool = False
    enums: tuple[Enum, ...] = ()
    aliases: tuple[Alias, ...] = ()
    composites: tuple[Composite, ...] = ()
    records: tuple[Record, ...] = ()
    constants: tuple[Constant, ...] = ()
    functions: tuple[Function, ...] = ()


@frozen
class Support:
    """The file of helpers that generated modules share, always the same text."""

    path: str


@frozen
class JsonSupport:
    """The file of helpers that make values of the user's types of JSON, and back."""

    path: str


@frozen
class TypedMarker:
    """`py.typed`."""

    path: str


PythonFile: TypeAlias = Module | Support | JsonSupport | TypedMarker
