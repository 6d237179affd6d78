"""`[tool.sqlgen]` as TOML gives it -> Config, every value checked."""

import os
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..model.config import (
    ArrayElements,
    Config,
    FieldKeys,
    JsonNumbers,
    MigrateConfig,
    Mode,
    ModelScope,
    ParameterStyle,
    SchemaOrigin,
)
from ..model.diagnostic import ConfigurationError, Diagnostic, Label, nearest
from ..model.row_styles import RowStyle
from ..model.source import SourceFile, Span
from .setting_values import (
    UnfitError,
    boolean,
    choice,
    columns,
    command,
    count,
    duration,
    folder,
    folders,
    function_names,
    functions,
    names,
    output_folder,
    patterns,
    python_types,
    role,
    schema,
    schemas,
    search_path,
    seconds,
    server,
    table_name,
)

Readers = Mapping[str, Callable[[Any], object]]
Places = Mapping[tuple[str, ...], tuple[int, int]]

SETTINGS: Final[Mapping[str, Readers]] = {
    "": {
        "migrations": folder,
        "schema": schema,
        "queries": folder,
        "output": output_folder,
        "mode": choice(Mode),
        "rows": choice(RowStyle),
        "errors": boolean,
        "fields": choice(FieldKeys),
        "server": server,
        "search_path": search_path,
        "role": role,
        "extensions": folder,
        "templates": folder,
        "outside_folders": folders,
        "array_elements": choice(ArrayElements),
        "json_numbers": choice(JsonNumbers),
        "statement_names": boolean,
        "protocols": boolean,
        "plans": boolean,
        "schema_check": boolean,
        "read_connections": boolean,
        "parameters": choice(ParameterStyle),
        "parameter_limit": count,
        "models": choice(ModelScope),
        "types": python_types,
        "columns": columns,
        "aliases": python_types,
        "names": names,
        "functions": function_names,
    },
    "schema": {"command": command, "watch": patterns},
    "functions": {"never_null": functions, "typed": function_names},
    "migrate": {
        "table": table_name,
        "schemas": schemas,
        "lock_timeout": seconds,
        "statement_lock_timeout": duration,
        "seeds": folder,
    },
}
"""The reader of each setting's value, by its key, for `[tool.sqlgen]` and the tables below it.

A new setting is a row here and a field of the same name in `Config` (in `MigrateConfig` for those of
`migrate`), which has its type and default. `schema` is a value or a table, and so is `functions`, whose
`typed` is called `typed_functions` in `Config`.
"""


