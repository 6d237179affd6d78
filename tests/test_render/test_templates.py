"""The templates' context is an interface: each field that a template can use is on its page."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment

from sqlgen.model.commands import Command
from sqlgen.render import precompiled
from sqlgen.render.engine import environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "templates.md").read_text()
VIEWS = ROOT / "sqlgen" / "render" / "views"


def public_fields() -> set[str]:
    """Return the names of all that the views show to a template."""
    fields = set()
    for file in VIEWS.glob("*.py"):
        for view in ast.walk(ast.parse(file.read_text())):
            if not isinstance(view, ast.ClassDef) or not view.name.endswith("View"):
                continue
            for part in view.body:
                if isinstance(part, ast.FunctionDef):
                    fields.add(part.name)
                elif isinstance(part, ast.AnnAssign):
                    fields.add(ast.unparse(part.target))
            for node in ast.walk(view):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    fields.add(node.attr)
    return {name for name in fields if not name.startswith("_")}


def documented() -> set[str]:
    return set(re.findall(r"`(?:\w+\.)?(\w+)`", PAGE))


def test_every_field_is_documented() -> None:
    fields = public_fields()
    assert {"row_factory", "doc", "label", "sections", "raw_arguments"} <= fields
    assert fields - documented() == set()


def test_every_template_is_documented() -> None:
    for name in precompiled.names():
        assert f"`{name}`" in PAGE


def test_templates_use_only_documented_fields() -> None:
    """Look at what our own templates ask of their variables."""
    for name in precompiled.names():
        text = precompiled.source(name)
        variables = r"(?:function|row|record|composite|enum|alias|module|structure|constant|section)"
        for field in re.findall(rf"\b{variables}\.(\w+)", text):
            if field != "jinja":
                assert field in documented(), f"{name}: {field}"


def test_the_frame_of_a_module_is_documented() -> None:
    _, frame = precompiled.source("module.jinja").split("{% endset %}\n")
    assert PAGE.count(f"{{% endset %}}\n{frame}```\n") == 2


def test_a_variable_has_one_name() -> None:
    for name in precompiled.names():
        assert not re.search(r"\bf\.(?!jinja)", precompiled.source(name)), name


@pytest.mark.parametrize("command", Command)
def test_every_command_has_a_branch(command: Command) -> None:
    assert f'"{command}"' in precompiled.source("function.jinja")


def test_filters_are_the_only_additions_to_jinja() -> None:
    plain, ours = Environment(), environment()
    added = {"literal", "block", "docstring", "comment"}
    assert ours.filters.keys() - plain.filters.keys() == added
    assert ours.tests.keys() - plain.tests.keys() == {"short"}
    for name in added:
        assert f"| `{name}" in PAGE
