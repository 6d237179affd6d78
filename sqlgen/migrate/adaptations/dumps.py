"""A dump -> what of it a scratch database can have: its objects, not their owners and surroundings.

What pg_dump writes is about a database in its place: roles that own its objects and may use them,
tablespaces, the database itself. None of it matters to types, and little of it exists where the dump is
analysed.
"""

import re
from collections.abc import Iterator

from ... import parse
from .blanks import blanked

_OLDEST_WITH = {"transaction_timeout": 170000}
"""The settings that a newer pg_dump than the server writes, with the first version that has them."""

_NOT_OF_A_SCRATCH_DATABASE = re.compile(
    r"""(?:create|alter|drop|comment\s+on)\s+(?:database|subscription|policy|role|user|group)\b
    | grant\b | revoke\b | alter\s+default\s+privileges\b | security\s+label\b
    | (?:drop|reassign)\s+owned\b | (?:re)?set\s+(?:session\s+)?(?:role|session\s+authorization)\b
    | set\s+default_tablespace\b
    | alter\s[\s\S]*\sowner\s+to\s+(?:"[^"]*"|\S+)\s*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_EXISTING = re.compile(r"create\s+schema\s+public\s*\Z", re.IGNORECASE)
"""The objects that template0 has already."""
_CLEANING = re.compile(
    r'drop\b|alter\s+table\b[\s\S]*\sdrop\s+(?:constraint|default|identity)\b(?:\s+(?:"[^"]*"|\S+))?\s*\Z'
    r"|alter\s+table\b[\s\S]*\salter\s+column\s[\s\S]*\sdrop\s+\w+\s*\Z",
    re.IGNORECASE,
)
"""The statements that `pg_dump --clean` writes first, for objects that an empty database does not have."""
_CREATION = re.compile(r"create\b(?!\s+(?:or\s+replace|database)\b)", re.IGNORECASE)
_SET = re.compile(r"set\s+(\w+)", re.IGNORECASE)
_LONGEST = 10_000
"""Characters of a statement that are looked at: none of those above has more."""


def without_surroundings(
    text: str, server_version: int, *, is_dump: bool = True
) -> str:
    """Return the dump *text* with blanks in place of the statements that do not matter to a schema.

    *server_version* is the `server_version_num` of the server that is to run it. Without *is_dump*, it is
    one of several scripts, which may drop what those before it have made.
    """
    return blanked(text, _surroundings(text, server_version, is_dump=is_dump))


def _surroundings(
    text: str, server_version: int, *, is_dump: bool
) -> Iterator[tuple[int, int]]:
    may_clean = is_dump
    for start, end in parse.statements(text):
        statement = text[start : min(end, start + _LONGEST)]
        may_clean = may_clean and not _CREATION.match(statement)
        setting = _SET.match(statement)
        if (
            _NOT_OF_A_SCRATCH_DATABASE.match(statement)
            or (is_dump and _EXISTING.match(statement))
            or (may_clean and _CLEANING.match(statement))
            or (setting and server_version < _OLDEST_WITH.get(setting[1].lower(), 0))
        ):
            yield start, end
