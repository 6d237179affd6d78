"""A value of `[tool.sqlgen]` as TOML gives it -> the value that `Config` has, one function a kind.

Each raises `UnfitError` for anything else.
"""

import keyword
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final, TypeVar

from ..model.config import SchemaOrigin
from ..model.diagnostic import nearest

Choice = TypeVar("Choice", bound=StrEnum)


class UnfitError(Exception):
    """A value that its setting cannot have: `expected` is what it must be, as in "must be a table".

    `key` leads from the setting to the part of its value that is wrong.
    """

    def __init__(self, expected: str, *key: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.key = key
        self.hint = hint


def _text(value: object, expected: str = "a string") -> str:
    if not isinstance(value, str) or not value.strip():
        raise UnfitError(expected)
    return value.strip()


def folder(value: object) -> str:
    """Return a path relative to the project, which may lead out of it (`../shared/queries`)."""
    text = _text(value, "the path of a folder, as a string")
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).anchor:
        raise UnfitError(
            "a path relative to the configuration's folder, not an absolute one"
        )
    return str(PurePosixPath(text.replace("\\", "/")))


def folders(value: object) -> tuple[str, ...]:
    """Return a list of paths relative to the project."""
    expected = 'a list of folders, `["../shared/queries"]`'
    return tuple(folder(path) for path in _texts(value, expected))


def schema(value: object) -> SchemaOrigin:
    """Return where the schema comes from, given as a file's path or a database's URL."""
    text = _text(value, _SCHEMA)
    if re.match(r"postgres(?:ql)?(?:\+\w+)?://|\w+ *=", text):
        return SchemaOrigin(database=text)
    path = folder(text)
    if text.endswith(".sql"):
        return SchemaOrigin(dump=path)
    if PurePosixPath(path).suffix:
        raise UnfitError(_SCHEMA)
    return SchemaOrigin(folder=path)


_SCHEMA = (
    'the path of an SQL file, `"schema.sql"`, or of a folder of migrations, a database\'s URL, or a'
    " table with `command`"
)


def command(value: object) -> tuple[str, ...]:
    """Return a command as the list of its words, which no shell reads."""
    words = _texts(value, _COMMAND)
    if not words:
        raise UnfitError(_COMMAND)
    return words


_COMMAND = 'a list of words, `["alembic", "upgrade", "head"]`'


def patterns(value: object) -> tuple[str, ...]:
    """Return a list of patterns of paths relative to the project."""
    expected = 'a list of patterns, `["alembic/versions/**/*.py"]`'
    texts = _texts(value, expected)
    if not texts:
        raise UnfitError(expected)
    return tuple(folder(text) for text in texts)


def output_folder(value: object) -> str:
    """Return a folder, in which files are overwritten and deleted.

    It is imported as a package, so its name must be a Python identifier. It may be outside of the project,
    `../clients/shop_db`: see `read.check_output`.
    """
    path = PurePosixPath(posixpath.normpath(folder(value)))
    if not path.name or path.name == "..":
        raise UnfitError("a folder, and not the project's own or one above it")
    if not _is_importable(path.name):
        guess = re.sub(r"\W+", "_", path.name).strip("_")
        raise UnfitError(
            "a folder that can be imported, whose name is a Python identifier",
            hint=f"write `{path.with_name(guess)}`" if _is_importable(guess) else "",
        )
    return str(path)


def _is_importable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def boolean(value: object) -> bool:
    """Return the value, which must be `true` or `false`."""
    if not isinstance(value, bool):
        raise UnfitError("`true` or `false`")
    return value


def count(value: object) -> int:
    """Return a whole number, which is 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnfitError("a whole number, 0 or more")
    return value


def choice(choices: type[Choice]) -> Callable[[object], Choice]:
    """Return what reads one of the *choices*, which are written as strings."""
    names = [f'`"{member}"`' for member in choices]
    expected = f"{', '.join(names[:-1])} or {names[-1]}"

    def read(value: object) -> Choice:
        for member in choices:
            if value == str(member):
                return member
        raise UnfitError(expected)

    return read


def server(value: object) -> str:
    """Return `embedded`, the folder of PostgreSQL's programs, or a URL or connection string."""
    text = _text(value, _SERVER)
    if text.startswith("/"):
        return str(PurePosixPath(text))
    if text != "embedded" and not re.match(
        r"postgres(?:ql)?(?:\+\w+)?://|\w+ *=", text
    ):
        near = nearest(text.lower(), ["embedded"], similarity=0.7)
        raise UnfitError(_SERVER, hint='write `"embedded"`' if near else "")
    return text


_SERVER = (
    '`"embedded"`, a URL such as `"postgresql://localhost/"`, or the folder of PostgreSQL\'s'
    ' programs such as `"/usr/lib/postgresql/15/bin"`'
)


def role(value: object) -> str:
    """Return the name of a role, as PostgreSQL has it."""
    return _text(value, "the name of a role, as a string")


