"""The text of an override in a column's name -> Override."""

import re
from typing import Final

from .query import Mark
from .typed import Override

_OVERRIDE: Final = re.compile(r"(?P<mark>[!?]?)(?:\s*:\s*(?P<type>.*))?", re.DOTALL)


def read_override(text: str) -> Override | None:
    """Return the override that *text* is, all that follows the column's own name.

    The grammar is SQLx's: `[!|?][: T]`. None if the text has another form.
    """
    match = _OVERRIDE.fullmatch(text)
    if match is None:
        return None
    type_ = match["type"]
    if type_ is None:
        return Override(text, Mark(match["mark"]), "")
    if not type_.strip() or set(type_) & set("!?:"):
        return None
    type_ = type_.strip()
    return Override(text, Mark(match["mark"]), "" if type_ == "_" else type_)


def is_in_statement(name: str, override: str, statement: str) -> bool:
    """Return whether the author of a statement wrote a column's *name* and *override*, in quotes."""
    return _is_written(rf"{_quoted(name)}\s*{_quoted(override)}", statement)


def is_type_in_statement(name: str, type_: str, statement: str) -> bool:
    """Return whether the author wrote a column's *name* with the Python type *type_*, in quotes."""
    return _is_written(rf"{_quoted(name)}\s*[!?]?\s*:\s*{_quoted(type_)}\s*", statement)


def _quoted(text: str) -> str:
    return re.escape(text.replace('"', '""'))


def _is_written(pattern: str, statement: str) -> bool:
    """Return whether a name in quotes matches the *pattern*.

    Blanks between a name and its override belong to neither. PostgreSQL cuts names off after 63 bytes,
    or before the character that would be cut in two.
    """
    return any(
        match["end"] or len(match["name"].encode()) >= _CUT_BYTES
        for match in re.finditer(rf'"(?P<name>{pattern})(?P<end>"?)', statement)
    )


_CUT_BYTES: Final = 60
