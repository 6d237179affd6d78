"""GeneratedFile, disk -> digests, which tell whether the files are those of an earlier build."""

import hashlib
from collections.abc import Iterable, Mapping

from ..model.output import GeneratedFile
from .changes import is_generated


def digest(text: str) -> bytes:
    """Return the SHA-256 digest of *text*."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def digests(before: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return the digest of each content, by path, as if all had Unix line ends."""
    return {
        path: hashlib.sha256(
            content.replace(b"\r\n", b"\n") if b"\r" in content else content
        ).digest()
        for path, content in before
    }


def is_current(
    before: Mapping[str, bytes],
    disk: Mapping[str, bytes],
    expected: Mapping[str, bytes],
) -> bool:
    """Return whether the files that sqlgen generated are exactly those with the digests *expected*.

    *before* are the contents of the files on disk, and *disk* their digests.
    """
    generated = {
        path: disk[path]
        for path in before
        if path in expected or is_generated(before[path])
    }
    return generated == expected


def verify_syntax(file: GeneratedFile) -> None:
    """Raise `SyntaxError` if a generated module is not valid Python, which would be a bug in sqlgen.

    Python parses the module to make a table of its symbols, which is cheaper than an `ast` tree.
    """
    import symtable  # rarely needed

    if file.path.endswith(".py"):
        symtable.symtable(file.text, file.path, "exec")
