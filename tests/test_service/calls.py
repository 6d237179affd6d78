"""Generated functions -> calls of them, checked against the annotations and counted."""

import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar, get_args, get_origin
from typing import get_type_hints as hints

import psycopg
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from typeguard import CollectionCheckStrategy, check_type

import generated
from generated.models import JsonValue  # noqa: F401 typeguard looks it up here

P = ParamSpec("P")
T = TypeVar("T")


class Caller:
    """Calls the sync or the async functions, checks their results, and records their names."""

    def __init__(self) -> None:
        self.called: set[str] = set()

    async def __call__(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        raise NotImplementedError

    async def stream(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], Iterator[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> list[T]:
        raise NotImplementedError

    def check(self, function: Callable[..., Any], value: object) -> None:
        self.called.add(full_name(function))
        conforms(value, hints(function)["return"])

    def check_items(self, function: Callable[..., Any], values: list[Any]) -> None:
        self.called.add(full_name(function))
        item, *_ = get_args(hints(function)["return"])
        for value in values:
            conforms(value, item)


class Sync(Caller):
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__()
        self.connection = connection

    async def __call__(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        value = function(self.connection, *args, **kwargs)
        self.check(function, value)
        return value

    async def stream(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], Iterator[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> list[T]:
        values = list(function(self.connection, *args, **kwargs))
        self.check_items(function, values)
        return values


class Async(Caller):
    """Is given the sync functions, and calls the async ones of the same names."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        super().__init__()
        self.connection = connection

    async def __call__(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        twin = twin_of(function)
        awaited: Awaitable[T] = twin(self.connection, *args, **kwargs)
        value = await awaited
        self.check(twin, value)
        return value

    async def stream(
        self,
        function: Callable[Concatenate[psycopg.Connection[Any], P], Iterator[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> list[T]:
        twin = twin_of(function)
        values: list[T] = [v async for v in twin(self.connection, *args, **kwargs)]
        self.check_items(twin, values)
        return values


def conforms(value: object, annotation: Any) -> None:
    """Raise unless *value*, with all that it contains, has the type *annotation*."""
    check_type(
        value,
        annotation,
        collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS,
    )
    if is_row(value):
        for name, type_ in hints(type(value)).items():
            if not name.startswith("_") and get_origin(type_) is not ClassVar:
                conforms(getattr(value, name), type_)
    elif isinstance(value, list):
        for item in value:
            if is_row(item):
                conforms(item, type(item))
    elif isinstance(value, Range | Multirange):
        (bound,) = {
            get_args(member)[0]
            for member in (annotation, *get_args(annotation))
            if get_origin(member) is type(value)
        }
        for part in value if isinstance(value, Multirange) else [value]:
            check_type(part.lower, bound | None)
            check_type(part.upper, bound | None)


def is_row(value: object) -> bool:
    """Return whether it is an instance of a generated class with fields, of any style."""
    is_generated = type(value).__module__.split(".")[0] == generated.__name__
    return is_generated and not isinstance(value, Enum)


def twin_of(function: Callable[..., Any]) -> Callable[..., Any]:
    path = function.__module__.removeprefix("generated.")
    module = import_module(f"generated.aio.{path}")
    twin: Callable[..., Any] = getattr(module, function.__name__)
    return twin


def full_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__name__}"


def statement(function: str) -> str:
    """Return the SQL of the function of that full name, with all its conditions and in its usual order."""
    module, _, name = function.rpartition(".")
    names = vars(import_module(module))
    text: str = names[name.upper()]
    variants = names.get(f"{name.upper()}_VARIANTS")
    if variants is None or not variants._order:
        return text
    first = next(iter(variants._order))
    text, _ = variants.sorted_by(first).given(*[object() for _ in variants._parameters])
    return text


def public_functions(package: ModuleType) -> Iterator[str]:
    """Return the full names of all generated functions in *package*, without those in `aio`."""
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for name, value in vars(module).items():
            ours = inspect.isfunction(value) and value.__module__ == module.__name__
            if ours and not name.startswith("_") and "._" not in info.name:
                yield full_name(value)


ALL = frozenset(public_functions(generated))
ASYNC = frozenset(name for name in ALL if name.startswith("generated.aio."))
