"""The text of `pg_dump --statistics-only` -> the statistics in it, as data. Pure.

The file is not trusted: nothing of it is ever sent to a server as SQL. It may have comments, settings
and calls of two functions, with literals for arguments whose names are known (`dumpRelationStats_dumper` in
PostgreSQL's pg_dump.c writes it so). All else is an error.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.source import SourceFile, Span

_TYPES: Final[Mapping[str, str]] = {
    "version": "integer",
    "schemaname": "text",
    "relname": "text",
    "attname": "text",
    "attnum": "smallint",
    "inherited": "boolean",
    "relpages": "integer",
    "reltuples": "real",
    "relallvisible": "integer",
    "relallfrozen": "integer",
    "null_frac": "real",
    "avg_width": "integer",
    "n_distinct": "real",
    "correlation": "real",
    "most_common_vals": "text",
    "most_common_freqs": "real[]",
    "histogram_bounds": "text",
    "most_common_elems": "text",
    "most_common_elem_freqs": "real[]",
    "elem_count_histogram": "real[]",
    "range_length_histogram": "text",
    "range_empty_frac": "real",
    "range_bounds_histogram": "text",
}
"""The arguments of the two functions, with their types (manual 9.28.13)."""

VALUES: Final = frozenset(
    [
        *("most_common_vals", "most_common_freqs", "histogram_bounds"),
        *("most_common_elems", "most_common_elem_freqs", "elem_count_histogram"),
        *("range_length_histogram", "range_empty_frac", "range_bounds_histogram"),
    ]
)
"""The arguments that hold values of rows, or say how often each occurs."""

_OF_RELATIONS: Final = frozenset(
    [
        *("version", "schemaname", "relname"),
        *("relpages", "reltuples", "relallvisible", "relallfrozen"),
    ]
)
_OF_COLUMNS: Final = frozenset(_TYPES) - (
    _OF_RELATIONS - {"version", "schemaname", "relname"}
)

_ARGUMENTS: Final = {
    "relation": (
        _OF_RELATIONS,
        {"schemaname", "relname", "relpages", "reltuples"},
    ),
    "attribute": (_OF_COLUMNS, {"schemaname", "relname", "inherited"}),
}
"""The arguments that each function may have, and those that pg_dump always gives it."""

_NUMBERS: Final = {
    "relpages": re.compile(r"-?[0-9]{1,10}"),
    "attnum": re.compile(r"[0-9]{1,5}"),
    "reltuples": re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,3})?"),
}
"""The arguments that are read here, as PostgreSQL prints an integer and a real."""

_LITERAL: Final = r"'(?:[^']|'')*'"
_SKIPPED: Final = re.compile(
    rf"""
      \s+
    | --[^\n]*
    | \\(?:un)?restrict[ ]\w+[ ]*(?=\n|\Z)
    | SET\s+\w+\s*=\s*(?:\w+|{_LITERAL})\s*;
    | SELECT\s+pg_catalog\.set_config\('search_path',\s*'',\s*false\)\s*;
    """,
    re.VERBOSE,
)
_BACKSLASHES: Final = re.compile(r"SET\s+standard_conforming_strings\s*=\s*'?off'?\s*;")
"""The setting under which a backslash in a literal is two."""
_CALL: Final = re.compile(
    r"SELECT\s+\*\s+FROM\s+pg_catalog\.pg_restore_(relation|attribute)_stats\s*\("
)
_ARGUMENT: Final = re.compile(
    rf"\s*'(?P<name>\w+)'\s*,\s*(?P<value>{_LITERAL})(?:::(?P<type>\w+(?:\[\])?))?\s*(?P<end>,|\)\s*;)"
)


@frozen
class RestoredStatistics:
    """The arguments of a call, by their names, as texts; `function` is the one that it calls, `place` the call."""

    function: str
    arguments: Mapping[str, str]
    place: Span

    @property
    def relation(self) -> tuple[str, str]:
        """Return the schema and the name of the table or index."""
        return self.arguments["schemaname"], self.arguments["relname"]

    def statement(self) -> tuple[str, tuple[str, ...]]:
        """Return the statement that restores them, and the values of its parameters.

        Only names that are known are in the statement itself.
        """
        values: list[str] = []
        arguments: list[str] = []
        for name, type_ in _TYPES.items():
            if name in self.arguments:
                values.append(self.arguments[name])
                arguments.append(f"'{name}', %s::{type_}")
        text = f"SELECT pg_catalog.{self.function}({', '.join(arguments)})"
        return text, tuple(values)


def read_statistics(
    source: SourceFile, *, with_values: bool
) -> tuple[RestoredStatistics, ...]:
    """Return the statistics in a file; those about values of rows only *with_values*.

    Raises `SqlgenError` at the first thing that is not what pg_dump writes.
    """
    return tuple(_calls(source, with_values=with_values))


def _calls(source: SourceFile, *, with_values: bool) -> Iterator[RestoredStatistics]:
    text, position = source.text, 0
    while position < len(text):
        if _BACKSLASHES.match(text, position):
            raise _error(
                source,
                position,
                "literals of this file are not those of standard SQL",
                "write the file with `PGOPTIONS='-c standard_conforming_strings=on' pg_dump --statistics-only`",
            )
        if match := _SKIPPED.match(text, position):
            position = match.end()
            continue
        call = _CALL.match(text, position)
        if call is None:
            raise _error(
                source,
                position,
                "this is not what `pg_dump --statistics-only` writes",
                "write the file with `pg_dump --statistics-only` of PostgreSQL 18",
            )
        arguments, end = _arguments(source, call)
        function = f"pg_restore_{call[1]}_stats"
        known, needed = _ARGUMENTS[call[1]]
        if not needed <= arguments.keys() <= known:
            raise _error(
                source,
                position,
                f"`{function}` has not the arguments that pg_dump gives it",
                "write the file with `pg_dump --statistics-only` of PostgreSQL 18",
            )
        kept = {
            name: value
            for name, value in arguments.items()
            if with_values or name not in VALUES
        }
        yield RestoredStatistics(function, kept, Span(source, position, call.end()))
        position = end


def _arguments(source: SourceFile, call: re.Match[str]) -> tuple[dict[str, str], int]:
    """Return the arguments of a call, and where it ends."""
    arguments: dict[str, str] = {}
    position = call.end()
    while True:
        match = _ARGUMENT.match(source.text, position)
        type_ = _TYPES.get(match["name"]) if match else None
        if (
            match is None
            or type_ is None
            or match["name"] in arguments
            or match["type"] not in (type_, None)
            or not _is_number(match["name"], match["value"][1:-1])
        ):
            raise _error(
                source,
                position,
                "this is no argument of statistics: `'name', 'value'::type`",
                "write the file with `pg_dump --statistics-only` of PostgreSQL 18",
            )
        arguments[match["name"]] = match["value"][1:-1].replace("''", "'")
        position = match.end()
        if match["end"] != ",":
            return arguments, position


def _is_number(name: str, value: str) -> bool:
    """Return whether the value of an argument is a number, if it has to be one."""
    pattern = _NUMBERS.get(name)
    return pattern is None or pattern.fullmatch(value) is not None


def _error(source: SourceFile, position: int, message: str, hint: str) -> SqlgenError:
    start = (
        position + len(source.text[position:]) - len(source.text[position:].lstrip())
    )
    end = source.text.find("\n", start)
    return SqlgenError(
        Diagnostic(
            code="not-statistics",
            message=message,
            label=Label(Span(source, start, end if end >= 0 else len(source.text))),
            hint=hint,
        )
    )
