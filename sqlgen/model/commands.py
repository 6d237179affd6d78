"""The commands of queries: a row for each says all that the stages need to know of it."""

from enum import Enum, StrEnum
from typing import Self

from .frozen import frozen


class Cardinality(StrEnum):
    """The number of rows that a query returns: promised by its command, or proved."""

    NONE = "none"
    EXACTLY_ONE = "one"
    AT_MOST_ONE = "optional"
    MANY = "many"


class Columns(Enum):
    """The use that a command makes of its statement's columns."""

    RETURNED = "the function returns them"
    DROPPED = "they are neither analysed nor returned"
    REFUSED = "the statement must have none"


class Accepts(Enum):
    """The statements that a command can run."""

    ANYTHING = "any statement"
    READ_ONLY_SELECT = "`SELECT` and `VALUES` that change no data, for DECLARE CURSOR"
    INSERT_VALUES = "`INSERT INTO … VALUES (…)` of parameters only, for COPY"


@frozen(kw_only=True)
class CommandSpec:
    """A command: the word after the colon in a query's header (`-- name: get :one`).

    `columns` is the use that it makes of the statement's columns; `needs_columns`: there must be
    some. `accepts` are the statements that it can run. `promises` is the number of rows that callers
    rely on; there is a warning where the analysis proves another. `bulk`: the function takes many
    rows of parameters at once.

    `helpers` are the functions of the generated `_support` module that its branch of
    `function.jinja` calls. `returns` says in words what the function returns, empty where that is
    the statement's rows. `synonyms` are the names of the command in other tools.
    """

    name: str
    columns: Columns
    needs_columns: bool = False
    accepts: Accepts = Accepts.ANYTHING
    promises: Cardinality = Cardinality.MANY
    bulk: bool = False
    helpers: tuple[str, ...] = ()
    returns: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def takes_row_class(self) -> bool:
        """Return whether a query may name its row class."""
        return self.columns is Columns.RETURNED

    @property
    def always_returns_rows(self) -> bool:
        """Return whether the function returns rows for every statement that it accepts."""
        return self.needs_columns and self.columns is Columns.RETURNED


class Command(StrEnum):
    """The command of a query; its value is its name, and its `spec` the row that describes it."""

    spec: CommandSpec

    def __new__(cls, spec: CommandSpec) -> Self:
        """Make the member of a row."""
        member = str.__new__(cls, spec.name)
        member._value_ = spec.name
        member.spec = spec
        return member

    ONE = CommandSpec(
        name="one",
        columns=Columns.RETURNED,
        needs_columns=True,
        promises=Cardinality.EXACTLY_ONE,
        helpers=("one",),
        synonyms=("single", "scalar"),
    )
    OPTIONAL = CommandSpec(
        name="optional",
        columns=Columns.RETURNED,
        needs_columns=True,
        promises=Cardinality.AT_MOST_ONE,
        helpers=("optional",),
        synonyms=("first", "maybe"),
    )
    MANY = CommandSpec(
        name="many",
        columns=Columns.RETURNED,
        needs_columns=True,
        synonyms=("all", "list"),
    )
    STREAM = CommandSpec(
        name="stream",
        columns=Columns.RETURNED,
        needs_columns=True,
        accepts=Accepts.READ_ONLY_SELECT,
    )
    PAGE = CommandSpec(
        name="page",
        columns=Columns.RETURNED,
        needs_columns=True,
        accepts=Accepts.READ_ONLY_SELECT,
        synonyms=("pages", "paginate", "paginated"),
    )
    EXEC = CommandSpec(name="exec", columns=Columns.DROPPED)
    EXECROWS = CommandSpec(
        name="execrows",
        columns=Columns.DROPPED,
        returns="the number of rows affected",
        synonyms=("execresult",),
    )
    BATCH = CommandSpec(
        name="batch",
        columns=Columns.RETURNED,
        bulk=True,
        helpers=("items_of",),
        synonyms=("batchexec", "batchmany", "batchone"),
    )
    COPY = CommandSpec(
        name="copy",
        columns=Columns.REFUSED,
        accepts=Accepts.INSERT_VALUES,
        bulk=True,
        helpers=("items_of",),
        synonyms=("copyfrom",),
    )


COMMANDS = {command.spec.name: command for command in Command}
"""The commands by name."""