def settings(file: SourceFile, root: Path, table: object, places: Places) -> Config:
    """Return the configuration in *table*, the value of `tool.sqlgen` in *file*.

    *places* are the places of the file's keys. Raises `ConfigurationError` with all unknown keys
    and unfit values.
    """
    problems: list[Diagnostic] = []
    top = _Table(file, places, ("tool", "sqlgen"), table, problems)
    tables = {*SETTINGS} - {""}
    readers = SETTINGS[""]
    if top.has_table("schema"):
        readers = {key: readers[key] for key in readers if key != "schema"}
    else:
        tables -= {"schema"}
    if top.has_table("functions"):
        readers = {key: readers[key] for key in readers if key != "functions"}
    else:
        tables -= {"functions"}
    values = {"": top.read(readers)}
    sections = {
        name: _Table(file, places, (*top.path, name), top.get(name), problems)
        for name in SETTINGS
        if name in tables
    }
    values |= {name: part.read(SETTINGS[name]) for name, part in sections.items()}
    if "schema" in sections:
        values[""]["schema"] = _command(sections["schema"], values.pop("schema"))
    if "schema" in values[""] and top.get("migrations") is not None:
        expected = "left out, since the schema comes from `migrations`"
        top.report_unfit("schema", UnfitError(expected, hint="remove one of the two"))
    functions_ = values.get("functions", {})
    typed = functions_.pop("typed", values[""].pop("functions", ()))
    config = Config(
        root=root,
        typed_functions=typed,
        file=file.path,
        migrate=MigrateConfig(**values["migrate"]),
        **values[""],
        **functions_,
    )
    if config.fields is FieldKeys.CAMEL and not config.rows.spec.has_keys:
        styles = [f'`rows = "{style}"`' for style in RowStyle if style.spec.has_keys]
        expected = f'`"snake"` with `rows = "{config.rows}"`'
        hint = f"set {' or '.join(styles)}"
        top.report_unfit("fields", UnfitError(expected, hint=hint))
    if config.parameters is ParameterStyle.KEYWORDS and "parameter_limit" in values[""]:
        hint = 'set `parameters = "object"`'
        expected = "left out without that setting, which it is about"
        top.report_unfit("parameter_limit", UnfitError(expected, hint=hint))
    inputs = [("queries", config.queries)]
    if config.schema is None:
        inputs.append(("migrations", config.migrations))
    elif config.schema.folder:
        inputs.append(("migrations", config.schema.folder))
    if root.resolve().is_relative_to(Path(os.path.normpath(root / config.output))):
        expected = "a folder, and not the project's own or one above it"
        top.report_unfit("output", UnfitError(expected))
    for key, path in inputs:
        if _overlap(config.output, path):
            expected = f"a folder apart from the {key}, which are in `{path}`"
            top.report_unfit("output", UnfitError(expected))
    programs = config.server_programs
    if programs and programs.resolve().is_relative_to(root.resolve()):
        expected = (
            "a folder outside of the project: its programs come with the checkout"
        )
        top.report_unfit("server", UnfitError(expected))
    if config.migrate.schemas and "." in config.migrate.table:
        expected = "a name without a schema: each of `schemas` has a ledger of its own"
        sections["migrate"].report_unfit("table", UnfitError(expected))
    for part in (top, *sections.values()):
        part.report_unknown()
    if problems:
        raise ConfigurationError(*sorted(problems, key=_position))
    return config


def _command(table: "_Table", values: Mapping[str, Any]) -> SchemaOrigin:
    """Return the command that makes the schema; report what is missing in its *table*."""
    for key in SETTINGS["schema"]:
        if table.get(key) is None:
            hint = f'add `{key} = ["…"]`'
            table.report_unfit(key, UnfitError("given, too", hint=hint))
    return SchemaOrigin(**values)


def _overlap(folder: str, other: str) -> bool:
    """Return whether one of two folders is the other, or lies in it."""
    first, second = (
        PurePosixPath(posixpath.normpath(path)) for path in (folder, other)
    )
    return first.is_relative_to(second) or second.is_relative_to(first)


def _position(problem: Diagnostic) -> int:
    return problem.label.span.start if problem.label else 0


class _Table:
    """A table of pyproject.toml; keys that nobody reads are unknown settings."""

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
            self._report(path, UnfitError("a table"))

    def get(self, key: str) -> object:
        """Return the value of *key* as TOML gives it, or None."""
        if key not in self._known:
            self._known.append(key)
        return self._values.get(key)

    def has_table(self, key: str) -> bool:
        """Return whether the value of *key* is a table."""
        return isinstance(self._values.get(key), dict)

    def read(self, readers: Readers) -> dict[str, Any]:
        """Return the values of the keys that are there and fit; report those that do not fit."""
        values: dict[str, Any] = {}
        for key, reader in readers.items():
            value = self.get(key)
            if value is None:
                continue
            try:
                values[key] = reader(value)
            except UnfitError as unfit:
                self.report_unfit(key, unfit)
        return values

    def report_unfit(self, key: str, unfit: UnfitError) -> None:
        """Report that the value of *key* is *unfit*."""
        self._report((*self.path, key, *unfit.key), unfit)

    def report_unknown(self) -> None:
        """Report the keys that were not read."""
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
                    hint=(f"write `{near}`" if near else f"use one of {known}"),
                )
            )

    def _report(self, path: tuple[str, ...], unfit: UnfitError) -> None:
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
