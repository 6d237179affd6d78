"""`[tool.sqlgen]` as TOML gives it -> Config, every value checked."""

import keyword
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from ..model.config import ArrayElements, Config, MigrateConfig, Mode, RowStyle
from ..model.diagnostic import ConfigurationError, Diagnostic, Label, nearest
from ..model.source import SourceFile, Span

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)
Places = Mapping[tuple[str, ...], tuple[int, int]]


def settings(file: SourceFile, root: Path, table: object, places: Places) -> Config:
    """The configuration that *table*, the value of `tool.sqlgen` in *file*, gives.

    *places* are the places of the file's keys. Raises `ConfigurationError` with all unknown keys
    and unfit values.
    """
    problems: list[Diagnostic] = []
    top = _Table(file, places, ("tool", "sqlgen"), table, problems)
    migrate = _Table(file, places, (*top.path, "migrate"), top.get("migrate"), problems)
    functions = _Table(
        file, places, (*top.path, "functions"), top.get("functions"), problems
    )
    default, default_migrate = Config(root=root), MigrateConfig()
    found = Config(
        root=root,
        migrations=top.read("migrations", _folder, default.migrations),
        queries=top.read("queries", _folder, default.queries),
        output=top.read("output", _output, default.output),
        mode=top.read("mode", _choice(Mode), default.mode),
        rows=top.read("rows", _choice(RowStyle), default.rows),
        server=top.read("server", _server, default.server),
        search_path=top.read("search_path", _search_path, default.search_path),
        extensions=top.read("extensions", _folder, default.extensions),
        templates=top.read("templates", _folder, default.templates),
        array_elements=top.read(
            "array_elements", _choice(ArrayElements), default.array_elements
        ),
        types=top.read("types", _python_types, default.types),
        columns=top.read("columns", _columns, default.columns),
        aliases=top.read("aliases", _python_types, default.aliases),
        never_null=functions.read("never_null", _functions, default.never_null),
        migrate=MigrateConfig(
            table=migrate.read("table", _name, default_migrate.table),
            lock_timeout=migrate.read(
                "lock_timeout", _seconds, default_migrate.lock_timeout
            ),
            seeds=migrate.read("seeds", _folder, default_migrate.seeds),
        ),
    )
    for name, folder in (("queries", found.queries), ("migrations", found.migrations)):
        if _overlap(found.output, folder):
            expected = f"a folder apart from the {name}, which are in `{folder}`"
            top.unfit("output", _UnfitError(expected))
    for part in (top, migrate, functions):
        part.report_unknown()
    if problems:
        raise ConfigurationError(*sorted(problems, key=_position))
    return found


def _position(problem: Diagnostic) -> int:
    return problem.label.span.start if problem.label else 0


