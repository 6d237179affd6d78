"""The head of a squashed migration -> the migrations that it stands for.

`sqlgen migrate squash` writes a line `-- sqlgen: squashes VERSION CHECKSUM` for each, in their order. A
version that follows itself is that of an earlier squashed migration, which stands for all lines above.
"""

import re

from ..model.diagnostic import Diagnostic, Label
from ..model.migration import SquashedMigration
from ..model.source import SourceFile, Span

_HEAD = re.compile(r"(?:--[^\n]*\n)*")
_LINE = re.compile(r"^--[ \t]*sqlgen:[ \t]*squashes\b([^\n]*)$", re.MULTILINE)
_ARGUMENTS = re.compile(r"[ \t]+([0-9]{1,18})[ \t]+([0-9a-f]{96})[ \t]*\r?")


def squashed_migrations(
    source: SourceFile,
) -> tuple[tuple[SquashedMigration, ...], tuple[Diagnostic, ...]]:
    """Return the migrations that *source* stands for, and an error for each malformed line."""
    if "squashes" not in source.text:
        return (), ()
    squashed: list[SquashedMigration] = []
    problems: list[Diagnostic] = []
    head = _HEAD.match(source.text)
    for line in _LINE.finditer(source.text, 0, head.end() if head else 0):
        arguments = _ARGUMENTS.fullmatch(line[1])
        version = int(arguments[1]) if arguments else -1
        if arguments is None or (squashed and version < squashed[-1].version):
            problems.append(
                Diagnostic(
                    code="malformed-squash",
                    message="this line does not name a migration that was squashed",
                    label=Label(Span(source, *line.span())),
                    hint="restore the line that `sqlgen migrate squash` has written:"
                    " `-- sqlgen: squashes VERSION CHECKSUM`, by version",
                )
            )
        else:
            squashed.append(SquashedMigration(version, bytes.fromhex(arguments[2])))
    return tuple(squashed), tuple(problems)
