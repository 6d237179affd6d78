"""GeneratedFile -> Change -> disk: the only writer of project files."""

from .apply import apply
from .changes import changes, is_lockfile
from .diff import diff
from .digests import digest, digests, is_current, verify_syntax
from .scaffold import scaffold

__all__ = [
    "apply",
    "changes",
    "diff",
    "digest",
    "digests",
    "is_current",
    "is_lockfile",
    "scaffold",
    "verify_syntax",
]
