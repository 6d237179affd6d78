"""Errors in a project's own templates: the messages and the lines of the templates."""

import pytest

from sqlgen import render
from sqlgen.model.commands import Command
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.python import (
    Argument,
    Constant,
    Function,
    Keep,
    Module,
    Named,
    Result,
)
from sqlgen.model.source import SourceFile
from sqlgen.render.engine import environment
from sqlgen.render.open_blocks import open_blocks

MODULE = Module(
    name=".q",
    path="generated/q.py",
    source="queries/q.sql",
    constants=(Constant("GET", "SELECT 1"), Constant("LIST", "SELECT 2")),
    functions=tuple(
        Function(
            name=name,
            doc="",
            arguments=(Argument(name="a", type=Named("int"), write=Keep()),),
            sql=Named(name.upper(), ".q"),
            values=(0,),
            result=Result(command=Command.EXEC),
        )
        for name in ("get", "list")
    ),
)
HEAD = "{{ module.marker | comment }}\n"


def source(**templates: str) -> str:
    files = tuple(
        SourceFile(f"templates/{name}.jinja", text, b"")
        for name, text in templates.items()
    )
    return render.module(MODULE, files).text


def error(**templates: str) -> str:
    """Return the place and message of the error in the templates."""
    with pytest.raises(SqlgenError) as caught:
        source(**templates)
    return str(caught.value).removeprefix("templates/")


@pytest.mark.parametrize("last", ["", "\n", "\n\n"])
@pytest.mark.parametrize(
    "line", ["    y = 1", "x = 'a", "def (", "x = (", "return 1", "x = [)", "1 +"]
)
def test_an_error_in_the_last_line_of_an_included_template(
    line: str, last: str
) -> None:
    text = f"{{{{ constant.name }}}} = 1\n{line}{last}"
    assert error(constant=text).startswith("constant.jinja:2:")


@pytest.mark.parametrize("last", ["", "\n"])
def test_the_last_line_may_end_with_an_expression_or_a_block(last: str) -> None:
    text = "y = 0\n{{ constant.name }} = 1 {{ constant.name }}"
    assert error(constant=text + last).startswith("constant.jinja:2:")
    text = "y = 0\n{% if true %}{{ constant.name }} = (1{% endif %}"
    assert error(constant=text + last).startswith("constant.jinja:2:")


def test_an_error_after_an_included_template_is_in_the_includer() -> None:
    module = HEAD + 'x = [{% include "_items.jinja" %}) + 1\n'
    assert error(module=module, _items="1, 2").startswith("module.jinja:2:")
    module = HEAD + 'x = [{% include "_items.jinja" %}]\n'
    assert error(module=module, _items="1,\n2 3").startswith("_items.jinja:2:")


@pytest.mark.parametrize(
    "text",
    [
        "x = '''a",
        "if x:\ny = 1",
        "if x:\n        y = 1\n    z = 1",
        "x = (\n1]",
        "return 1",
        "await x",
        "break",
        "nonlocal x",
        "def f(a, a): ...",
        "x = 1\x00",
        "from __future__ import nothing",
    ],
)
def test_what_cannot_run_is_refused_without_lines_of_the_text(text: str) -> None:
    _, _, message = error(module=f"{HEAD}\n\n\n{text}\n").partition(": ")
    assert message.startswith("what is printed for `generated/q.py` is not Python: ")
    assert "line " not in message.removesuffix("line continuation character")


def test_warnings_of_the_compiler_are_the_projects_own() -> None:
    assert 'x = "\\d" is 1' in source(module=HEAD + 'x = "\\d" is 1\n')


@pytest.mark.parametrize(
    "imports",
    [
        "from typing import Final",
        "from typing import (\n    Final,\n    Any,\n)",
        "if True:\n    from typing import Any, Final",
    ],
)
def test_imports_may_be_printed_in_any_way(imports: str) -> None:
    constants = "{{ use('typing', 'Final') }}\n"
    assert "Final" in source(module=f"{HEAD}{imports}\n{constants}")


