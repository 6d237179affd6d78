"""Reports of long work on the step that it is at."""

from collections.abc import Callable

Progress = Callable[[str], None]
"""Takes the step that begins now, in words for a person."""


def no_progress(step: str) -> None:
    """Ignore the step: nobody watches."""
