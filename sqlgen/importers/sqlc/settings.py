"""sqlc's overrides and renames -> lines for pyproject.toml."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from ...model.diagnostic import Diagnostic
from ..names import class_name, query_name
from ..remarks import imported_differently, not_imported
from ..toml_text import toml_text
from ..whole_rows import table_class
from .configuration import SqlcPackage, TypeOverride
from .queries import SchemaNames
from .schema_columns import matching_columns

_PYTHON_TYPE: Final = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\[[\w., \[\]|]*\])?"
)
_AS_SQLGEN: Final = re.compile(
    r"\*?(?:\[\])?(?:string|bool|byte|u?int(?:8|16|32|64)?|float(?:32|64)|any|interface\{\}|map\[string\].*"
    r"|.*\b(?:uuid\.(?:Null)?UUID|time\.(?:Time|Duration)|netip?\.(?:Addr|Prefix|IP|IPNet)|(?:sql|null|zero|guregu)\.\w+"
    r"|pgtype\.\w+|decimal\.(?:Null)?Decimal|json\.RawMessage|pgvector\.Vector))"
)
"""The types of Go whose counterparts in Python sqlgen takes by itself."""
_SERIAL: Final = frozenset(
    {"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"}
)


def settings(
    packages: Iterable[SqlcPackage], schema: SchemaNames, *, embeds: bool
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the tables of `[tool.sqlgen]` for the packages, and what has no translation.

    A class of Go has none in Python, so its line is a comment: the user names the class. If a query *embeds*
    rows, tables get the names that sqlc gives their structs.
    """
    types: dict[str, str] = {}
    columns: dict[str, str] = {}
    problems: list[Diagnostic] = []
    names: dict[str, str] = {}
    for package in packages:
        # Where there are two for a type, the one for columns that are never NULL tells its name.
        for override in sorted(package.overrides, key=lambda each: each.nullable):
            keys, problem = _keys(override, schema)
            if problem:
                problems.append(problem)
            lines = types if override.db_type else columns
            for key in keys:
                if line := _override(key, override):
                    if override.db_type and override.nullable and key not in lines:
                        problems.append(_only_nullable(key, override))
                    lines.setdefault(key, line)
        for old, new in package.renames:
            if name := _new_name(old, new, schema.tables):
                names.setdefault(old, f"{toml_text(old)} = {toml_text(name)}")
    for table in sorted(schema.tables) if embeds else ():
        name = table_class(table, schema.classes)
        if name and name != class_name(table):
            names.setdefault(table, f"{toml_text(table)} = {toml_text(name)}")
    tables = [("types", types), ("columns", columns), ("names", names)]
    text = "\n".join(
        "\n".join([f"[tool.sqlgen.{name}]", *lines.values(), ""])
        for name, lines in tables
        if lines
    )
    return text, tuple(problems)


def _keys(
    override: TypeOverride, schema: SchemaNames
) -> tuple[tuple[str, ...], Diagnostic | None]:
    """Return the names in sqlgen's settings that an override is for, and a remark if there are none."""
    if override.db_type:
        name = override.db_type.removeprefix("pg_catalog.")
        if name in _SERIAL and _override(name, override):
            message = f"`{name}` is no type of PostgreSQL, but a column with a sequence"
            hint = "name the columns in `[tool.sqlgen.columns]`, or its type in `[tool.sqlgen.types]`"
            return (), not_imported(message, override.place, hint)
        return (name,), None
    column = override.column.removeprefix("public.")
    if not set("*?") & set(column) or not _override(column, override):
        return (column,), None
    found = matching_columns(column, schema.columns)
    if found:
        return found, None
    message = f"the override of `{column}` names no column of the schema"
    hint = "name each column in `[tool.sqlgen.columns]`"
    return (), not_imported(message, override.place, hint)


def _only_nullable(key: str, override: TypeOverride) -> Diagnostic:
    message = f"the override of `{key}` was only for columns that may be NULL"
    hint = "name those in `[tool.sqlgen.columns]`, if others shall not have the type"
    return imported_differently(message, override.place, hint)


def _override(key: str, override: TypeOverride) -> str:
    """Return the line of an override; empty for what sqlgen does by itself."""
    if override.is_python:
        if _PYTHON_TYPE.fullmatch(override.name):
            return f"{toml_text(key)} = {toml_text(override.name)}"
        return f'# {toml_text(key)} = "app.types.T"  # was {toml_text(override.name)}'
    if _AS_SQLGEN.fullmatch(override.name):
        return ""
    guess = class_name(override.name.rpartition(".")[2]) or "T"
    return f"# {toml_text(key)} = {toml_text(f'app.types.{guess}')}  # was {toml_text(override.name)} in Go"


def _new_name(old: str, new: str, tables: Collection[str]) -> str:
    """Return the name of a table's class or of a column; empty if it differs in Go's capitals alone."""
    if old in tables:
        return class_name(new)
    name = query_name(new, "")
    return "" if name.replace("_", "") == old.replace("_", "") else name
