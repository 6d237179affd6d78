"""The jinja2 environment that a project's own templates are rendered in, before ours.

Imported only where a project has templates.
"""

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from ..model.source import SourceFile
from .engine import configured
from .precompiled import loader, names, source


class MissingField(StrictUndefined):
    """A name that a template does not have: using it raises `UndefinedError`."""

    @property
    def _undefined_message(self) -> str:
        name = self._undefined_name
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f"unknown variable `{name}`{_guess(str(name), self.variables())}"
        kind = type(self._undefined_obj).__name__.removesuffix("View").lower()
        fields = [x for x in dir(self._undefined_obj) if not x.startswith("_")]
        return f"`{kind}` has no field `{name}`{_guess(str(name), fields)}"

    @staticmethod
    def variables() -> list[str]:
        """Return the variables that the templates know."""
        return []


@lru_cache(maxsize=4)
def sandbox(
    templates: tuple[SourceFile, ...], extensions: tuple[Any, ...] = ()
) -> Environment:
    """Return the environment of a project's *templates*; *extensions* are jinja2's."""
    files = by_name(templates)

    def load(name: str) -> tuple[str, str, None] | None:
        return (files[name].text, files[name].path, None) if name in files else None

    class Missing(MissingField):
        @staticmethod
        def variables() -> list[str]:
            return _variables(environment, [file.text for file in templates])

    # Messages of jinja2's name the class.
    Missing.__name__ = MissingField.__name__
    environment = configured(
        ImmutableSandboxedEnvironment(undefined=Missing, extensions=extensions),
        ChoiceLoader([FunctionLoader(load), loader()]),
    )
    return environment


def by_name(templates: tuple[SourceFile, ...]) -> Mapping[str, SourceFile]:
    """Return a project's templates by the name under which others include them."""
    return {file.path.rpartition("/")[2]: file for file in templates}


def _variables(environment: Environment, texts: Iterable[str]) -> list[str]:
    """Return the variables of a project's templates and of ours, sorted."""
    variables = {"module", "use", "async", "await", "Async", *environment.globals}
    for text in (*texts, *map(source, names())):
        try:
            tree = environment.parse(text)
        except TemplateSyntaxError:  # of a template that is not used
            continue
        variables |= {n.name for n in tree.find_all(nodes.Name) if n.ctx != "load"}
        variables |= {macro.name for macro in tree.find_all(nodes.Macro)}
        variables |= {item.target for item in tree.find_all(nodes.Import)}
    return sorted(variables)


def _guess(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
