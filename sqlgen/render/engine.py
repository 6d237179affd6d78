"""The jinja2 environment that templates are rendered in."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import literals
from .breaking import WIDTH

# jinja2 takes some 20 ms to import: a build with nothing to do does without it.
if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).with_name("templates")
SUFFIX: Final = ".jinja"


@cache
def environment() -> "Environment":
    """Return the environment of our own templates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        loader=FileSystemLoader(TEMPLATES),
    )
    made.filters |= {
        "literal": literals.string,
        "block": literals.block,
        "docstring": literals.docstring,
        "comment": literals.comment,
    }
    made.tests["short"] = lambda line: len(line) <= WIDTH and line.isascii()
    return made
