"""Messages that PostgreSQL sends at DEBUG1 -> the long work that they tell of; pure.

They are the same from 14 to 18, and in every language (`errmsg_internal`). `source_function` tells them
from texts of `RAISE DEBUG`.
"""

import re
from typing import Final

from ..model.frozen import frozen
from .effects import WorkKind

_REWRITING: Final = re.compile(r'rewriting table "(.*)"\Z', re.DOTALL)
_VERIFYING: Final = re.compile(r'verifying table "(.*)"\Z', re.DOTALL)
_VALIDATING: Final = re.compile(
    r'validating foreign key constraint "(.*)"\Z', re.DOTALL
)
_BUILDING: Final = re.compile(
    r'building index "(.*)" (?:serially|with request for \d+ parallel workers?)\Z',
    re.DOTALL,
)
_ON_TABLE: Final = '" on table "'


@frozen
class WorkNotice:
    """A message about long work on a table, or on that of the foreign key `constraint`.

    `places` are the names of the index, if one is built, and the table: without their schema, and all that they
    may be, since a name may have any characters.
    """

    kind: WorkKind
    places: tuple[tuple[str, str], ...] = ()
    constraint: str = ""


def work_notice(message: str, source_function: str) -> WorkNotice | None:
    """Return what a message says; `None` if it is about something else."""
    match source_function:
        case "ATRewriteTable":  # tablecmds.c
            if table := _REWRITING.match(message):
                return WorkNotice(WorkKind.REWRITES, (("", table[1]),))
            if table := _VERIFYING.match(message):
                return WorkNotice(WorkKind.SCANS, (("", table[1]),))
        case "validateForeignKeyConstraint":  # tablecmds.c
            if constraint := _VALIDATING.match(message):
                return WorkNotice(WorkKind.SCANS, constraint=constraint[1])
        case "index_build":  # index.c
            if names := _BUILDING.match(message):
                return WorkNotice(WorkKind.BUILDS_INDEX, tuple(_splits(names[1])))
        case _:
            pass
    return None


def _splits(names: str) -> list[tuple[str, str]]:
    """Return the names of an index and its table, in all ways in which the message can be read."""
    words = names.split(_ON_TABLE)
    return [
        (_ON_TABLE.join(words[:number]), _ON_TABLE.join(words[number:]))
        for number in range(1, len(words))
    ]