@pytest.mark.parametrize(
    "body",
    [
        # Whether `name: Final = "text"` fits on a line decides on the text.
        "{% for constant in module.constants %}{{ constant.text | block }}\n{% endfor %}",
        "{% set unused = use('typing', 'Final') %}\nx = 1\n",
        "{{ use('typing', 'Final') }}\nfrom typing_extensions import Final\n",
    ],
)
def test_imports_of_names_that_are_not_printed_are_not_missed(body: str) -> None:
    assert source(module=HEAD + body)


@pytest.mark.parametrize(
    "imports", ["", "from typing import Any", "from typing import Final as F"]
)
def test_a_missing_import_is_an_error(imports: str) -> None:
    constants = "x: {{ use('typing', 'Final') }} = 1\n"
    assert error(module=f"{HEAD}{imports}\n{constants}") == (
        "module.jinja:1:1: `module.imports` is not printed: `generated/q.py` lacks "
        "`from typing import Final`"
    )
    groups = "{% for group in module.imports %}{{ group | join('\n') }}{% endfor %}\n"
    assert error(module=HEAD + groups + constants) == (
        "module.jinja:2:1: `module.imports` is printed before all names are used: "
        "`generated/q.py` lacks `from typing import Final`"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ modul.name }}", "unknown variable `modul`; did you mean `module`?"),
        ("{{ awiat }}", "unknown variable `awiat`; did you mean `await`?"),
        ("{% set body = 1 %}{{ boddy }}", "; did you mean `body`?"),
        ("{% macro head() %}{% endmacro %}{{ haed() }}", "; did you mean `head`?"),
        ("{% for item in [1] %}{{ itm }}{% endfor %}", "; did you mean `item`?"),
        ("{{ xyz }}", "unknown variable `xyz`"),
        ("{{ module.nam }}", "`module` has no field `nam`; did you mean `name`?"),
    ],
)
def test_unknown_names_are_told_the_nearest(text: str, message: str) -> None:
    assert error(module=HEAD + text).endswith(message)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{% for x in [1] %}\n{% if x %}\n{% endif %}\n", "1:1: this `{% for %}` is"),
        ("\n{% for x in [1] %}\n{% if x %}\n{% endfor %}", "4:1: `{% endfor %}` is"),
        ("{% if 1 %}\n{% else %}\n{{ 1 }}", "1:1: this `{% if %}` is never closed"),
        ("{% set x = 1 %}\n{% set y %}\n", "2:1: this `{% set %}` is never closed"),
        ("{% set y | indent(width=4) %}\n", "1:1: this `{% set %}` is never closed"),
        ("{% macro a() %}\n{% endset %}\n", "2:1: `{% endset %}` is within the"),
        ("{% raw %}{% if %}{% endraw %}{% if 1 %}", "1:1: this `{% if %}` is never"),
        ("{% if 1 %}\n{% fro x in y %}\n{% endif %}", "2:1: unknown tag `fro`"),
        ("{% fro x in y %}", "1:1: unknown tag `fro`"),
    ],
)
def test_a_block_that_is_not_closed(text: str, place: str) -> None:
    assert error(module=text).startswith(f"module.jinja:{place}")


def test_no_block_of_our_templates_is_open() -> None:
    for name in render.template_names():
        text = render.template_source(name)
        assert open_blocks(environment(), text, text.count("\n") + 1, "") == []


def test_a_missing_template() -> None:
    module = '{% include "_mine.jinja" %}'
    with pytest.raises(SqlgenError) as caught:
        source(module=module)
    assert caught.value.diagnostics[0].hint == "create `templates/_mine.jinja`"
    with pytest.raises(SqlgenError) as caught:
        source(module=module, _mien="")
    assert caught.value.diagnostics[0].hint == "write `_mien.jinja`"
    with pytest.raises(SqlgenError) as caught:
        source(module='{% include "mine.jinja" %}')
    assert caught.value.diagnostics[0].hint == ""
