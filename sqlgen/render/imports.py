"""The names that a module uses, and the imports that bring them in."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable

from ..model.python import Named, PyType


class Imports:
    """The names that a module imports, collected while its body is printed.

    A name that the module defines, or that another import brought in, is imported under the name
    of its module and its own: `from app.types import Money as app_types_Money`.
    """

    def __init__(self, module: str, defined: Iterable[str]) -> None:
        self._module = module
        self._taken: dict[str, Named | None] = dict.fromkeys(defined)
        self._modules: set[str] = set()
        self._names: dict[Named, str] = {}
        self._known: dict[Named, str] = {}
        self._used: dict[tuple[str, str], str] = {}
        self.annotations: dict[int, tuple[PyType, str]] = {}
        """The annotation of each type that was printed before in this module, by the type's `id`."""

    def use(self, module: str, name: str) -> str:
        """Return what to print for a name of a module, which is imported from now on.

        `use("._support", "one")` is a name of the generated package's own `_support`.
        """
        known = self._used.get((module, name))
        if known is None:
            known = self._used[module, name] = self.name(Named(name, module))
        return known

    def name(self, named: Named) -> str:
        """Return what to print for the name, which is imported from now on."""
        known = self._known.get(named)
        if known is None:
            known = self._known[named] = self._imported(named)
        return known

    def groups(self) -> list[list[str]]:
        """Return the import statements: standard library, other packages, this package; sorted."""
        groups: list[list[str]] = [[], [], []]
        for module in sorted(self._modules):
            groups[_group(module)].append(f"import {module}")
        by_module: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for named, local in self._names.items():
            by_module[named.module].append((named.name, local))
        for module in sorted(
            by_module, key=lambda name: (-_depth(self._relative(name)), name)
        ):
            items = [
                name if name == local else f"{name} as {local}"
                for name, local in sorted(by_module[module], key=_isort_key)
            ]
            groups[_group(module)].append(
                f"from {self._relative(module)} import {', '.join(items)}"
            )
        return [group for group in groups if group]

    def _imported(self, named: Named) -> str:
        if not named.module or named.module == self._module:
            return named.name
        if named.qualified:
            self._modules.add(named.module)
            return f"{named.module}.{named.name}"
        local = self._names[named] = self._free(named)
        return local

    def _free(self, named: Named) -> str:
        for candidate in (named.name, _qualified(named)):
            if candidate not in self._taken:
                self._taken[candidate] = named
                return candidate
        number = 2
        while f"{_qualified(named)}_{number}" in self._taken:
            number += 1
        local = f"{_qualified(named)}_{number}"
        self._taken[local] = named
        return local

    def _relative(self, module: str) -> str:
        """Return the name by which a module of this package is imported from here; others as they are."""
        if not module.startswith("."):
            return module
        here, there = self._module[1:].split(".")[:-1], module[1:].split(".")
        common = 0
        while common < min(len(here), len(there) - 1) and here[common] == there[common]:
            common += 1
        return "." * (1 + len(here) - common) + ".".join(there[common:])


def _group(module: str) -> int:
    if module.startswith("."):
        return 2
    return 0 if module.split(".")[0] in sys.stdlib_module_names else 1


def _depth(module: str) -> int:
    return len(module) - len(module.lstrip("."))


def _qualified(named: Named) -> str:
    return f"{named.module.strip('.').replace('.', '_')}_{named.name}"


def sorted_names(names: Iterable[str]) -> list[str]:
    """Return the names as ruff sorts `__all__`: by kind as in imports, and `q2` before `q10`."""
    return sorted(names, key=lambda name: (_kind(name), _natural_key(name)))


def _natural_key(name: str) -> tuple[list[str | int], str]:
    """Return the parts of a name, its digits as numbers: text and number in turn."""
    parts = re.split(r"([0-9]+)", name)
    return [int(p) if n % 2 else p for n, p in enumerate(parts)], name


def _isort_key(item: tuple[str, str]) -> tuple[int, str]:
    """Return the place of a name: constants, classes, functions, as isort and ruff order them."""
    return _kind(item[0]), item[0]


def _kind(name: str) -> int:
    """Return 0 for a constant, 1 for a class, 2 for all others, by the letters of the name."""
    if name.isupper() and len(name) > 1:
        return 0
    return 1 if name[:1].isupper() else 2
