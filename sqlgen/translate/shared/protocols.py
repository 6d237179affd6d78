"""The functions of all modules -> the `protocols` modules, with a `Protocol` for each module."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ...model.config import Config, Mode
from ...model.python import Module, ModuleProtocol
from .. import names
from ..module_paths import ModulePath
from .requirements import SharedRequirements


def protocol_modules(
    requirements: Sequence[SharedRequirements],
    paths: Sequence[ModulePath],
    config: Config,
) -> list[Module]:
    """Return the module with the protocols, and its asyncio twin if both are generated.

    *requirements* are those of the modules at *paths*.
    """
    modes = {Mode.SYNC: [False], Mode.ASYNC: [True], Mode.BOTH: [False, True]}
    return [
        _module(requirements, paths, config, is_async=is_async)
        for is_async in modes[config.mode]
    ]


def _module(
    requirements: Sequence[SharedRequirements],
    paths: Sequence[ModulePath],
    config: Config,
    *,
    is_async: bool,
) -> Module:
    package = ".aio" if is_async and config.mode is Mode.BOTH else ""
    return Module(
        name=f"{package}.protocols",
        path="/".join([config.output, *package.split(".")[1:], "protocols.py"]),
        doc="A protocol for each module: for doubles of it in tests, and for whoever takes either.",
        is_async=is_async,
        protocols=tuple(
            _protocols(
                requirements,
                [path.name for path in paths],
                f"{PurePosixPath(config.output).name}{package}",
            )
        ),
    )


def _protocols(
    requirements: Sequence[SharedRequirements], modules: Sequence[str], package: str
) -> Iterator[ModuleProtocol]:
    """Yield the protocols in the order of the *modules*; of two with one name, the second gets a number."""
    taken: set[str] = set()
    for module, required in sorted(zip(modules, requirements, strict=True), key=_name):
        if not required.functions:
            continue
        plain = names.class_name(f"{module}_queries")
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}{number}", number + 1
        taken.add(name)
        doc = f"The functions of `{package}{module}`."
        yield ModuleProtocol(name, doc, required.functions)


def _name(item: tuple[str, SharedRequirements]) -> str:
    return item[0]
