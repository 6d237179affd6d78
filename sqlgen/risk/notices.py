"""Messages that PostgreSQL sends at DEBUG1 -> the long work that they tell of; pure.

They are the same from 14 to 18, and in every language (`errmsg_internal`). `source_function` tells them
from texts of `RAISE DEBUG`.
"""

import re
from typing import Final

from ..model.frozen import frozen
from .effects import WorkKind

_MESSAGES: Final = {
    # tablecmds.c
    "ATRewriteTable": (
        (WorkKind.REWRITES, re.compile(r'rewriting table "(?P<table>.*)"\Z', re.S)),
        (WorkKind.SCANS, re.compile(r'verifying table "(?P<table>.*)"\Z', re.S)),
    ),
    "validateForeignKeyConstraint": (
        (
            WorkKind.SCANS,
            re.compile(
                r'validating foreign key constraint "(?P<constraint>.*)"\Z', re.S
            ),
        ),
    ),
    # index.c; the rest is `serially`, or how many processes take part.
    "index_build": (
        (
            WorkKind.BUILDS_INDEX,
            re.compile(
                r'building index "(?P<index>.*)" on table "(?P<table>.*)"'
                r" (?:serially|with request for \d+ parallel workers?)\Z",
                re.S,
            ),
        ),
    ),
}


@frozen
class WorkNotice:
    """A message about long work: on a table, or on that of a foreign key. Names have no schema."""

    kind: WorkKind
    table: str = ""
    index: str = ""
    constraint: str = ""


def work_notice(message: str, source_function: str) -> WorkNotice | None:
    """Return what a message says; `None` if it is about something else."""
    for kind, pattern in _MESSAGES.get(source_function, ()):
        if match := pattern.match(message):
            return WorkNotice(kind, **match.groupdict())
    return None
