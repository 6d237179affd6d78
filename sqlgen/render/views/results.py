"""Result -> what a template needs to know of it: the one place where results are told apart."""

from ...model.frozen import frozen
from ...model.python import (
    Batch,
    Copied,
    Many,
    Named,
    Nothing,
    One,
    Optional,
    PyType,
    Result,
    Row,
    RowCount,
    Shape,
    Stream,
)


@frozen(kw_only=True)
class Outcome:
    """The branch of `function.jinja` that prints a function, and what that branch needs.

    `shape` is what each row becomes, None where the function returns no rows. `rows` is the type of
    what a bulk command iterates over, and `column_types` are those of a binary `:copy`.
    """

    command: str
    shape: Shape | None = None
    rows: PyType | None = None
    column_types: tuple[str, ...] = ()


def outcome(result: Result) -> Outcome:
    """Return what the templates need to know of a function's result."""
    match result:
        case One(shape):
            return Outcome(command="one", shape=shape)
        case Optional(shape):
            return Outcome(command="optional", shape=shape)
        case Many(shape):
            return Outcome(command="many", shape=shape)
        case Stream(shape):
            return Outcome(command="stream", shape=shape)
        case RowCount():
            return Outcome(command="execrows")
        case Nothing():
            return Outcome(command="exec")
        case Batch(rows, shape):
            return Outcome(command="batch", shape=shape, rows=rows)
        case Copied(rows, types):
            return Outcome(command="copy", rows=rows, column_types=types)


def classes_of(outcome: Outcome) -> list[str]:
    """Return the names of the row classes that must stand before the function."""
    names = [outcome.shape.type.name] if isinstance(outcome.shape, Row) else []
    if isinstance(outcome.rows, Named):
        names.append(outcome.rows.name)
    return names
