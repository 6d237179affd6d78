"""The templates' context is an interface: each field that a template can use is on its page."""

import ast
import re
from pathlib import Path

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
            for node in view.body:
                match node:
                    case ast.FunctionDef(name=name):
                        fields.add(name)
                    case ast.AnnAssign(target=ast.Name(id=name)):
                        fields.add(name)
            for node in ast.walk(view):
                match node:
                    case ast.Attribute(
                        value=ast.Name(id="self"), attr=name, ctx=ast.Store()
                    ):
                        fields.add(name)
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
        variables = r"(?:f|function|row|record|composite|enum|alias|module|structure|constant|section)"
        for field in re.findall(rf"\b{variables}\.(\w+)", text):
            if field != "jinja":
                assert field in documented(), f"{name}: {field}"


def test_filters_are_the_only_additions_to_jinja() -> None:
    from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS

    made = environment()
    added = made.filters.keys() - DEFAULT_FILTERS.keys()
    assert added == {"literal", "block", "docstring", "comment"}
    assert made.tests.keys() - DEFAULT_TESTS.keys() == {"short"}
