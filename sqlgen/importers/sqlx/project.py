"""A crate, workspace, Rust source or `.sqlx` folder -> ImportedProject."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ...model.commands import Command
from ...model.diagnostic import Diagnostic, SqlgenError
from ...parse.lexer import Kind
from ...parse.statements import returns_rows
from ...read import ForeignProject
from ..imported import ImportedFile, ImportedProject, ImportedQuery
from ..names import class_name, file_path, query_name
from ..remarks import imported_differently, not_imported
from ..sql_text import code_tokens
from ..toml_text import toml_text
from .arguments import parameter_names
from .described import FoundQuery, differing_rows, verdicts, with_verdicts
from .macros import MacroCall, macro_calls
from .prepared import PreparedQuery, prepared_queries
from .statements import statement

_FETCHES: Final = {
    "fetch_one": Command.ONE,
    "fetch_optional": Command.OPTIONAL,
    "fetch_all": Command.MANY,
    "fetch": Command.STREAM,
    "fetch_many": Command.MANY,
}
_BY_HAND: Final = "write the query by hand, as `sqlgen help queries` says"


class _Reader:
    def __init__(self, files: ForeignProject, path: str) -> None:
        self.files = files
        self.path = path
        self.problems: list[Diagnostic] = []
        self.left_out = 0

    def sources(self) -> Iterator[tuple[str, list[FoundQuery]]]:
        """Yield the queries of each Rust source that has some, and the source's path."""
        for path in self._paths(self.path, ".rs"):
            source = self.files.read(path)
            found = [q for call in macro_calls(source) if (q := self._found(call))]
            if found:
                yield path, found

    def prepared(self) -> dict[str, PreparedQuery]:
        """Return what SQLx has described, by the text of the query."""
        queries: dict[str, PreparedQuery] = {}
        for path in self._prepared_files():
            known, remarks = prepared_queries(self.files.read(path))
            self.problems += remarks
            queries |= {query.text: query for query in known}
        return queries

    def _paths(self, path: str, suffix: str) -> tuple[str, ...]:
        if self.files.is_folder(path):
            return self.files.below(path, suffix)
        return (path,) if path.endswith(suffix) else ()

    def _prepared_files(self) -> Iterator[str]:
        path = PurePosixPath(self.path)
        folders = [path] if path.name == ".sqlx" else []
        if self.files.is_folder(self.path):
            crates = self.files.below(self.path, "Cargo.toml")
            folders += [PurePosixPath(crate).parent / ".sqlx" for crate in crates]
            folders.append(path / ".sqlx")
            if self.files.is_file(str(path / "sqlx-data.json")):
                yield str(path / "sqlx-data.json")
        elif path.suffix == ".json":
            yield self.path
        for folder in dict.fromkeys(map(str, folders)):
            if self.files.is_folder(folder):
                yield from self.files.below(folder, ".json")

    def _found(self, call: MacroCall) -> FoundQuery | None:
        text = call.text
        if text is not None and call.is_file:
            text = self._file(call, text)
            if text is None:
                return None
        if text is None:
            self._refuse(call, "its text is not a string")
            return None
        sql, own = statement(text, parameter_names(call.arguments))
        if not sql:
            self._refuse(call, "its text has no statement")
            return None
        if call.arguments and not _has_numbers(text):
            self._refuse(call, "its parameters are not those of PostgreSQL, `$1`")
            return None
        name = query_name(call.function) if call.function else _stem(call)
        for override in own:
            message = f"the column `{override}` of `{name}` has sqlgen's own type"
            hint = "name a class of Python in it, or in `[tool.sqlgen.columns]`, if it needs one"
            self.problems.append(imported_differently(message, call.place, hint))
        command = _command(call, sql)
        row = class_name(call.type_name)
        query = ImportedQuery(
            name=name,
            command=command,
            sql=sql,
            place=call.place,
            row=row if command.spec.takes_row_class and returns_rows(sql) else "",
        )
        return FoundQuery(query, text)

    def _file(self, call: MacroCall, path: str) -> str | None:
        """Return the text of a file that a macro names relative to its crate."""
        folder = PurePosixPath(call.place.source.path).parent
        while folder.parts and not self.files.is_file(str(folder / "Cargo.toml")):
            folder = folder.parent
        try:
            return self.files.read(_joined(folder, path)).text
        except SqlgenError as error:
            self._refuse(call, error.diagnostics[0].message)
            return None

    def _refuse(self, call: MacroCall, why: str) -> None:
        message = f"`{call.macro}!` is not imported: {why}"
        self.problems.append(not_imported(message, call.place, _BY_HAND))
        self.left_out += 1


