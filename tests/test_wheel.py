"""What is in the wheel: all that an installed sqlgen needs, built without network."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from sqlgen.cli import manual

ROOT = Path(__file__).parents[1]
SOURCES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".gitignore",
    "hatch_build.py",
    "SECURITY.md",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the wheel has."""
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        shutil.copy(ROOT / name, tree)
    left_out = shutil.ignore_patterns("__pycache__", "compiled")
    shutil.copytree(ROOT / "sqlgen", tree / "sqlgen", ignore=left_out)
    shutil.copytree(ROOT / "docs", tree / "docs")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tree / "dist").iterdir()
    folder = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_package_is_in_it(installed: Path) -> None:
    def files(root: Path) -> set[str]:
        return {
            path.relative_to(root).as_posix()
            for path in (root / "sqlgen").rglob("*")
            if path.is_file() and not {"__pycache__", "compiled"} & set(path.parts)
        }

    pages = {f"sqlgen/cli/pages/{name}.md" for name in manual.PAGES}
    assert files(installed) == files(ROOT) | pages
    for path in (
        "sqlgen/py.typed",
        "sqlgen/build/__init__.py",
        "sqlgen/render/templates/function.jinja",
        "sqlgen/infer/nullability/never_null/pg_catalog.txt",
        "sqlgen/embedded/extensions/extension/pgcrypto.control",
    ):
        assert (installed / path).exists()


def test_its_templates_are_compiled(installed: Path) -> None:
    code = (
        "from sqlgen.render import engine, precompiled\n"
        "from jinja2 import ModuleLoader\n"
        "assert isinstance(precompiled.loader(), ModuleLoader)\n"
        "for name in precompiled.names():\n"
        "    engine.environment().get_template(name)\n"
        "print(precompiled.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(installed))


def test_a_template_that_was_edited_is_not_the_compiled_one(installed: Path) -> None:
    template = installed / "sqlgen/render/templates/alias.jinja"
    text = template.read_text()
    template.write_text(text + "\n")
    code = (
        "from sqlgen.render import precompiled\n"
        "print(type(precompiled.loader()).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    template.write_text(text)
    assert done.stdout.strip() == "FileSystemLoader"


def test_its_documentation_is_printed(installed: Path) -> None:
    """`sqlgen help` reads the installed pages, not those of a repository around them."""
    code = "from sqlgen.cli import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, "help", "security"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == (ROOT / "SECURITY.md").read_text().strip()
