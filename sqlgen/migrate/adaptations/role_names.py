"""Text of a migration -> the roles that it creates, and the statements that do."""

import re
from collections.abc import Iterator
from typing import Final

from ... import parse
from ...model.migration import Migration
from ...model.source import SourceFile, Span

NAME: Final = r'("(?:[^"]|"")+"|[^\s,;"]+)'
"""An identifier, with or without quotes, in one group."""

CREATE_ROLE: Final = re.compile(
    rf"\bcreate\s+(?:role|user|group)\s+(?!mapping\b)(?:if\s+not\s+exists\s+)?{NAME}",
    re.IGNORECASE,
)
"""A statement that creates a role, the name in the first group."""


def scripts(migration: Migration) -> Iterator[str]:
    """Return the texts of the migration's files."""
    yield migration.up.text
    if migration.down is not None:
        yield migration.down.text


def creations(text: str) -> dict[str, str]:
    """Return the roles that a script creates, each with a statement that does.

    One within a DO block, which mostly asks first whether it is there, gets no privileges.
    """
    roles = {
        unquoted(match[1]): f"CREATE ROLE {match[1]} NOLOGIN"
        for match in CREATE_ROLE.finditer(text)
    }
    for start, end in parse.statements(text) if roles else ():
        if match := CREATE_ROLE.match(text, start, end):
            roles[unquoted(match[1])] = text[start:end]
    return roles


def creation_spans(source: SourceFile) -> Iterator[tuple[Span, str]]:
    """Yield each statement that creates a role, from its first word to the name, and the name."""
    if CREATE_ROLE.search(source.text):
        for start, end in parse.statements(source.text):
            if match := CREATE_ROLE.match(source.text, start, end):
                yield Span(source, *match.span()), unquoted(match[1])


def unquoted(name: str) -> str:
    """Return the name that an identifier, with or without quotes, stands for."""
    if name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name.lower()
