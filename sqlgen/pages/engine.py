"""The jinja2 environment of the pages: everything is escaped that is not HTML of ours already."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2.environment import Environment
from jinja2.loaders import FileSystemLoader
from jinja2.runtime import StrictUndefined
from markupsafe import Markup, escape

from . import addresses

FOLDER: Final = Path(__file__).parent
_CODE: Final = re.compile("`([^`]+)`")


@cache
def environment() -> Environment:
    """Return the environment of the templates."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(FOLDER / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters |= {"prose": prose, "breakable": breakable}
    made.globals["at"] = addresses
    return made


def asset(name: str) -> str:
    """Return the text of a file of `assets/`."""
    return (FOLDER / "assets" / name).read_text("utf-8")


def prose(text: str) -> Markup:
    """Return a text as HTML in which what stands in backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def breakable(name: str) -> Markup:
    """Return a name as HTML that a line may break after its underscores."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))
