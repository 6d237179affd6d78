"""The generated package as data: what `translate` decides and `render` prints.

The name of a module is `""` for Python's builtins, starts with `.` for a module of the generated
package, counted from its root (`.models`), and is absolute for all others.
"""

from typing import TypeAlias

from .commands import Command
from .frozen import frozen
from .row_styles import RowStyle

# --- types -------------------------------------------------------------------------------


@frozen
class Named:
    """A class, alias or function: `Named("UUID", "uuid")`.

    `qualified`: the module is imported instead of the name (`datetime.date`). That is for names
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
    """A key of a `TypedDict`; it may be missing where it is not `required`."""

    name: str
    type: "PyType"
    required: bool = True


@frozen
class Structure:
    """A `TypedDict`, which the module of that name defines before its first use.

    `functional`: some key cannot be an attribute's name, so that the class is made by a call.
    """

    name: str
    module: str
    doc: str
    keys: tuple[Key, ...]
    functional: bool = False


PyType: TypeAlias = Named | Generic | UnionOf | LiteralOf | Structure

NONE = Named("None")

AWARE = Named("aware")
"""A function that a `:copy` defines in its body: it gives datetimes the session's time zone."""

# --- conversions of the values that psycopg returns or is given --------------------------------


@frozen
class Keep:
    """The value as it is."""


@frozen
class Discard:
    """None, whatever the value."""


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
    """Text read as psycopg reads PostgreSQL's own type of that name: `loads("date")(text)`."""

    type: str


@frozen
class Parse:
    """`function(text, item)`: PostgreSQL's text of an array or range of `item`s."""

    function: Named
    item: "Conversion"


@frozen
class FromJson:
    """JSON converted to a user's type: `from_json(type, value, "where")`."""

    type: PyType
    where: str


@frozen
class MakeRow:
    """An instance of a class made of the values of several columns: `make_row(class, values)`."""

    row: Named


@frozen
class Each:
    """The list of the converted items, none of which is None."""

    item: "Conversion"


@frozen
class Then:
    """The `second` conversion of the result of the `first`."""

    first: "Conversion"
    second: "Conversion"


@frozen
class OrNone:
    """None for None, and the converted value for all others."""

    item: "Conversion"


@frozen
class OrUnset:
    """UNSET for UNSET, and the converted value for all others."""

    item: "Conversion"


Conversion: TypeAlias = (
    Keep
    | Discard
    | Apply
    | Invoke
    | Load
    | Parse
    | FromJson
    | MakeRow
    | Each
    | Then
    | OrNone
    | OrUnset
)

# --- the parts of modules ----------------------------------------------------------------------


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

    `read` converts a value of the `raw` type, which psycopg returns, to a `type`. `write` converts
    a `type` to the value that psycopg is given, for composites that are parameters. A row within a
    row has a `width`, the number of columns that it is made of; if it is `optional`, the first of
    them tells whether there is one. `default` is the value of a parameter that need not be given.
    """

    name: str
    type: PyType
    raw: PyType
    read: Conversion = Keep()
    write: Conversion = Keep()
    width: int | None = None
    optional: bool = False
    default: Named | None = None


@frozen(kw_only=True)
class Record:
    """A row class in the configured style.

    `returned`: functions return its instances, whose fields are `read` from psycopg's values. `texts` are
    the fields as they are read from texts, None if no other row has it within. `written`: it is a
    composite type that is sent as a parameter too. `keys` are those of its fields in JSON, empty if they are
    the fields' names. `of_parameters`: it holds the parameters of a query, and is called by keyword.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    style: RowStyle = RowStyle.DATACLASS
    texts: tuple[Field, ...] | None = None
    returned: bool = True
    written: bool = False
    keys: tuple[str, ...] = ()
    of_parameters: bool = False

    @property
    def converts(self) -> bool:
        """Return whether rows are made by its `from_row` instead of by calling the class."""
        return not all(isinstance(field.read, Keep) for field in self.fields)


