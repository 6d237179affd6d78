"""A project's state -> the queries that read and write a table or a column."""

from ...build.live_state import LiveFile, LiveState
from ...model.frozen import frozen
from ...model.typed import TypedQuery


@frozen
class UsingQuery:
    """A query that uses a table or a column, and whether it reads and writes it."""

    file: LiveFile
    typed: TypedQuery
    reads: bool
    writes: bool


def uses_of(
    state: LiveState, schema: str, relation: str, column: str = ""
) -> tuple[UsingQuery, ...]:
    """Return the queries that use a table, or one column of it, by file and in its order."""
    uses: list[UsingQuery] = []
    for file in state.files.values():
        for typed in file.typed:
            reads, writes = (
                any(
                    one.relation == relation
                    and one.schema == schema
                    and column in ("", one.column)
                    for one in columns
                )
                for columns in (typed.reads, typed.writes)
            )
            if reads or writes:
                uses.append(UsingQuery(file, typed, reads, writes))
    return tuple(uses)
