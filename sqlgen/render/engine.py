"""The jinja2 environment that our templates are rendered in."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2.environment import Environment
from jinja2.loaders import BaseLoader, FileSystemLoader
from jinja2.runtime import StrictUndefined

from . import literals
from .breaking import WIDTH
from .precompiled import COMPILED, DIGEST, TEMPLATES, digest, loader

OPTIONS: Final = {
    "autoescape": False,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "auto_reload": False,
}


@cache
def environment() -> Environment:
    """Return the environment of our own templates."""
    return configured(Environment(undefined=StrictUndefined), loader())


def configured(made: Environment, loader: BaseLoader) -> Environment:
    """Return the environment with our options, filters and tests."""
    for option, value in OPTIONS.items():
        setattr(made, option, value)
    made.loader = loader
    made.filters |= {
        "literal": literals.string,
        "block": literals.block,
        "docstring": literals.docstring,
        "comment": literals.comment,
    }
    made.tests["short"] = lambda line: len(line) <= WIDTH and line.isascii()
    return made


def compile_templates() -> Path:
    """Compile our templates for `precompiled`, and return the folder that they are in."""
    COMPILED.mkdir(exist_ok=True)
    for path in COMPILED.iterdir():
        if path.is_file():
            path.unlink()
    sources = FileSystemLoader(TEMPLATES)
    made = configured(Environment(undefined=StrictUndefined), sources)
    made.compile_templates(COMPILED, zip=None, ignore_errors=False)
    (COMPILED / DIGEST).write_text(digest(), "utf-8")
    return COMPILED
