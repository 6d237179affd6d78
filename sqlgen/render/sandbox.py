"""The jinja2 environment that a project's own templates are rendered in, before ours.

Imported only where a project has templates.
"""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from ..model.source import SourceFile
from .engine import configured
from .precompiled import loader


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
def sandbox(
    templates: tuple[SourceFile, ...], extensions: tuple[Any, ...] = ()
) -> Environment:
    """Return the environment of a project's *templates*; *extensions* are jinja2's."""
    files = by_name(templates)

    def load(name: str) -> tuple[str, str, None] | None:
        return (files[name].text, files[name].path, None) if name in files else None

    return configured(
        ImmutableSandboxedEnvironment(undefined=MissingField, extensions=extensions),
        ChoiceLoader([FunctionLoader(load), loader()]),
    )


def by_name(templates: tuple[SourceFile, ...]) -> Mapping[str, SourceFile]:
    """Return a project's templates by the name under which others include them."""
    return {file.path.rpartition("/")[2]: file for file in templates}
