"""The one door by which text becomes Python source: names, docs, SQL, labels, comments."""

import re


def string(text: str) -> str:
    """A literal on one line, quoted as black would quote it."""
    quote = '"' if text.count('"') <= text.count("'") else "'"
    return quote + _escaped(text, keep="").replace(quote, f"\\{quote}") + quote


def block(text: str) -> str:
    r'''A literal of several lines, `"""\` on a line of its own before the text.'''
    escaped = _without_fence(_escaped(text, keep="\n\t"), '"{3,}|"+\\Z')
    return f'"""\\\n{escaped}"""'


def docstring(text: str, indent: str = "") -> str:
    """A docstring at the given indentation, or nothing for an empty text.

    White space is what black makes of it, so the text is not kept to the letter.
    """
    lines = [line.rstrip() for line in text.expandtabs().strip().splitlines()]
    if not lines:
        return ""
    margin = min((len(x) - len(x.lstrip()) for x in lines[1:] if x), default=0)
    lines = [lines[0], *(line[margin:] for line in lines[1:])]
    escaped = [_without_fence(_escaped(line, keep="")) for line in lines]
    body = "\n".join([escaped[0], *(x and indent + x for x in escaped[1:])])
    before = " " if body.startswith('"') else ""
    if len(lines) > 1:
        return f'"""{before}{body}\n{indent}"""'
    after = " " if body.endswith('"') else ""
    return f'"""{before}{body}{after}"""'


def comment(text: str) -> str:
    """A comment on one line."""
    return f"# {_escaped(text, keep='').strip()}".rstrip()


def _without_fence(escaped: str, quotes: str = '"{3,}') -> str:
    """No three quotes in a row, nor one just before them, which would end the literal."""
    return re.sub(quotes, lambda found: found[0].replace('"', '\\"'), escaped)


def _escaped(text: str, *, keep: str) -> str:
    """Backslashes and everything that does not print, apart from *keep*, as escapes."""
    return re.sub(
        r"[^ -\[\]-~]", lambda found: _escape(found[0], keep), text, flags=re.DOTALL
    )


def _escape(character: str, keep: str) -> str:
    if character in keep or (character.isprintable() and character != "\\"):
        return character
    return character.encode("unicode_escape").decode("ascii")
