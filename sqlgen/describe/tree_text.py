"""The tree as PostgreSQL's log message wraps it into lines -> the tree on one line."""

from itertools import pairwise, repeat

_LINE = 78
"""`LINELEN` of `format_node_dump` in PostgreSQL's nodes/print.c, in bytes."""


def unwrap(wrapped: bytes) -> str:
    r"""Return the tree as `nodeToString` made it.

    `format_node_dump` breaks each line at the last blank that fits, and the newline replaces the
    blank, even an escaped one (`\` newline stands for `\` blank). A token longer than a line has no
    blank to break at: it is cut, and the next line continues it.
    """
    wrapped = wrapped.removesuffix(b"\n")
    lines = wrapped.split(b"\n")
    if min(map(bytes.rfind, lines, repeat(b" "))) > 0:  # as nearly always
        return wrapped.replace(b"\n", b" ").decode()
    pieces = [lines[0]]
    for line, following in pairwise(lines):
        pieces.append(b"" if _is_cut(line, following) else b" ")
        pieces.append(following)
    return b"".join(pieces).decode()


def _is_cut(line: bytes, following: bytes) -> bool:
    """Return whether the last token of *line* continues on the line *following*.

    It does not if that starts with `:`, for this is how a field's name starts.
    """
    return (
        len(line) == _LINE and b" " not in line[1:] and not following.startswith(b":")
    )
