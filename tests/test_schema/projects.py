"""Projects whose schema does not come from migrations of sqlgen."""

from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from sqlgen.cli.group import main

QUERY = "-- name: find_book :optional\nSELECT id, title, subtitle FROM book WHERE id = :id;\n"


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files below *root*, and return it."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def sqlgen(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), *arguments])


def build(project: Path) -> str:
    """Build the project, and return the module of its queries."""
    result = sqlgen(project, "build")
    assert result.exit_code == 0, result.output
    return (project / "generated/books.py").read_text()
