"""The jinja2 environments that templates are rendered in."""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from ..model.source import SourceFile
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


class MissingField(StrictUndefined):
    """What a name that a template does not have is to it: using it raises `UndefinedError`."""

    @property
    def _undefined_message(self) -> str:
        name = self._undefined_name
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f"`{name}` is undefined"
        kind = type(self._undefined_obj).__name__.removesuffix("View").lower()
        fields = [x for x in dir(self._undefined_obj) if not x.startswith("_")]
        near = difflib.get_close_matches(str(name), fields, n=1)
        guess = f"; did you mean `{near[0]}`?" if near else ""
        return f"`{kind}` has no field `{name}`{guess}"


@lru_cache(maxsize=4)
def environment(
    templates: tuple[SourceFile, ...] = (), extensions: tuple[Any, ...] = ()
) -> Environment:
    """Return the environment of our templates, or of the project's *templates* before ours.

    A project's templates run in a sandbox. *extensions* are jinja2's.
    """
    if not templates:
        return configured(Environment(undefined=StrictUndefined), loader())
    files = by_name(templates)

    def load(name: str) -> tuple[str, str, None] | None:
        return (files[name].text, files[name].path, None) if name in files else None

    return configured(
        ImmutableSandboxedEnvironment(undefined=MissingField, extensions=extensions),
        ChoiceLoader([FunctionLoader(load), loader()]),
    )


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


def by_name(templates: tuple[SourceFile, ...]) -> Mapping[str, SourceFile]:
    """Return a project's templates by the name under which others include them."""
    return {file.path.rpartition("/")[2]: file for file in templates}
