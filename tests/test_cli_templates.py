"""`sqlgen templates`: what is copied, and what is left alone."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sqlgen import render
from sqlgen.cli import main


def sqlgen(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), "templates", *arguments])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    return tmp_path


def test_all_are_copied_to_the_default_folder(project: Path) -> None:
    output = sqlgen(project, "eject").stdout
    assert sorted(path.name for path in (project / "templates").iterdir()) == list(
        render.template_names()
    )
    assert "created templates/function.jinja\n" in output
    assert 'add `templates = "templates"` to [tool.sqlgen]' in output
    text = (project / "templates/row.jinja").read_text()
    assert text == render.template_source("row.jinja")


def test_a_file_is_overwritten_only_by_force(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.sqlgen]\ntemplates = "shapes"\n')
    assert sqlgen(project, "eject", "row").stdout == "created shapes/row.jinja\n"
    (project / "shapes/row.jinja").write_text("mine")
    assert sqlgen(project, "eject", "row.jinja").stdout == "kept shapes/row.jinja\n"
    assert (project / "shapes/row.jinja").read_text() == "mine"
    forced = sqlgen(project, "eject", "--force", "row")
    assert forced.stdout == "updated shapes/row.jinja\n"
    assert sqlgen(project, "eject", "--force", "row").stdout == ""


def test_a_misspelt_name_is_told_the_nearest(project: Path) -> None:
    result = sqlgen(project, "eject", "fuction")
    assert result.exit_code == 2
    assert "there is no template `fuction`; did you mean `function`?" in result.stderr
    assert not (project / "templates").exists()


def test_list(project: Path) -> None:
    assert sqlgen(project, "list").stdout.splitlines() == list(render.template_names())
