"""The dotted name of a Python module -> its file in the project."""

from collections.abc import Iterator
from pathlib import Path

from ..model.diagnostic import SqlgenError
from ..model.source import SourceFile
from .files import source
from .project_files import SMALL

_ROOTS = ("", "src/")


def python_modules(root: Path, module: str) -> tuple[SourceFile, ...]:
    """Return the files of a project that the name of a module may stand for; none if it is elsewhere.

    The project's folder and its `src` are looked at. A file that cannot be read counts as none.
    """
    return tuple(_modules(root, module.replace(".", "/")))


def is_python_module(root: Path, module: str) -> bool:
    """Return whether the project has a module or a folder of that name."""
    path = module.replace(".", "/")
    return any(
        (root / f"{folder}{path}{suffix}").exists()
        for folder in _ROOTS
        for suffix in ("", ".py", ".pyi")
    )


def _modules(root: Path, path: str) -> Iterator[SourceFile]:
    for folder in _ROOTS:
        for name in (f"{folder}{path}.py", f"{folder}{path}/__init__.py"):
            if (root / name).is_file():
                try:
                    yield source(root, name, limit=SMALL)
                except SqlgenError:
                    continue
