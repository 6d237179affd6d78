"""The comments of columns and attributes -> docstrings of the classes that have fields for them. Pure."""

from collections.abc import Iterable, Sequence


def with_attributes(
    summary: str, comments: Iterable[tuple[str, str]], tables: Iterable[str] = ()
) -> str:
    """Return the *summary* with the fields that have a comment below it; *comments* are by the fields' names.

    Where there are comments, but no summary, that names the *tables* that the row comes from.
    """
    lines = [
        f"    {field}: {' '.join(comment.split())}"
        for field, comment in comments
        if comment.strip()
    ]
    summary = summary.strip()
    if not lines:
        return summary
    return "\n".join(
        [summary or _of(tuple(dict.fromkeys(tables))), "", "Attributes:", *lines]
    )


def _of(tables: Sequence[str]) -> str:
    *others, last = [f"`{name}`" for name in tables] or ["this query"]
    return (
        f"A row of {', '.join(others)} and {last}." if others else f"A row of {last}."
    )
