"""The tree as the server's log format wraps it -> the tree on one line."""

from itertools import pairwise, repeat

_LINE = 78
"""`LINELEN` of `format_node_dump` in PostgreSQL's nodes/print.c, in bytes."""


def unwrap(wrapped: bytes) -> str:
    r"""The tree as `nodeToString` made it.

    `format_node_dump` replaces the last blank that fits into a line by a newline, an escaped one
    too (`\` and newline is `\` and blank). A token longer than a line has no blank to break at
    and is cut as it is: the rest follows without one.
    """
    wrapped = wrapped.removesuffix(b"\n")
    lines = wrapped.split(b"\n")
    if min(map(bytes.rfind, lines, repeat(b" "))) > 0:  # as nearly always
        return wrapped.replace(b"\n", b" ").decode()
    pieces = [lines[0]]
    for line, following in pairwise(lines):
        pieces.append(b"" if _cut(line, following) else b" ")
        pieces.append(following)
    return b"".join(pieces).decode()


def _cut(line: bytes, following: bytes) -> bool:
    """Whether *line* ends within a token. A field's name starts a token, so it never does then."""
    return (
        len(line) == _LINE and b" " not in line[1:] and not following.startswith(b":")
    )
