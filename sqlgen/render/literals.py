"""The one door by which text becomes Python source: names, docs, SQL, labels, comments."""

import re


def string(text: str) -> str:
    """A literal on one line, quoted as black would quote it."""
    quote = '"' if text.count('"') <= text.count("'") else "'"
    return quote + _escaped(text).replace(quote, f"\\{quote}") + quote


def block(text: str) -> str:
    r'''A literal of several lines, `"""\` on a line of its own before the text.'''
    escaped = _without_fence(_escaped(text, _NOT_IN_BLOCKS), _FENCE_OR_END)
    return f'"""\\\n{escaped}"""'


def docstring(text: str, indent: str = "") -> str:
    """A docstring at the given indentation, or nothing for an empty text.

    White space is what black makes of it, so the text is not kept to the letter.
    """
    if not text:
        return ""
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


def comment(text: str) -> str:
    """A comment on one line."""
    return f"# {_escaped(text).strip()}".rstrip()


_FENCE = re.compile('"{3,}')
_FENCE_OR_END = re.compile(r'"{3,}|"+\Z')

# What is not printable ASCII, or is a backslash, is looked at one by one.
_DOUBTFUL = re.compile(r"[^ -\[\]-~]")
_NOT_IN_BLOCKS = re.compile(r"[^ -\[\]-~\n\t]")


def _without_fence(escaped: str, quotes: re.Pattern[str]) -> str:
    """No three quotes in a row, nor one just before them, which would end the literal."""
    if '"' not in escaped:
        return escaped
    return quotes.sub(lambda found: found[0].replace('"', '\\"'), escaped)


def _escaped(text: str, doubtful: re.Pattern[str] = _DOUBTFUL) -> str:
    """Backslashes and everything that does not print as escapes, if it is *doubtful*."""
    return doubtful.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() and character != "\\":
        return character
    return character.encode("unicode_escape").decode("ascii")
