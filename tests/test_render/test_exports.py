"""`__all__` of the generated modules: what `import *`, `pydoc` and editors show of them."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import generated

ROOT = Path(__file__).parents[2]
MODULES = [
    info.name
    for info in pkgutil.walk_packages(generated.__path__, "generated.")
    if not info.ispkg and not info.name.rpartition(".")[2].startswith("_")
]


def defined_in(module: Any) -> set[str]:
    """Return the functions, classes and aliases of a module, without imports and constants."""
    aliases = getattr(module, "__annotations__", {})
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not name.isupper()
        and (getattr(value, "__module__", None) == module.__name__ or name in aliases)
    }


@pytest.mark.parametrize("name", MODULES)
def test_import_star_brings_what_the_module_defines(name: str) -> None:
    names: dict[str, Any] = {}
    exec(f"from {name} import *", names)
    del names["__builtins__"]
    assert set(names) == defined_in(importlib.import_module(name))
    assert names


def test_names_are_as_ruff_sorts_them() -> None:
    ruff = Path(sys.executable).with_name("ruff")
    rules = "RUF022,F401,F405,F811,F822,E402,PLE0604,PLE0605"
    done = subprocess.run(
        [ruff, "check", "--isolated", "--select", rules, "generated", "tests/golden"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout
