"""Query files -> their modules' names and files in the generated package."""

import keyword
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..model.config import Config, Mode
from ..model.diagnostic import Diagnostic, Label, SqlgenError, each
from ..model.frozen import frozen
from ..model.python import Module, Named
from ..model.source import SourceFile, Span


@frozen
class ModulePath:
    """A module's dotted name below the package's root, and its file."""

    name: str
    path: str


def module_paths(files: Sequence[SourceFile], config: Config) -> tuple[ModulePath, ...]:
    """Return the modules of the query files, in their order.

    Raises `SqlgenError` (`bad-module-name`) for a file whose name cannot be a module's or is taken.
    """
    paths = each(lambda file: _module_path(file, config), files)
    owners: dict[str, SourceFile] = {}
    for file, path in zip(files, paths, strict=True):
        owner = owners.setdefault(path.name, file)
        if owner is not file:
            raise _bad(file, f"`{owner.path}` would be the same module")
    folders = {parent for path in paths for parent in _parents(path)}
    for file, path in zip(files, paths, strict=True):
        if path.name in folders:
            raise _bad(file, "a folder beside it has the same name")
    return paths


def package_modules(
    paths: Sequence[ModulePath], config: Config, offered: tuple[Named, ...] = ()
) -> list[Module]:
    """Return the `__init__` modules of the generated package and of all packages within it.

    *offered* are names of other modules that the package itself offers.
    """
    names = {name for path in paths for name in _parents(path)} | {"."}
    if config.mode is Mode.BOTH:
        names |= {f".aio{name}".rstrip(".") for name in names}
    return [
        Module(
            name=name,
            path="/".join(
                [config.output, *[x for x in name.split(".") if x], "__init__.py"]
            ),
            doc=_DOCS.get(name, ""),
            offered=offered if name == "." else (),
        )
        for name in sorted(names)
    ]


_DOCS = {
    ".": "Typed functions for the project's SQL queries.",
    ".aio": "The same functions for asyncio.",
}


def _parents(path: ModulePath) -> list[str]:
    """Return the dotted names of the packages that the module is in, below the root."""
    parts = path.name[1:].split(".")[:-1]
    return ["." + ".".join(parts[: n + 1]) for n in range(len(parts))]


def _module_path(file: SourceFile, config: Config) -> ModulePath:
    inside = PurePosixPath(file.path).relative_to(config.queries)
    # Python reads names in NFKC; macOS and others may give files another form.
    parts = [
        unicodedata.normalize("NFKC", part).replace("-", "_")
        for part in inside.with_suffix("").parts
    ]
    for part in parts:
        if not part.isidentifier() or keyword.iskeyword(part):
            raise _bad(file, f"`{part}` is no name for a Python module")
        if part.startswith("_"):
            raise _bad(file, f"`{part}` would be a private module")
    reserved = {"models"}
    if config.mode is Mode.BOTH:
        reserved.add("aio")
    if config.protocols:
        reserved.add("protocols")
    if config.errors:
        reserved.add("errors")
    if parts[0] in reserved:
        hint = "rename the file"
        if parts[0] == "errors":
            hint += ", or set `errors = false`"
        raise _bad(file, f"`{parts[0]}` is a module of sqlgen's own", hint)
    return ModulePath("." + ".".join(parts), "/".join([config.output, *parts]) + ".py")


def _bad(file: SourceFile, why: str, hint: str = "rename the file") -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="bad-module-name",
            message=f"`{file.path}` cannot become a module: {why}",
            label=Label(Span(file, 0, 0)),
            hint=hint,
        )
    )
