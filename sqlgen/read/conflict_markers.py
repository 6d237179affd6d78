"""A file's text -> what is wrong with it if git has left both sides of a merge in it."""

import re

from ..model.diagnostic import Diagnostic, Label
from ..model.source import SourceFile, Span

_MARKER = re.compile(r"^(<{7}|={7}|>{7})(?![<=>])[^\n]*", re.MULTILINE)
"""Matches the lines that git writes around the two sides (`man git-merge`)."""


def conflict(file: SourceFile) -> Diagnostic | None:
    """Return what to do about the first conflict of a merge in the *file*, `None` if it has none."""
    if "\n>>>>>>>" not in file.text:
        return None
    begin, is_theirs = None, False
    for marker in _MARKER.finditer(file.text):
        if marker[1][0] == "<":
            begin, is_theirs = marker, False
        elif marker[1][0] == "=":
            is_theirs = True
        elif begin and is_theirs:
            return Diagnostic(
                code="merge-conflict",
                message="the file has a merge conflict that is not resolved",
                label=Label(Span(file, *begin.span())),
                hint="keep what is right of both sides, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
            )
    return None