def _has_numbers(text: str) -> bool:
    return any(token.kind is Kind.POSITIONAL for token in code_tokens(text))


def _joined(folder: PurePosixPath, path: str) -> str:
    parts: list[str] = []
    for part in (*folder.parts, *PurePosixPath(path).parts):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return str(PurePosixPath(*parts))


def _stem(call: MacroCall) -> str:
    return query_name(PurePosixPath(call.place.source.path).stem)


def _command(call: MacroCall, sql: str) -> Command:
    if not returns_rows(sql):
        return Command.EXECROWS if call.counts_rows else Command.EXEC
    if call.fetch in ("execute", "execute_many"):
        return Command.EXECROWS if call.counts_rows else Command.EXEC
    command = _FETCHES.get(call.fetch, Command.MANY)
    code = code_tokens(sql)
    first = sql[code[0].start : code[0].end].lower()
    if command is Command.STREAM and first not in ("select", "values"):
        return Command.MANY
    return command


def read_project(files: ForeignProject, path: str) -> ImportedProject:
    """Return the queries of the macros in the Rust sources at *path*.

    Those that only `.sqlx` has are called after their hashes.
    """
    reader = _Reader(files, path)
    found = dict(reader.sources())
    prepared = reader.prepared()
    for source, queries in found.items():
        found[source] = [with_verdicts(one, prepared.get(one.text)) for one in queries]
    without_class = differing_rows(found, prepared, reader.problems)
    imported = [
        ImportedFile(
            _place(source, path),
            tuple(
                [
                    (
                        replace(one.query, row="")
                        if one.query.row in without_class
                        else one.query
                    )
                    for one in queries
                ]
            ),
        )
        for source, queries in found.items()
    ]
    texts = {one.text for queries in found.values() for one in queries}
    rest = [query for text, query in prepared.items() if text not in texts]
    if rest:
        imported.append(ImportedFile("sqlx_queries.sql", tuple(map(_nameless, rest))))
    return ImportedProject(
        files=tuple(imported),
        problems=tuple(reader.problems),
        left_out=reader.left_out,
        settings=_settings(files, path),
    )


def _place(source: str, path: str) -> str:
    """Return the path of the query file for a Rust source: without `src`, and `mod.rs` as its folder."""
    below = PurePosixPath(source)
    if below.is_relative_to(path) and source != path:
        below = below.relative_to(path)
    else:
        below = PurePosixPath(below.name)
    parts = [
        part for part in below.with_suffix("").parts if part not in ("src", "crates")
    ]
    if len(parts) > 1 and parts[-1] == "mod":
        parts.pop()
    return file_path("/".join(parts or [below.stem]) + ".sql")


def _nameless(query: PreparedQuery) -> ImportedQuery:
    sql, _ = statement(query.text, {})
    return ImportedQuery(
        name=f"query_{query.hash}".rstrip("_"),
        command=Command.MANY if returns_rows(sql) else Command.EXEC,
        sql=sql,
        place=query.place,
        verdicts=verdicts(query),
    )


def _settings(files: ForeignProject, path: str) -> str:
    """Return the line for the migrations of SQLx, whose form is sqlgen's own."""
    folder = str(PurePosixPath(path, "migrations"))
    if files.is_folder(path) and files.is_folder(folder) and folder != "migrations":
        return f"[tool.sqlgen]\nmigrations = {toml_text(folder)}\n"
    return ""
