"""The text of a query file -> its sections, also where it cannot be read as queries: one from header to header."""

import re
from typing import Final

from ...model.frozen import frozen
from ...parse.lexer import TRIVIA, Kind, tokens

_HEADER: Final = re.compile(
    r"^[ \t]*--[ \t]*name:[ \t]*(?P<name>\w*)(?:\((?P<class>\w*)\))?"
    r"(?:[ \t]+:(?P<command>\w*))?(?:[ \t]*->[ \t]*(?P<row>\w*))?.*$",
    re.MULTILINE,
)


@frozen
class SqlWord:
    """A token that is neither white space nor a comment; `group` is the number of the innermost bracket around it, -1 without."""

    kind: Kind
    text: str
    start: int
    end: int
    group: int = -1

    @property
    def name(self) -> str:
        """Return the name that it is in SQL; empty if it is none."""
        if self.kind is Kind.WORD:
            return self.text.lower()
        if self.kind is Kind.QUOTED and self.text.startswith('"'):
            return self.text[1:-1].replace('""', '"')
        return ""

    def is_word(self, *words: str) -> bool:
        """Return whether it is one of these words, without quotes."""
        return self.kind is Kind.WORD and self.text.lower() in words


@frozen
class Section:
    """A query's lines: the header at `[start:header_end]`, and what is below it, up to `end`.

    In a file without headers, the whole file is one, with an empty `name` and no header. `names` are the
    places of the parts of the header: `name`, `class`, `command` and `row`.
    """

    text: str
    start: int
    header_end: int
    end: int
    name: str = ""
    names: tuple[tuple[str, int, int], ...] = ()

    def part_at(self, offset: int) -> str:
        """Return which part of the header is at a place; empty if none is."""
        return next((n for n, start, end in self.names if start <= offset <= end), "")


def section_at(text: str, offset: int) -> Section:
    """Return the section that a place is in; what is above the first header belongs to that."""
    sections = sections_of(text)
    before = [section for section in sections if section.start <= offset]
    return (before or sections)[-1 if before else 0]


def sections_of(text: str) -> tuple[Section, ...]:
    """Return the sections of a file, at least one."""
    headers = list(_HEADER.finditer(text))
    if not headers:
        return (Section(text, 0, 0, len(text)),)
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return tuple(
        Section(
            text,
            header.start(),
            header.end(),
            end,
            header["name"],
            tuple(
                (part, *header.span(part))
                for part in ("name", "class", "command", "row")
                if header[part] is not None
            ),
        )
        for header, end in zip(headers, ends, strict=True)
    )


def words_of(section: Section) -> tuple[SqlWord, ...]:
    """Return the tokens of a section's statement, with the brackets that they are in."""
    words: list[SqlWord] = []
    opened: list[int] = []
    for kind, start, end in tokens(section.text[: section.end], section.header_end):
        if kind in TRIVIA:
            continue
        if kind is Kind.CLOSE and opened:
            opened.pop()
        group = opened[-1] if opened else -1
        words.append(SqlWord(kind, section.text[start:end], start, end, group))
        if kind is Kind.OPEN:
            opened.append(len(words) - 1)
    return tuple(words)


def is_in_comment_or_string(section: Section, offset: int) -> bool:
    """Return whether a place is within a comment, a string or a quoted name."""
    for kind, start, end in tokens(section.text[: section.end], section.header_end):
        if start >= offset:
            return False
        if offset < end or (
            offset == end and kind in (Kind.LINE_COMMENT, Kind.UNTERMINATED)
        ):
            return kind not in _CODE
    return False


_CODE: Final = frozenset(Kind) - {
    Kind.LINE_COMMENT,
    Kind.BLOCK_COMMENT,
    Kind.STRING,
    Kind.DOLLAR,
    Kind.UNTERMINATED,
}
