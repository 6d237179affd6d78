"""A project's queries and settings -> errors about Python classes that its own modules do not have."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from .. import read
from ..model.config import Config
from ..model.diagnostic import Diagnostic, Label, nearest
from ..model.frozen import frozen
from ..model.source import SourceFile

_SETTINGS = ("aliases", "columns", "types")


@frozen
class ClassNames:
    """The `errors` about unknown classes, and the `digests` of the modules that were looked at, by path."""

    errors: tuple[Diagnostic, ...]
    digests: Mapping[str, bytes]


def class_names(config: Config, queries: Iterable[SourceFile]) -> ClassNames:
    """Look for the classes that *queries* and the configuration name in the modules of the project.

    Modules are parsed, and never imported. Nothing is said of modules elsewhere, of generated ones, and of
    those that may have names which their text does not show.
    """
    from .. import parse  # not in a build that has nothing to do

    modules = _Modules(config)
    errors = [
        modules.error(reference.module, reference.name, Label(reference.span))
        for source in queries
        if not source.origin
        for reference in parse.class_references(source)
    ]
    for table in _SETTINGS:
        texts: Mapping[str, str] = getattr(config, table)
        for key, type_ in texts.items():
            errors += [
                modules.error(module, name, _setting(config, table, key))
                for module, name, _ in parse.paths_in(type_)
            ]
    found = tuple(dict.fromkeys([error for error in errors if error]))
    return ClassNames(found, modules.digests)


def are_unchanged(config: Config, digests: Mapping[str, bytes]) -> bool:
    """Return whether the modules are those that were looked at."""
    return all(
        digest
        == b"".join(file.sha384 for file in read.python_modules(config.root, module))
        for module, digest in digests.items()
    )


class _Modules:
    """The modules of a project, each read once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files: dict[str, tuple[SourceFile, ...]] = {}
        self._names: dict[str, frozenset[str] | None] = {}
        self.digests: dict[str, bytes] = {}

    def error(self, module: str, name: str, label: Label | None) -> Diagnostic | None:
        """Return the error about a name that a module of the project does not have; None if it may have it."""
        if module not in self._names:
            self._read(module)
        names = self._names[module]
        if (
            names is None
            or name in names
            or read.is_python_module(self._config.root, f"{module}.{name}")
        ):
            return None
        near = nearest(name, names)
        return Diagnostic(
            code="unknown-class",
            message=f"`{self._files[module][0].path}` has no `{name}`",
            label=label,
            hint=(
                f"write `{module}.{near}`"
                if near
                else f"define `{name}` there, or write the path that it is imported by"
            ),
        )

    def _read(self, module: str) -> None:
        from .. import parse

        output = ".".join(PurePosixPath(self._config.output).parts)
        files: tuple[SourceFile, ...] = ()
        if not f"{module}.".startswith(f"{output}."):
            files = read.python_modules(self._config.root, module)
            self.digests[module] = b"".join(file.sha384 for file in files)
        self._files[module] = files
        names: frozenset[str] | None = frozenset() if files else None
        for file in files:
            own = parse.module_names(file.text)
            names = None if names is None or own is None else names | own
        self._names[module] = names


def _setting(config: Config, table: str, key: str) -> Label | None:
    path = ("tool", "sqlgen", table)
    return read.setting_label(config, (*path, key)) or read.setting_label(
        config, (*path, *key.split("."))
    )
