"""The one door by which text becomes Python source: names, docs, SQL, labels, comments."""

import re


class Text:
    """Text of the user's, which is no code until one of these functions has made it a literal.

    It cannot be printed, compared, joined or formatted by accident: each of these makes a `str` of
    it, which raises `UnquotedTextError`.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        """Return whether there is any text."""
        return bool(self._text)

    def __str__(self) -> str:
        """Raise `UnquotedTextError`."""
        raise UnquotedTextError

    def __repr__(self) -> str:
        """Return the text as a literal."""
        return string(self)


class UnquotedTextError(Exception):
    """Raised where text is printed that no function of this module has made a literal of."""

    def __init__(self) -> None:
        super().__init__(
            "this is text, not code; print it with `literal`, `block`, `docstring` or `comment`"
        )


def _raw(text: str | Text) -> str:
    if isinstance(text, Text):
        return text._text  # noqa: SLF001  # the one door
    return text


def string(text: str | Text) -> str:
    """Return a literal on one line, quoted as black would quote it."""
    text = _raw(text)
    quote = '"' if text.count('"') <= text.count("'") else "'"
    return quote + _escaped(text).replace(quote, f"\\{quote}") + quote


def block(text: str | Text) -> str:
    r'''Return a literal of several lines, `"""\` on a line of its own before the text.'''
    escaped = _without_fence(_escaped(_raw(text), _NOT_IN_BLOCKS), _FENCE_OR_END)
    return f'"""\\\n{escaped}"""'


def docstring(text: str | Text, spaces: int = 0) -> str:
    """Return a docstring indented by so many spaces, or nothing for an empty text.

    White space is what black makes of it, so the text is not kept to the letter.
    """
    if not text:
        return ""
    text, indent = _raw(text), " " * spaces
    lines = [line.rstrip() for line in text.expandtabs().strip().splitlines()]
    if not lines:
        return ""
    margin = min((len(x) - len(x.lstrip()) for x in lines[1:] if x), default=0)
    lines = [lines[0], *(line[margin:] for line in lines[1:])]
    escaped = [_without_fence(_escaped(line), _FENCE) for line in lines]
    body = "\n".join([escaped[0], *(x and indent + x for x in escaped[1:])])
    before = " " if body.startswith('"') else ""
    if len(lines) > 1:
        return f'"""{before}{body}\n{indent}"""'
    after = " " if body.endswith('"') else ""
    return f'"""{before}{body}{after}"""'


def comment(text: str | Text) -> str:
    """Return a comment on one line."""
    return f"# {_escaped(_raw(text)).strip()}".rstrip()


_FENCE = re.compile('"{3,}')
_FENCE_OR_END = re.compile(r'"{3,}|"+\Z')

# Characters that are not printable ASCII, and backslashes, are looked at one by one.
_DOUBTFUL = re.compile(r"[^ -\[\]-~]")
_NOT_IN_BLOCKS = re.compile(r"[^ -\[\]-~\n\t]")


def _without_fence(escaped: str, quotes: re.Pattern[str]) -> str:
    """Return the text with no three quotes in a row, nor one just before them, which would end the literal."""
    if '"' not in escaped:
        return escaped
    return quotes.sub(lambda match: match[0].replace('"', '\\"'), escaped)


def _escaped(text: str, doubtful: re.Pattern[str] = _DOUBTFUL) -> str:
    """Return the text with backslashes and what does not print as escapes, if it is *doubtful*."""
    return doubtful.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable() and character != "\\":
        return character
    return character.encode("unicode_escape").decode("ascii")
