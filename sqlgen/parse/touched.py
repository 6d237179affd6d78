"""Migrations -> the tables, views, types and routines that each touches, as far as its words tell.

Statements within the body of a function or of DO are not looked at: they run later, or may not run at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from ..model.identifiers import unquoted
from ..model.migration import Migration
from .lexer import TRIVIA, Kind, tokens

_DEFINING: Final = frozenset({"create", "alter", "drop"})
_OBJECTS: Final = frozenset({"table", "view", "type", "domain"})
_ROUTINES: Final = frozenset({"function", "procedure", "aggregate", "routine"})
_ON_A_TABLE: Final = frozenset({"index", "trigger", "policy", "rule", "constraint"})
_BEFORE_NAMES: Final = frozenset({"if", "not", "exists", "only", "concurrently"})
_NAME: Final = frozenset({Kind.WORD, Kind.QUOTED})

QualifiedName = tuple[str, str]
"""A schema and a name; the schema is empty where the statement gives none."""


def touched_relations(
    migrations: Iterable[Migration],
    known: Iterable[QualifiedName],
    search_path: Sequence[str],
) -> Mapping[QualifiedName, tuple[str, ...]]:
    """Return the paths of the migrations that touch each *known* table, view or type, in their order.

    What an earlier migration says of a table under its former name counts as well.
    """
    return _paths(migrations, known, search_path, _touched, _OBJECTS)


def touched_routines(
    migrations: Iterable[Migration],
    known: Iterable[QualifiedName],
    search_path: Sequence[str],
) -> Mapping[QualifiedName, tuple[str, ...]]:
    """Return the paths of the migrations that touch the *known* functions and procedures of a name, in their order."""
    return _paths(migrations, known, search_path, _touched_routines, _ROUTINES)


def _paths(
    migrations: Iterable[Migration],
    known: Iterable[QualifiedName],
    search_path: Sequence[str],
    touched: "Callable[[list[_Word]], Iterator[QualifiedName]]",
    objects: frozenset[str],
) -> Mapping[QualifiedName, tuple[str, ...]]:
    names = frozenset(known)
    paths: dict[QualifiedName, dict[str, None]] = {}

    def resolved(name: QualifiedName) -> QualifiedName:
        if name[0]:
            return name
        places = [(schema, name[1]) for schema in search_path]
        return next(
            (place for place in places if place in names or place in paths),
            places[0] if places else name,
        )

    for migration in migrations:
        for statement in _statements(migration.up.text):
            for name in touched(statement):
                paths.setdefault(resolved(name), {})[migration.up.path] = None
            if renamed := _renamed(statement, touched, objects):
                old, new = resolved(renamed[0]), (resolved(renamed[0])[0], renamed[1])
                paths[new] = paths.pop(old, {}) | paths.get(new, {})
    return {name: tuple(paths[name]) for name in sorted(names) if name in paths}


_Word = tuple[Kind, str]


def _statements(text: str) -> Iterator[list[_Word]]:
    """Yield the statements as words: plain names in lower case, quoted ones without their quotes."""
    statement: list[_Word] = []
    for token in tokens(text):
        if token.kind is Kind.SEMICOLON:
            yield statement
            statement = []
        elif token.kind not in TRIVIA:
            word = text[token.start : token.end]
            is_quoted = token.kind is Kind.QUOTED and word.startswith('"')
            word = unquoted(word) if is_quoted else word.lower()
            statement.append((token.kind, word))
    yield statement


def _touched(statement: list[_Word]) -> Iterator[QualifiedName]:
    """Yield the names of what the statement defines, changes or writes."""
    verb = _keyword(statement, 0)
    if verb in _DEFINING:
        yield from _defined(statement)
    elif verb == "comment":
        yield from _commented(statement)
    elif verb == "truncate":
        start = 2 if _keyword(statement, 1) == "table" else 1
        yield from _names(statement, start)
    elif verb in ("insert", "delete", "merge", "update", "copy"):
        start = 1 if verb in ("update", "copy") else 2
        yield from list(_names(statement, start))[:1]


def _defined(statement: list[_Word]) -> Iterator[QualifiedName]:
    for place in range(1, min(len(statement), 8)):
        word = _keyword(statement, place)
        if word in _OBJECTS:
            yield from _names(statement, place + 1)
            return
        if word in _ON_A_TABLE:
            yield from _after_on(statement, place)
            return
        if word in ("(", "as", "function", "procedure", "schema", "extension"):
            return


def _commented(statement: list[_Word]) -> Iterator[QualifiedName]:
    """Yield the name of COMMENT ON; of a column, that of its table."""
    what = _keyword(statement, 2)
    place = 3 if what in ("materialized", "foreign") else 2
    what = _keyword(statement, place)
    if what in _OBJECTS:
        yield from _names(statement, place + 1)
    elif what == "column":
        parts, _ = _parts(statement, place + 1)
        if len(parts) > 1:
            yield _qualified(parts[:-1])
    elif what in _ON_A_TABLE:
        yield from _after_on(statement, place)


def _after_on(statement: list[_Word], start: int) -> Iterator[QualifiedName]:
    for place in range(start + 1, len(statement)):
        if _keyword(statement, place) == "on":
            if _keyword(statement, place + 1) in ("table", "domain"):
                place += 1
            yield from list(_names(statement, place + 1))[:1]
            return


def _touched_routines(statement: list[_Word]) -> Iterator[QualifiedName]:
    """Yield the names of the functions and procedures that the statement defines, changes or comments on."""
    if _keyword(statement, 0) not in (*_DEFINING, "comment"):
        return
    # CREATE OR REPLACE, and COMMENT ON, have two words before what they are about.
    for place in range(1, min(len(statement), 4)):
        if _keyword(statement, place) in _ROUTINES:
            yield from _names(statement, place + 1)
            return


def _renamed(
    statement: list[_Word],
    touched: "Callable[[list[_Word]], Iterator[QualifiedName]]",
    objects: frozenset[str],
) -> tuple[QualifiedName, str] | None:
    """Return the old and the new name of what ALTER … RENAME TO renames; None for anything else."""
    if _keyword(statement, 0) != "alter":
        return None
    names = list(touched(statement))
    for place in range(2, len(statement) - 2):
        if [_keyword(statement, place), _keyword(statement, place + 1)] == [
            "rename",
            "to",
        ]:
            is_object = any(
                _keyword(statement, n) in objects for n in range(1, min(place, 4))
            )
            return (names[0], statement[place + 2][1]) if names and is_object else None
    return None


def _names(statement: list[_Word], start: int) -> Iterator[QualifiedName]:
    """Yield the names that commas join from a place on, after words such as IF EXISTS."""
    place = start
    while _keyword(statement, place) in _BEFORE_NAMES:
        place += 1
    while True:
        parts, place = _parts(statement, place)
        if not parts:
            return
        yield _qualified(parts)
        if (
            _symbol(statement, place) == "("
        ):  # the arguments of a routine, the columns of a table
            place = _after_parenthesis(statement, place)
        if _symbol(statement, place) != ",":
            return
        place += 1


def _after_parenthesis(statement: list[_Word], place: int) -> int:
    """Return the place after the parenthesis that is opened at a place."""
    depth = 0
    while place < len(statement):
        depth += {"(": 1, ")": -1}.get(_symbol(statement, place), 0)
        place += 1
        if depth == 0:
            break
    return place


def _parts(statement: list[_Word], place: int) -> tuple[list[str], int]:
    """Return the parts of a qualified name, and the place after it."""
    parts: list[str] = []
    while place < len(statement) and statement[place][0] in _NAME:
        parts.append(statement[place][1])
        place += 1
        if _symbol(statement, place) != ".":
            break
        place += 1
    return parts, place


def _qualified(parts: Sequence[str]) -> QualifiedName:
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def _keyword(statement: list[_Word], place: int) -> str:
    """Return the word at a place in lower case, or the symbol; empty for a quoted name."""
    if not 0 <= place < len(statement) or statement[place][0] is Kind.QUOTED:
        return ""
    return statement[place][1]


def _symbol(statement: list[_Word], place: int) -> str:
    return statement[place][1] if place < len(statement) else ""
