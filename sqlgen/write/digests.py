"""Texts on disk -> whether they are what a build has made."""

import hashlib
from collections.abc import Mapping

from ..model.output import GeneratedFile
from .changes import is_generated


def digest(text: str) -> bytes:
    """What tells texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def digests(before: Mapping[str, bytes]) -> dict[str, bytes]:
    """What tells each of the contents apart, by path; line ends are no difference."""
    return {
        path: hashlib.sha256(
            content.replace(b"\r\n", b"\n") if b"\r" in content else content
        ).digest()
        for path, content in before.items()
    }


def is_current(
    before: Mapping[str, bytes], disk: Mapping[str, bytes], made: Mapping[str, bytes]
) -> bool:
    """Whether sqlgen's files among *before*, whose digests are *disk*, are just those *made*."""
    ours = {
        path: disk[path]
        for path, content in before.items()
        if path in made or is_generated(content)
    }
    return ours == made


def verify_syntax(file: GeneratedFile) -> None:
    """Parse a module that is to be written: none that is not Python ever gets there.

    A table of its names is made, which Python does once it has parsed a module, and which costs less
    than a tree that Python can walk in. Raises `SyntaxError`, which would be a bug in sqlgen.
    """
    import symtable  # rarely needed

    if file.path.endswith(".py"):
        symtable.symtable(file.text, file.path, "exec")
