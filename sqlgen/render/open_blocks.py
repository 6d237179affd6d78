"""A template with a block that is not closed -> the block that must be, and its line."""

import re
from typing import Final

from jinja2 import Environment, TemplateSyntaxError

_BLOCKS: Final = frozenset(
    ["autoescape", "block", "call", "filter", "for", "if", "macro", "set", "with"]
)
"""jinja2's tags that an end tag closes; `{% raw %}` is a token of its own."""

_UNCLOSED: Final = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_UNKNOWN: Final = re.compile(r"Encountered unknown tag '(\w+)'")


def syntax_message(
    error: TemplateSyntaxError, environment: Environment, text: str
) -> tuple[int, str]:
    """Return the line and the message of an error of syntax in the template *text*."""
    original = error.message or "syntax error"
    unclosed, unknown = _UNCLOSED.search(original), _UNKNOWN.search(original)
    if unknown and not _closes(unknown[1]):
        return error.lineno, f"unknown tag `{unknown[1]}`"
    if unclosed is None:
        return error.lineno, original
    # The tag at which jinja2 gave up is not read.
    last_line = error.lineno if unknown else text.count("\n") + 1
    tags = open_blocks(environment, text, last_line, unknown[1] if unknown else "")
    line = next((line for tag, line in reversed(tags) if tag == unclosed[1]), 0)
    if not line:
        return error.lineno, original
    if unknown:
        return error.lineno, (
            f"`{{% {unknown[1]} %}}` is within the `{{% {unclosed[1]} %}}` of line {line}, "
            "which is not closed"
        )
    return line, f"this `{{% {unclosed[1]} %}}` is never closed"


def open_blocks(
    environment: Environment, text: str, last_line: int, stop: str
) -> list[tuple[str, int]]:
    """Return the tags with their lines that are open before the tag *stop* of *last_line*."""
    tags: list[tuple[str, int]] = []
    statement: list[tuple[int, str, str]] = []
    for line, type_, value in environment.lex(text):
        if type_ == "block_begin":
            statement = []
        elif type_ == "block_end" and statement:
            line, _, tag = statement[0]
            if (line, tag) == (last_line, stop):
                break
            if tag in _BLOCKS and not (tag == "set" and _assigns(statement)):
                tags.append((tag, line))
            elif tag.startswith("end") and tags:
                tags.pop()
        elif type_ != "whitespace":
            statement.append((line, type_, value))
    return tags


def _assigns(statement: list[tuple[int, str, str]]) -> bool:
    """Return whether a `set` is `{% set x = … %}`, which has no end tag.

    `{% set x | indent(width=4) %}` has one.
    """
    operators = (value for _, _, value in statement if value in ("=", "|"))
    return next(operators, "") == "="


def _closes(tag: str) -> bool:
    return tag.startswith("end") or tag in ("else", "elif")
