"""Text of a configuration, settings of an import -> the text with those that it has not."""

import re
import tomllib
from typing import Any, Final

_HEAD: Final = re.compile(r"[ \t]*\[(?P<name>[^\[\]]+)\][ \t]*(?:#.*)?")


def with_settings(text: str, settings: str) -> str | None:
    """Return the TOML *text* with the tables *settings*; None if a key of them has another value in it.

    New keys of a table that is there go below its head, new tables to the end. Nothing else changes.
    """
    added = tomllib.loads(settings)
    try:
        for table in settings.split("\n\n"):
            head, _, lines = table.strip().partition("\n")
            if head:
                text = _with_table(text, head, _missing(head, lines, text))
        result = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a table in a form of its own, as `a = {b = 1}`
        return None
    return text if _has(result, added) else None


def _with_table(text: str, head: str, lines: str) -> str:
    if not lines and _head_place(text, head) is not None:
        return text
    place = _head_place(text, head)
    if place is not None:
        above = text[:place] + "\n" * (not text[:place].endswith("\n"))
        return f"{above}{lines}\n{text[place:]}"
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}{head}\n{lines}\n" if lines else f"{text}{gap}{head}\n"


def _head_place(text: str, head: str) -> int | None:
    """Return the place behind the line of a table's head; None if the text has none."""
    name = _HEAD.fullmatch(head)
    place = 0
    for line in text.splitlines(keepends=True):
        place += len(line)
        match = _HEAD.fullmatch(line.rstrip("\r\n"))
        if match and name and _plain(match["name"]) == _plain(name["name"]):
            return place
    return None


def _plain(name: str) -> str:
    return "".join(name.split())


def _missing(head: str, lines: str, text: str) -> str:
    """Return the lines of a table that the text does not have: keys, and comments that stand for keys."""
    present = tomllib.loads(text)
    comments = {line.strip() for line in text.splitlines()}
    return "\n".join(
        line
        for line in lines.splitlines()
        if (
            line not in comments
            if line.startswith("#")
            else not _has(present, tomllib.loads(f"{head}\n{line}"))
        )
    )


def _has(whole: Any, part: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _has(whole[key], part[key]) for key in part)
    return bool(whole == part)
