"""A module with one statement a line -> the module as black leaves it.

Black itself takes longer than all other stages together. So blank lines are counted and long lines
broken here, as black would do it, and black is asked only where that is not certain: about a line
that `breaking` cannot break, or one with characters that may be wider than one column.
"""

import re

from .breaking import WIDTH, broken

__all__ = ["WIDTH", "lay_out", "lay_out_any"]

_FENCE = '"""'
_LONE_STRING = re.compile(r""" +(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),""")
"""Matches an item of a list that has a line of its own already, and cannot be broken."""


def lay_out(text: str) -> str:
    """Return the module's text, printed by our own templates, as black leaves it.

    The first line is the marker. Strings between triple quotes are docstrings, or begin after a
    backslash at the end of a line, and have no triple quotes within: `literals` sees to that.
    """
    marker, *statements = text.split("\n")
    lines = [marker]
    is_certain = True
    is_ascii = text.isascii()
    within_string = after_import = False
    blank = 0
    for line in statements:
        if within_string:
            lines.append(line)
            within_string = _FENCE not in line
            continue
        if not line or line.isspace():
            blank += 1
            continue
        if blank:
            lines += [""] * _blank_lines(blank, lines[-1], line, after_import)
            blank = 0
        after_import = line.startswith(("from ", "import "))
        if _FENCE in line and (
            line.lstrip().startswith(_FENCE) or line.endswith(f"{_FENCE}\\")
        ):
            lines.append(line)
            within_string = line.count(_FENCE) == 1
            continue
        if len(line) <= WIDTH or _LONE_STRING.fullmatch(line):
            lines.append(line)
        else:
            pieces = broken(line)
            is_certain = is_certain and max(map(len, pieces)) <= WIDTH
            lines += pieces
        if not is_ascii and not line.isascii():
            is_certain = False
    laid_out = "\n".join(lines) + "\n"
    return laid_out if is_certain else _with_black(laid_out)


def lay_out_any(text: str) -> str:
    """Return the text of a module, printed by whatever templates, as black leaves it.

    A block does not begin with blank lines: a template prints one for a docstring that is empty.
    """
    import io
    import tokenize

    blank: set[int] = set()
    last, opens = "", False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NEWLINE:
            opens = last == ":"
        elif token.type == tokenize.NL:
            if opens and not token.line.strip():
                blank.add(token.start[0])
        elif token.type != tokenize.COMMENT:
            last, opens = token.string, False
    lines = text.split("\n")
    kept = [line for number, line in enumerate(lines, 1) if number not in blank]
    return _with_black("\n".join(kept))


def _with_black(text: str) -> str:
    """Return the module's text as black leaves it, or as it was if black cannot read it.

    There are identifiers that Python takes and black does not, such as some with combining marks.
    """
    import black  # slow to import, and rarely needed
    from black.parsing import InvalidInput

    try:
        return black.format_str(text, mode=black.Mode())
    except InvalidInput:
        return text


def _blank_lines(printed: int, before: str, after: str, after_import: bool) -> int:
    """Return how many of the *printed* blank lines stay between two lines of code."""
    if before.endswith(":"):
        return 0
    is_definition = after.startswith(("def ", "class ", "@", "async def "))
    if after[0] == " " or (after_import and not is_definition):
        return 1
    return min(printed, 2)
