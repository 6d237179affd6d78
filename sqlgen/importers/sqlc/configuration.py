"""SourceFile -> SqlcPackage: sqlc.yaml and sqlc.json, of versions 1 and 2.

https://docs.sqlc.dev/en/latest/reference/config.html
"""

from collections.abc import Iterator
from typing import Final

from ...model.diagnostic import Diagnostic
from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from ..remarks import not_imported
from .setting_tree import SettingNode, setting_tree

NAMES: Final = ("sqlc.yaml", "sqlc.yml", "sqlc.json")
"""The files in which sqlc looks for its configuration, in its order."""


@frozen(kw_only=True)
class TypeOverride:
    """A type of its own for a database type or a column; one of `db_type` and `column` is empty.

    `name` is that of the type in the language that `is_python` or Go, as the configuration has it. With
    `nullable`, an override of a database type is only for columns that may be NULL, else only for others.
    """

    db_type: str
    column: str
    name: str
    is_python: bool
    nullable: bool
    place: Span


@frozen(kw_only=True)
class SqlcPackage:
    """One entry of `packages` or `sql`; paths are patterns relative to the configuration's folder.

    `verdicts` is the path of the file that `gen: json` writes, empty without that.
    """

    name: str
    queries: tuple[SettingNode, ...]
    schema: tuple[SettingNode, ...]
    engine: str
    is_python: bool
    overrides: tuple[TypeOverride, ...]
    renames: tuple[tuple[str, str], ...]
    place: Span
    verdicts: str = ""


def packages(source: SourceFile) -> tuple[SqlcPackage, ...]:
    """Return the packages of a configuration. Raises `ConfigurationError` if it cannot be read."""
    root = setting_tree(source)
    if root.get("packages").list():
        return tuple([_first(root, entry) for entry in root.get("packages").list()])
    return tuple([_second(root, entry) for entry in root.get("sql").list()])


def _first(root: SettingNode, entry: SettingNode) -> SqlcPackage:
    overrides = [*_overrides(root, "go_type"), *_overrides(entry, "go_type")]
    return SqlcPackage(
        name=entry.get("name").text() or entry.get("path").text().rpartition("/")[2],
        queries=entry.get("queries").list(),
        schema=entry.get("schema").list(),
        engine=entry.get("engine").text() or "postgresql",
        is_python=False,
        overrides=tuple(overrides),
        renames=_renames(root.get("rename")),
        place=entry.place,
    )


def _second(root: SettingNode, entry: SettingNode) -> SqlcPackage:
    go = entry.at("gen", "go")
    shared = root.at("overrides", "go")
    overrides = [*_overrides(shared, "go_type"), *_overrides(go, "go_type")]
    is_python = False
    name = entry.get("name").text() or go.get("package").text()
    for plugin in entry.get("codegen").list():
        options = plugin.get("options")
        if "py" in plugin.get("plugin").text():
            is_python = True
            overrides += _overrides(options, "py_type")
            name = name or options.get("package").text()
    if go.value is None:
        overrides = [override for override in overrides if override.is_python]
    return SqlcPackage(
        name=name.rpartition(".")[2],
        queries=entry.get("queries").list(),
        schema=entry.get("schema").list(),
        engine=entry.get("engine").text(),
        is_python=is_python and go.value is None,
        overrides=tuple(overrides),
        renames=(*_renames(shared.get("rename")), *_renames(go.get("rename"))),
        place=entry.place,
        verdicts=_verdicts(entry.at("gen", "json")),
    )


def _overrides(node: SettingNode, key: str) -> Iterator[TypeOverride]:
    for entry in node.get("overrides").list():
        given = entry.get(key)
        name = given.text()
        if not name and given.get("type").text():
            package = given.get("import").text()
            name = f"{package}.{given.get('type').text()}".lstrip(".")
        db_type = entry.get("db_type").text() or entry.get("postgres_type").text()
        column = entry.get("column").text()
        if name and (db_type or column):
            yield TypeOverride(
                db_type=db_type,
                column=column,
                name=name,
                is_python=key == "py_type",
                nullable=any(
                    entry.get(word).value in (True, "true", "True", "yes", "on")
                    for word in ("nullable", "null")
                ),
                place=entry.place,
            )


def _renames(node: SettingNode) -> tuple[tuple[str, str], ...]:
    return tuple([(key, value.text()) for key, value in node.items() if value.text()])


def _verdicts(json: SettingNode) -> str:
    out = json.get("out").text()
    name = json.get("filename").text() or "codegen_request.json"
    return f"{out}/{name}" if out else ""


def unfit(package: SqlcPackage) -> Diagnostic | None:
    """Return the remark about a package that is not for PostgreSQL; None for one that is."""
    if package.engine in ("postgresql", ""):
        return None
    message = f"the package `{package.name}` is for `{package.engine}`"
    return not_imported(message, package.place, "port it to PostgreSQL first")