def search_path(value: object) -> tuple[str, ...]:
    """Return the names of schemas, given as a list or as PostgreSQL's comma-separated text."""
    names = value.split(",") if isinstance(value, str) else _texts(value, _SCHEMAS)
    schemas = tuple(_text(name, _SCHEMAS).strip('"') for name in names)
    if not all(schemas) or not schemas:
        raise UnfitError(_SCHEMAS)
    return schemas


_SCHEMAS = 'a list of schemas, `["app", "public"]`'


def _texts(value: object, expected: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UnfitError(expected)
    return tuple(_text(item, expected) for item in value)


def python_types(value: object) -> dict[str, str]:
    """Return a table of Python types as text, by their keys."""
    return dict(_flat(value, ()))


def columns(value: object) -> dict[str, str]:
    """Return a table of Python types as text, by `table.column` or `schema.table.column`."""
    types = python_types(value)
    for column in types:
        if "." not in column:
            raise UnfitError('named by its table too, `"table.column"`', column)
    return types


def names(value: object) -> dict[str, str]:
    """Return a table of names: of classes in PascalCase, all different, and of fields in snake_case.

    The keys are tables, enums and composites, or columns with or without their tables.
    """
    classes: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, class_ in _flat(value, (), "a name, as a string"):
        if _is_snake_case(class_):
            classes[name] = class_
            continue
        if not _is_pascal_case(class_):
            guess = "".join(
                [word[:1].upper() + word[1:] for word in re.split(r"[ _-]+", class_)]
            )
            raise UnfitError(
                "the name of a class in PascalCase, or of a field in snake_case",
                name,
                hint=f'write `"{guess}"`' if _is_pascal_case(guess) else "",
            )
        owner = owners.setdefault(class_, name)
        if owner != name:
            raise UnfitError(
                f"a name of its own: `{class_}` is that of `{owner}`",
                name,
                hint="choose another name",
            )
        classes[name] = class_
    return classes


def _is_pascal_case(name: str) -> bool:
    return _is_normal_name(name) and name[0].isupper() and "_" not in name


def _is_snake_case(name: str) -> bool:
    return _is_normal_name(name) and name[0].islower() and name == name.lower()


def _is_normal_name(name: str) -> bool:
    # Python normalises identifiers to NFKC, so a name in another form would change.
    return _is_importable(name) and unicodedata.normalize("NFKC", name) == name


def _flat(
    value: object, path: tuple[str, ...], expected: str = "a Python type, as a string"
) -> Iterable[tuple[str, str]]:
    """Return the pairs of a table; `patients.address = "…"` without quotes is two tables in TOML."""
    if not isinstance(value, dict):
        raise UnfitError("a table", *path)
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, (*path, key), expected)
        elif isinstance(item, str) and item.strip():
            yield ".".join((*path, key)), item.strip()
        else:
            raise UnfitError(expected, *path, key)


def functions(value: object) -> tuple[str, ...]:
    """Return a list of functions, each as `schema.name(types)`."""
    signatures = _texts(value, _SIGNATURES)
    if not all(_SIGNATURE.fullmatch(signature) for signature in signatures):
        raise UnfitError(_SIGNATURES)
    return signatures


_SIGNATURE = re.compile(r"[^()]+\([^()]*(?:\([^()]*\)[^()]*)*\)")
_SIGNATURES = 'a list of functions with their arguments, `["app.slug(text)"]`'


def function_names(value: object) -> tuple[str, ...]:
    """Return a list of functions and procedures, each as `schema.name` or `schema.*`."""
    expected = (
        'a list of functions with their schema, `["app.slug", "billing.*"]`, or a table'
    )
    names = _texts(value, expected)
    if not all("." in name.strip(".") and "(" not in name for name in names):
        raise UnfitError(expected)
    return names


def schemas(value: object) -> tuple[str, ...]:
    """Return a list of different schemas, for migrations that run in each of them."""
    expected = 'a list of different schemas, `["tenant_1", "tenant_2"]`'
    names = _texts(value, expected)
    if len(set(names)) < len(names):
        raise UnfitError(expected)
    if any("\0" in name or len(name.encode()) > 63 for name in names):
        raise UnfitError("a list of schemas, whose names have up to 63 bytes")
    return names


def table_name(value: object) -> str:
    """Return the name of a table."""
    return _text(value, "the name of a table, as a string")


def seconds(value: object) -> float:
    """Return a duration in seconds, above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise UnfitError("a number of seconds above 0")
    return float(value)


_UNITS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) *(ms|s|min)", re.ASCII)
_DAY: Final = 24 * 60 * 60.0


def duration(value: object) -> float:
    """Return a duration of at least 1 ms, with a unit or as a number of seconds, in seconds."""
    expected = 'a duration from 1 ms to a day, `"2s"`, `"500ms"` or `"1min"`'
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        result = float(match[1]) * _UNITS[match[2]]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        result = float(value)
    else:
        raise UnfitError(expected)
    if not 0.001 <= result <= _DAY:
        raise UnfitError(expected)
    return result
