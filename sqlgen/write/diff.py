"""Change -> a unified diff, as `patch` and `git apply` read it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from ..model.output import Change


def diff(changes: Sequence[Change]) -> str:
    """Return the unified diff of *changes*, or `""` if there are none."""
    return "".join(line for change in changes for line in _lines(change))


def _lines(change: Change) -> Iterator[str]:
    import difflib  # rarely needed

    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    yield f"--- {old}\n+++ {new}\n"
    hunks = difflib.unified_diff(
        _split(change.before or ""), _split(change.after or ""), old, new
    )
    # The first two lines name the files; an empty file has not even those.
    for line in islice(hunks, 2, None):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Return the lines of *text* with their ends; `str.splitlines` splits at more characters."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])