class _UnfitError(Exception):
    """Says what a value should have been; *key* is the path below the setting's own."""

    def __init__(self, expected: str, *key: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.key = key
        self.hint = hint


class _Table:
    """A table of the file, read key by key."""

    def __init__(
        self,
        file: SourceFile,
        places: Places,
        path: tuple[str, ...],
        values: object,
        problems: list[Diagnostic],
    ) -> None:
        self.path = path
        self._file = file
        self._places = places
        self._problems = problems
        self._known: list[str] = []
        self._values: dict[str, Any] = {}
        if isinstance(values, dict):
            self._values = values
        elif values is not None:
            self._report(path, _UnfitError("a table"))

    def get(self, key: str) -> object:
        """The value of *key* as it is, or None."""
        self._known.append(key)
        return self._values.get(key)

    def read(self, key: str, reader: Callable[[Any], Value], default: Value) -> Value:
        """The value of *key* as *reader* understands it, or *default* if there is none."""
        value = self.get(key)
        if value is None:
            return default
        try:
            return reader(value)
        except _UnfitError as unfit:
            self.unfit(key, unfit)
            return default

    def unfit(self, key: str, unfit: _UnfitError) -> None:
        """Report that the value of *key* is *unfit*."""
        self._report((*self.path, key, *unfit.key), unfit)

    def report_unknown(self) -> None:
        """Report the keys that nobody has read."""
        for key in self._values:
            if key in self._known:
                continue
            near = nearest(key.replace("-", "_").lower(), self._known)
            known = ", ".join(f"`{name}`" for name in self._known)
            self._problems.append(
                Diagnostic(
                    code="unknown-setting",
                    message=f"unknown setting `{'.'.join((*self.path, key))}`",
                    label=self._label((*self.path, key)),
                    hint=(
                        f"write `{near}`" if near else f"the settings here are {known}"
                    ),
                )
            )

    def _report(self, path: tuple[str, ...], unfit: _UnfitError) -> None:
        self._problems.append(
            Diagnostic(
                code="bad-setting",
                message=f"`{'.'.join(path)}` must be {unfit.expected}",
                label=self._label(path),
                hint=unfit.hint,
            )
        )

    def _label(self, path: tuple[str, ...]) -> Label:
        while path not in self._places:
            path = path[:-1]
        return Label(Span(self._file, *self._places[path]))


def _text(value: object, expected: str = "a string") -> str:
    if not isinstance(value, str) or not value.strip():
        raise _UnfitError(expected)
    return value.strip()


def _folder(value: object) -> str:
    """A path relative to the project, which may lead out of it (`../shared/queries`)."""
    text = _text(value, "the path of a folder, as a string")
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
        raise _UnfitError("a path relative to pyproject.toml, not an absolute one")
    return str(PurePosixPath(text.replace("\\", "/")))


def _output(value: object) -> str:
    """The output must be a folder inside the project: files in it are overwritten and deleted."""
    path = PurePosixPath(_folder(value))
    if ".." in path.parts or not path.parts:
        raise _UnfitError("a folder inside the project, and not the project's own")
    if not _is_importable(path.name):
        guess = re.sub(r"\W+", "_", path.name).strip("_")
        raise _UnfitError(
            "a folder that can be imported, whose name is a Python identifier",
            hint=f"write `{path.with_name(guess)}`" if _is_importable(guess) else "",
        )
    return str(path)


def _is_importable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _overlap(one: str, other: str) -> bool:
    """Whether one of two folders is the other, or lies in it."""
    first, second = (PurePosixPath(posixpath.normpath(path)) for path in (one, other))
    return first.is_relative_to(second) or second.is_relative_to(first)


def _choice(choices: type[Choice]) -> Callable[[object], Choice]:
    names = [f'`"{choice}"`' for choice in choices]
    expected = f"{', '.join(names[:-1])} or {names[-1]}"

    def read(value: object) -> Choice:
        for choice in choices:
            if value == str(choice):
                return choice
        raise _UnfitError(expected)

    return read


def _server(value: object) -> str:
    text = _text(value, _SERVER)
    if text != "embedded" and not re.match(r"postgres(?:ql)?://|\w+ *=", text):
        near = nearest(text.lower(), ["embedded"], similarity=0.7)
        raise _UnfitError(_SERVER, hint='write `"embedded"`' if near else "")
    return text


_SERVER = '`"embedded"` or a URL such as `"postgresql://localhost/"`'


def _search_path(value: object) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else _texts(value, _SCHEMAS)
    found = tuple(_text(name, _SCHEMAS).strip('"') for name in names)
    if not all(found) or not found:
        raise _UnfitError(_SCHEMAS)
    return found


_SCHEMAS = 'a list of schemas, `["app", "public"]`'


def _texts(value: object, expected: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _UnfitError(expected)
    return tuple(_text(item, expected) for item in value)


def _python_types(value: object) -> dict[str, str]:
    return dict(_flat(value, ()))


def _columns(value: object) -> dict[str, str]:
    columns = _python_types(value)
    for column in columns:
        if "." not in column:
            raise _UnfitError('named by its table too, `"table.column"`', column)
    return columns


def _flat(value: object, path: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """The pairs of a table; `patients.address = "…"` without quotes is two tables in TOML."""
    if not isinstance(value, dict):
        raise _UnfitError("a table", *path)
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, (*path, key))
        elif isinstance(item, str) and item.strip():
            yield ".".join((*path, key)), item.strip()
        else:
            raise _UnfitError("a Python type, as a string", *path, key)


def _functions(value: object) -> tuple[str, ...]:
    names = _texts(value, _SIGNATURES)
    if not all(
        re.fullmatch(r"[^()]+\([^()]*(?:\([^()]*\)[^()]*)*\)", n) for n in names
    ):
        raise _UnfitError(_SIGNATURES)
    return names


_SIGNATURES = 'a list of functions with their arguments, `["app.slug(text)"]`'


def _name(value: object) -> str:
    return _text(value, "the name of a table, as a string")


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise _UnfitError("a number of seconds above 0")
    return float(value)
