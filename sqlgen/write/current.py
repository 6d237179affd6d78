"""Texts on disk -> whether they are what a build has made."""

import hashlib
from collections.abc import Mapping, Sequence

from ..model.output import Change
from .changes import is_ours, unix


def digest(text: str) -> bytes:
    """What tells texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def is_current(before: Mapping[str, str], digests: Mapping[str, bytes]) -> bool:
    """Whether sqlgen's files among *before* are just those of the *digests*, by path."""
    ours = {
        path: digest(unix(text))
        for path, text in before.items()
        if path in digests or is_ours(text)
    }
    return ours == digests


def verify(changes: Sequence[Change]) -> None:
    """Parse the modules that are to be written: none that is not Python ever gets there.

    A table of its names is made of each, which Python does once it has parsed a module, and which
    costs less than a tree that Python can walk in. Raises `SyntaxError`, which would be a bug in
    sqlgen.
    """
    import symtable  # rarely needed

    for change in changes:
        if change.after and change.path.endswith(".py"):
            symtable.symtable(change.after, change.path, "exec")
