"""The functions and procedures of the database that get a Python function each."""

from enum import StrEnum

from .frozen import frozen


class Gives(StrEnum):
    """The result of a call of a routine: nothing, one value, or the columns of a row."""

    NOTHING = "nothing"
    VALUE = "value"
    ROW = "row"


@frozen
class RoutineArgument:
    """An argument: its mode (`pg_proc.proargmodes`: i, o, b or v), its name, which may be empty, and its type.

    The type is as `format_type` prints it. *has_default*: a call may leave it out.
    """

    mode: str
    name: str
    type: str
    has_default: bool = False


@frozen(kw_only=True)
class TypedRoutine:
    """A function or procedure that has a Python function of its own.

    `strict`: it is not run where an argument is NULL. `is_overloaded`: its schema has others of its name.
    """

    schema: str
    name: str
    arguments: tuple[RoutineArgument, ...]
    gives: Gives
    returns_set: bool = False
    is_procedure: bool = False
    strict: bool = False
    is_overloaded: bool = False
    comment: str = ""

    @property
    def signature(self) -> str:
        """Return `schema.name(types)`, with the types of the input arguments, for people."""
        types = [a.type for a in self.arguments if a.mode != "o"]
        return f"{self.schema}.{self.name}({', '.join(types)})"


@frozen
class LeftOutRoutine:
    """A routine that the configuration names, but that gets no Python function, and the reason."""

    signature: str
    reason: str


@frozen
class TypedRoutines:
    """The routines that the configuration names: those that get a function, and the others."""

    routines: tuple[TypedRoutine, ...] = ()
    left_out: tuple[LeftOutRoutine, ...] = ()


def is_named_by(pattern: str, schema: str, name: str) -> bool:
    """Return whether a *pattern* of the configuration, `schema.name` or `schema.*`, names a routine."""
    prefix, _, last = pattern.rpartition(".")
    return prefix == schema and last in ("*", name)
