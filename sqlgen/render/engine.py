"""The jinja2 environment that our templates are rendered in."""

import builtins
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2.environment import Environment, Template
from jinja2.loaders import BaseLoader, FileSystemLoader
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, StrictUndefined

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


class DirectContext(Context):
    """A context that calls functions directly: those of our templates want nothing of jinja2's."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: object,  # noqa: ARG002 - jinja2 gives it
        globals: object = None,  # noqa: A002, ARG002 - jinja2's name
    ) -> None:
        """Set what jinja2 sets; templates have no blocks, and all have the same settings."""
        self.parent = parent
        self.vars: dict[str, Any] = {}
        self.environment = environment
        self.eval_ctx = _settings(environment)
        self.exported_vars: set[str] = set()
        self.name = name
        self.globals_keys: set[str] = set()
        self.blocks = {}

    def call(
        self,
        function: Callable[..., Any],
        *args: Any,
        _loop_vars: object = None,  # jinja2 gives it within loops
        **kwargs: Any,
    ) -> Any:
        """Call a function or macro."""
        return function(*args, **kwargs)


@cache
def _settings(environment: Environment) -> EvalContext:
    return EvalContext(environment)


class DirectEnvironment(Environment):
    """The environment of our own templates, which are known to use only what is there.

    It leaves out what jinja2 does at each attribute, call and include for templates that may be wrong,
    or may change; rendering takes three quarters of the time. Projects' own templates have another
    environment (`sandbox.py`).
    """

    context_class = DirectContext
    # Python's own function is faster than a method that calls it.
    getattr = staticmethod(builtins.getattr)  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined)
        self._templates: dict[Any, Template] = {}

    def get_template(self, name: Any, *_: Any, **__: Any) -> Template:
        """Return the template of that name, which is looked up once."""
        template = self._templates.get(name)
        if template is None:
            template = self._templates[name] = super().get_template(name)
        return template


@cache
def environment() -> Environment:
    """Return the environment of our own templates."""
    return configured(DirectEnvironment(), loader())


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
