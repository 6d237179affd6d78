"""A squashed migration in place -> the files that it stands for, which a killed squash has left.

A journal may come from a checkout. So a file that sqlgen has not generated is deleted only if a squashed
migration beside it stands for it: by its checksum, or, as a down file, by its version.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from ..model.migration import SQUASH_MARKER

_HEAD: Final = re.compile(rb"(?:--[^\n]*\n)*")
_LINE: Final = re.compile(
    rb"^-- sqlgen: squashes ([0-9]{1,18}) ([0-9a-f]{96})\r?$", re.M
)


def is_squashed_migration(content: bytes) -> bool:
    """Return whether `sqlgen migrate squash` has written the file with this *content*."""
    return content.startswith(SQUASH_MARKER.encode())


class SquashedFiles:
    """The files that squashed migrations stand for, given the contents of these by path."""

    def __init__(self, migrations: Iterable[tuple[str, bytes]]) -> None:
        self._lines = [
            (PurePosixPath(path).parent, int(line[1]), line[2].decode())
            for path, content in migrations
            if is_squashed_migration(content)
            for line in _LINE.finditer(content, 0, _end_of_head(content))
        ]

    def has(self, path: str, content: bytes) -> bool:
        """Return whether a squashed migration stands for the file with this *content*."""
        file = PurePosixPath(path)
        digits = file.name.partition("_")[0]
        if not file.name.endswith(".sql") or not re.fullmatch("[0-9]{1,18}", digits):
            return False
        is_down = file.name.endswith(".down.sql")
        checksum = hashlib.sha384(content).hexdigest()
        return any(
            file.parent == folder
            and int(digits) == version
            and (is_down or checksum == recorded)
            for folder, version, recorded in self._lines
        )


def _end_of_head(content: bytes) -> int:
    head = _HEAD.match(content)
    return head.end() if head else 0
