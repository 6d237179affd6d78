"""TypedRoutine… -> query files that call them, as their authors would write them."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..model.identifiers import quoted
from ..model.routines import Gives, RoutineArgument, TypedRoutine
from ..model.source import SourceFile
from .names import is_snake_case, parameter_name, snake_case

FOLDER: Final = "functions"
"""The folder of the query files, below that of the project's own."""

_HEADER_WORDS: Final = re.compile(r"\s*(?:name|sqlgen)\s*:", re.IGNORECASE)
"""The beginning of a comment that is read as a header or a directive."""


def routine_files(
    routines: Sequence[TypedRoutine], queries: str
) -> tuple[SourceFile, ...]:
    """Return a query file for each schema that has *routines*; *queries* is the folder of query files.

    A schema or routine whose name has no letter of a Python name is called `schema` or `routine`.
    """
    files: list[SourceFile] = []
    names = _UniqueNames()
    for schema in sorted({routine.schema for routine in routines}):
        own = [routine for routine in routines if routine.schema == schema]
        path = f"{queries}/{FOLDER}/{names.unique(snake_case(schema) or 'schema')}.sql"
        text = "\n".join(_lines(schema, own))
        digest = hashlib.sha384(text.encode()).digest()
        origin = f"the functions of the schema {_one_line(schema)}"
        files.append(SourceFile(path, text, digest, origin=origin))
    return tuple(files)


class _UniqueNames:
    """Names that have been given, so that no two are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, name: str) -> str:
        """Return the name, or the name with a number if it is taken."""
        number, candidate = 1, name
        while candidate in self._taken:
            number += 1
            candidate = f"{name}_{number}"
        self._taken.add(candidate)
        return candidate


def _lines(schema: str, routines: Sequence[TypedRoutine]) -> Iterator[str]:
    yield f"-- The functions and procedures of the database's schema `{_one_line(schema)}`."
    names = _UniqueNames()
    for routine in routines:
        yield ""
        yield f"-- name: {names.unique(_query_name(routine))} :{_command(routine)}"
        if optional := ", ".join(_optional(routine)):
            yield f"-- sqlgen: optional {optional}"
        yield from _comment(routine.comment)
        yield f"{_statement(routine)};"
    yield ""


def _query_name(routine: TypedRoutine) -> str:
    """Return the name of a routine in Python; of one with overloads, with the types of its arguments."""
    name = snake_case(routine.name) or "routine"
    if not routine.is_overloaded:
        return name
    types = [snake_case(a.type) for a in routine.arguments if a.mode != "o"]
    full = "_".join([name.rstrip("_"), *(type_.strip("_") for type_ in types)])
    return full if is_snake_case(full) else name


def _command(routine: TypedRoutine) -> str:
    if routine.gives is Gives.NOTHING:
        return "exec"
    return "many" if routine.returns_set else "one"


def _comment(text: str) -> Iterator[str]:
    """Yield the lines of a comment, without those that would be read as something else."""
    for line in text.splitlines():
        if not _HEADER_WORDS.match(line):
            yield f"-- {_one_line(line)}".rstrip()


def _statement(routine: TypedRoutine) -> str:
    call = f"{quoted(routine.schema)}.{quoted(routine.name)}({', '.join(_arguments(routine))})"
    if routine.is_procedure:
        return f"CALL {call}"
    if routine.gives is Gives.ROW:
        return f"SELECT * FROM {call}"
    if routine.gives is Gives.NOTHING:
        return f"SELECT {call}"
    if routine.returns_set:
        return f"SELECT * FROM {call} AS r (result)"
    return f"SELECT {call} AS result"


def _optional(routine: TypedRoutine) -> Iterator[str]:
    """Yield the parameters of the arguments that a call may leave out.

    Of a name that several functions have, PostgreSQL could then choose another one. What looks like a
    placeholder in a name could not be told from one where others get new numbers.
    """
    if routine.is_overloaded or "$" in _statement(routine):
        return
    first = _first_named(routine)
    for place, (argument, parameter) in enumerate(_parameters(routine)):
        if argument.has_default and place >= first:
            yield parameter


def _first_named(routine: TypedRoutine) -> int:
    """Return the place of the first argument that is given by its name.

    No argument after that may be given by its place.
    """
    unnamed = [n for n, argument in enumerate(routine.arguments) if not argument.name]
    return unnamed[-1] + 1 if unnamed else 0


def _parameters(routine: TypedRoutine) -> Iterator[tuple[RoutineArgument, str]]:
    """Yield each argument with its parameter's name, which is empty for an OUT argument."""
    names = _UniqueNames()
    for place, argument in enumerate(routine.arguments):
        is_input = argument.mode != "o"
        name = parameter_name(argument.name, f"arg{place + 1}")
        yield argument, names.unique(name) if is_input else ""


def _arguments(routine: TypedRoutine) -> Iterator[str]:
    """Yield the arguments of the call, by their names where they have some."""
    first = _first_named(routine)
    for place, (argument, parameter) in enumerate(_parameters(routine)):
        name = "" if place < first else f"{quoted(argument.name)} => "
        variadic = "VARIADIC " if argument.mode == "v" else ""
        if argument.mode == "o":
            yield f"{variadic}{name}NULL"
            continue
        mark = "" if routine.strict and not argument.has_default else "?"
        yield f"{variadic}{name}:{parameter}{mark}::{_cast_type(argument.type)}"


def _cast_type(type_: str) -> str:
    """Return the type of an argument, which has no length: in a cast, `character` and `bit` alone mean one."""
    item = type_.rstrip("[]")
    return _OF_ANY_LENGTH.get(item, item) + type_[len(item) :]


_OF_ANY_LENGTH: Final = {"character": "bpchar", "bit": '"bit"'}


def _one_line(text: str) -> str:
    """Return a text without what would end a comment."""
    return " ".join(text.split())


def routine_at(source: SourceFile, start: int) -> str:
    """Return the name of the query around a place in one of these files; empty above the first one."""
    headers: Iterable[re.Match[str]] = re.finditer(
        r"^-- name: (\w+) ", source.text[: max(start, 0) + 1 + _LONGEST], re.MULTILINE
    )
    names = [match[1] for match in headers if match.start() <= start]
    return names[-1] if names else ""


_LONGEST: Final = 200
