"""Projects of other tools, and what `sqlgen import` makes of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sqlgen.importers import ImportResult, import_project
from tests.test_importers.projects import Import, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a function that writes files, by their paths, into the folder of a new project."""

    def write(files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


@pytest.fixture
def imported(project: Project) -> Import:
    """Return a function that imports the project of a tool, which has the given files."""

    def run(
        tool: str, files: Mapping[str, str], path: str = ".", *, force: bool = False
    ) -> ImportResult:
        return import_project(project(files), tool, path, output=None, force=force)

    return run