@frozen(kw_only=True)
class Composite:
    """A composite type's dataclass; it is `read` in results, `written` in parameters, or both.

    The `fields` are read from their texts. `columns` are the same fields, read from columns, if there
    are rows of them.
    `row` is the row class of the same name and fields, if there is one: a single class is both.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    read: bool
    written: bool
    row: Record | None = None
    columns: tuple[Field, ...] = ()


@frozen(kw_only=True)
class Choices:
    """The items of ORDER BY that a call chooses from, by the values of the argument.

    `place` is the text that stands for the item in the statement. `most` is the number of values that a
    call may give, 0 if it gives one and no sequence.
    """

    place: str
    items: tuple[tuple[str, str], ...]
    most: int


@frozen
class KeyOfPages:
    """A key of pages, as `Key(…)` of `_pages` is called: `column` is its name among those of the statement."""

    column: str
    type: str
    descending: bool
    nullable: bool
    nulls_first: bool
    labels: tuple[str, ...] = ()


@frozen(kw_only=True)
class Pages:
    """A constant that makes a page of rows: `Pages(…)` of `_pages`.

    `columns` is the number of the statement's own columns, after which it has those of `hidden` keys. `keys` are
    those of each order, by the values of the argument that chooses it; by an empty one if there is none. `title` is
    the query's name, which tokens are made for, and `comment` ends its statements.
    """

    name: str
    title: str
    columns: int
    hidden: int
    keys: tuple[tuple[str, tuple[KeyOfPages, ...]], ...]
    comment: str = ""


@frozen(kw_only=True)
class Variants:
    """A constant that makes a statement of what is given: `Variants(…)` of `_variants`.

    `parameters` are the names of the arguments for `$1`, `$2`, … The texts that may be left out are
    `conditions`, `assignments` with a comma, values that become `defaults`, and those of `sets` all
    assignments of which may be left out. `unchanged` is the statement that runs where there is nothing to set.
    `unset` are the arguments that are UNSET by default. `require_one_of` are groups of arguments.
    `order` is None if the rows come in one order.
    """

    name: str
    parameters: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()
    unset: tuple[str, ...] = ()
    require_one_of: tuple[tuple[str, ...], ...] = ()
    unchanged: str = ""
    order: Choices | None = None


@frozen
class Constant:
    """A constant with the `text` of a statement, and those that make its `variants` and its `pages`, if there are any."""

    name: str
    text: str
    variants: Variants | None = None
    pages: Pages | None = None


@frozen(kw_only=True)
class ErrorClass:
    """The class of the errors about a constraint; `bases` are psycopg's.

    `reported` are the names, of the table, view or domain and of the constraint or column, by which
    PostgreSQL reports it, with the schema in front where that is needed.
    """

    name: str
    doc: str
    bases: tuple[Named, ...]
    reported: tuple[tuple[str, ...], ...]


@frozen
class RaisedErrors:
    """The tuple, under its `name`, of the classes of the errors that a function raises.

    `caught` are psycopg's classes of these errors.
    """

    name: str
    classes: tuple[Named, ...]
    caught: tuple[Named, ...]


@frozen(kw_only=True)
class Argument:
    """A keyword-only argument of a function.

    An `optional` one is None by default, or UNSET (`unset`) if None is a value or it goes into a column.
    """

    name: str
    type: PyType
    write: Conversion
    optional: bool = False
    unset: bool = False


@frozen(kw_only=True)
class OrderArgument:
    """The keyword-only argument that chooses the order of the rows: one value or a sequence.

    It stands before the argument at `place` in the signature. `default` is the value of the first key.
    """

    name: str
    type: PyType
    default: str
    several: bool
    place: int


# --- the results of functions ------------------------------------------------------------------


@frozen
class Row:
    """Each row is an instance of a record; `converts` is the record's."""

    type: Named
    converts: bool


