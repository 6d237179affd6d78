"""text of a query file -> its sections: a header comment, comments, one statement."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ..model.frozen import frozen
from ..model.source import SourceFile, Span
from ..parse.lexer import COMMENTS, TRIVIA, Kind, Token, tokens


@frozen(kw_only=True)
class FileSection:
    """The *header* comment of a query with the comments around it, and its statement.

    The statement is `source.text[start:end]`, without outer comments and semicolons; it is empty if
    there is none.
    """

    header: Span
    match: re.Match[str]
    doc: tuple[str, ...]
    start: int
    end: int

    @property
    def statement(self) -> str:
        """Return the text of the statement."""
        return self.header.source.text[self.start : self.end]


def file_sections(
    source: SourceFile, header: Callable[[str], re.Match[str] | None]
) -> Iterator[FileSection]:
    """Return the sections of a file; *header* matches the comments that begin one.

    Comments right above a header, with no line between, belong to it.
    """
    text = source.text
    all_tokens = list(tokens(text))
    heads = [
        (n, match)
        for n, token in enumerate(all_tokens)
        if token.kind in COMMENTS and (match := header(text[token.start : token.end]))
    ]
    floors = [-1, *(n for n, _ in heads)]
    above = [
        _first_above(text, all_tokens, n, floor)
        for (n, _), floor in zip(heads, floors, strict=False)
    ]
    ends = [*above[1:], len(all_tokens)][: len(heads)]
    for (n, match), first, last in zip(heads, above, ends, strict=True):
        token = all_tokens[n]
        body = [*range(n + 1, last)]
        code = [i for i in body if all_tokens[i].kind not in TRIVIA]
        while code and all_tokens[code[-1]].kind is Kind.SEMICOLON:
            code.pop()
        start = all_tokens[code[0]].start if code else token.end
        end = all_tokens[code[-1]].end if code else token.end
        leading = [i for i in body if all_tokens[i].end <= start] if code else body
        yield FileSection(
            header=Span(source, token.start, token.end),
            match=match,
            doc=comment_lines(
                text, [all_tokens[i] for i in (*range(first, n), *leading)]
            ),
            start=start,
            end=end,
        )


def _first_above(text: str, all_tokens: Sequence[Token], n: int, floor: int) -> int:
    """Return the index of the first of the comments that stand right above token *n*, behind token *floor*."""
    first = n
    while first >= 2:
        space, comment = all_tokens[first - 1], all_tokens[first - 2]
        between = text[space.start : space.end]
        starts_line = (
            first == 2 or "\n" in text[all_tokens[first - 3].start : comment.start]
        )
        if (
            space.kind is not Kind.SPACE
            or comment.kind not in COMMENTS
            or first - 2 <= floor
            or between.count("\n") != 1
            or not starts_line
        ):
            break
        first -= 2
    return first


_DECORATION: Final = re.compile(r"[-=*#~_+ \t]*")


def comment_lines(text: str, comments: Sequence[Token]) -> tuple[str, ...]:
    """Return the lines of the *comments* among tokens, without their marks; rulers are left out."""
    lines: list[str] = []
    for kind, start, end in comments:
        if kind is Kind.LINE_COMMENT:
            lines.append(text[start + 2 : end].strip())
        elif kind is Kind.BLOCK_COMMENT:
            lines += [
                re.sub(r"\A\s*\*?\s?", "", line).rstrip()
                for line in text[start + 2 : end - 2].splitlines()
            ]
    while lines and _DECORATION.fullmatch(lines[0]):
        lines.pop(0)
    while lines and _DECORATION.fullmatch(lines[-1]):
        lines.pop()
    return tuple(["" if _DECORATION.fullmatch(line) else line for line in lines])
