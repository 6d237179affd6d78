"""How long work tells what it is doing."""

from collections.abc import Callable

Progress = Callable[[str], None]
"""Takes the step that begins now, in words for a person."""


def no_progress(step: str) -> None:
    """Ignore the step: nobody watches."""