@frozen
class Value:
    """Each row is the value of its only column, or of all its columns if they have a `width`.

    If it is `optional`, the first column tells whether there is a value.
    """

    type: PyType
    raw: PyType
    read: Conversion
    width: int | None = None
    optional: bool = False


Shape: TypeAlias = Row | Value


@frozen(kw_only=True)
class Result:
    """The result of a function, which depends on its query's command.

    `shape` is what each row is returned as, None where the function returns no rows. `rows` is the type of
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
    `equal_lengths` are the positions of arguments, group by group, whose lists must be equally long.
    `variants` is the constant that makes the statement of what is given; `together` are the positions of
    arguments, group by group, that are given together or not at all. `deprecated` is the message to those
    who still call it, empty if it is not deprecated. `errors` are those of the constraints that it can
    violate, None if there are none. `order` is None if the rows come in one order.
    `pages` is the constant that makes pages; it *selects_order* if keys of it are no output columns.
    `read_only`: it takes any `ReadConnection`.
    `params` is the class of the object that has the arguments, None if the function takes them one by one,
    or in rows of another kind.
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...]
    values: tuple[int, ...]
    result: Result
    sql: Named
    binary: bool = False
    equal_lengths: tuple[tuple[int, ...], ...] = ()
    variants: Named | None = None
    together: tuple[tuple[int, ...], ...] = ()
    deprecated: str = ""
    errors: RaisedErrors | None = None
    order: OrderArgument | None = None
    pages: Named | None = None
    selects_order: bool = False
    read_only: bool = False
    params: Named | None = None


@frozen
class ModuleProtocol:
    """A `Protocol` with the `functions` of a module, which the module itself satisfies."""

    name: str
    doc: str
    functions: tuple[Function, ...]


# --- files -------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Module:
    """A module of the generated package.

    `name` is its dotted name below the package's root with a leading dot (`.aio.patients`), `.`
    for the root itself; `path` its file relative to the project's root. `source` is the query file
    it comes from, empty where there is none. `offered` are names of other modules that it offers as well.
    """

    name: str
    path: str
    source: str = ""
    doc: str = ""
    offered: tuple[Named, ...] = ()
    is_async: bool = False
    enums: tuple[Enum, ...] = ()
    aliases: tuple[Alias, ...] = ()
    composites: tuple[Composite, ...] = ()
    records: tuple[Record, ...] = ()
    errors: tuple[ErrorClass, ...] = ()
    constants: tuple[Constant, ...] = ()
    functions: tuple[Function, ...] = ()
    protocols: tuple[ModuleProtocol, ...] = ()


@frozen
class RuntimeFile:
    """A file that generated modules import, whose text is always the same: `source` in `render/runtime/`."""

    path: str
    source: str


@frozen
class TypedMarker:
    """`py.typed`."""

    path: str


@frozen
class SchemaUses:
    """Lists of the columns, values and INSERTs that queries use of the schema, in JSON, which `_schema.py` reads.

    A list of `columns` has what a module uses of a relation: the module, the relation's schema and name, the
    queries, and of each column its name, type, whether it must be NOT NULL, whether only views read it, and the
    positions of its queries in that list, if these are not all of them. The schema is empty where the search path finds the relation.
    The type is the one that PostgreSQL displays, empty where no query shows it.

    A list of `values` has what a module knows of the values of an enum, a domain or a column with a CHECK: the
    module, schema, relation, column, type, whether it is an enum, the values, the queries that get such values,
    and those that send them. A type that is no enum is a composite, whose values are the names of its fields.

    A list of `inserts` has INSERTs of a module into a table: the module, schema and table, the columns to which they
    give a value, the columns and the constraint that their ON CONFLICT needs, which may be empty, and the queries.
    """

    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    inserts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is used."""
        return bool(self.columns or self.values or self.inserts)


@frozen
class SchemaUsesFile:
    """The file of what all modules use of the schema."""

    path: str
    uses: SchemaUses


PythonFile: TypeAlias = Module | RuntimeFile | SchemaUsesFile | TypedMarker
