"""A folder with sqlc.yaml, sqlc.yaml itself, or a folder of query files -> ImportedProject."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ...model.diagnostic import ConfigurationError, Diagnostic
from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from ...read import ForeignProject
from ..imported import ImportedFile, ImportedProject
from ..names import class_name, file_path
from ..remarks import not_imported
from ..schema_setting import schema_setting
from ..whole_rows import schema_names
from .configuration import NAMES, SqlcPackage, packages, unfit
from .queries import SchemaNames, imported_queries
from .schema_columns import table_columns
from .setting_tree import SettingNode
from .settings import settings
from .verdicts import Verdicts, verdicts_of


@frozen
class _PackageFiles:
    """A package with the paths of its query files and of its schema."""

    package: SqlcPackage
    queries: tuple[str, ...]
    schema: tuple[str, ...]


def read_project(files: ForeignProject, path: str) -> ImportedProject:
    """Return the project of sqlc at *path*: its folder, its configuration, or a folder of query files.

    Raises `SqlgenError` if the configuration or a file cannot be read.
    """
    place = _configuration(files, path)
    if place is None:
        return _without_configuration(files, path)
    source = files.read(place)
    problems: list[Diagnostic] = []
    found: list[_PackageFiles] = []
    for package in packages(source):
        if remark := unfit(package):
            problems.append(remark)
            continue
        folder = PurePosixPath(place).parent
        paths = _paths(files, folder, package.queries, problems)
        schema = _paths(files, folder, package.schema, problems)
        found.append(_PackageFiles(package, paths, schema))
    if not found and not problems:
        raise _no_packages(source)
    schemas = list(dict.fromkeys(each.schema for each in found if each.schema))
    if len(schemas) > 1:
        problems.append(_several_schemas(source))
    scripts = list(dict.fromkeys(path for schema in schemas for path in schema))
    names = _schema_names(map(files.read, scripts))
    imported: list[ImportedFile] = []
    left_out = 0
    embeds = False
    for each in found:
        prefix = each.package.name if len(found) > 1 else ""
        verdicts = _verdicts(files, PurePosixPath(place).parent, each.package)
        for query_file in each.queries:
            file = files.read(query_file)
            embeds = embeds or "sqlc.embed" in file.text.lower()
            queries, remarks, lost = imported_queries(
                file, names, is_python=each.package.is_python, verdicts=verdicts
            )
            name = str(PurePosixPath(prefix, PurePosixPath(query_file).name))
            imported.append(ImportedFile(file_path(name), tuple(queries)))
            problems += remarks
            left_out += lost
    text, remarks_on_settings = settings(
        [each.package for each in found], names, embeds=embeds
    )
    folder = PurePosixPath(place).parent
    patterns = [node.text() for each in found[:1] for node in each.package.schema]
    return ImportedProject(
        files=tuple(imported),
        problems=(*problems, *remarks_on_settings),
        left_out=left_out,
        settings=schema_setting(files, folder, patterns, schemas[:1]) + text,
    )


def _verdicts(
    files: ForeignProject, folder: PurePosixPath, package: SqlcPackage
) -> Verdicts:
    path = str(folder / package.verdicts)
    if not package.verdicts or not files.is_file(path):
        return {}
    return verdicts_of(files.read(path))


def _configuration(files: ForeignProject, path: str) -> str | None:
    if files.is_file(path):
        is_configuration = path.endswith((".yaml", ".yml", ".json"))
        return path if is_configuration else None
    names = [str(PurePosixPath(path, name)) for name in NAMES]
    return next((name for name in names if files.is_file(name)), None)


def _without_configuration(files: ForeignProject, path: str) -> ImportedProject:
    paths = files.below(path, ".sql") if files.is_folder(path) else (path,)
    imported: list[ImportedFile] = []
    problems: list[Diagnostic] = []
    left_out = 0
    for query_file in paths:
        queries, remarks, lost = imported_queries(
            files.read(query_file), SchemaNames(), is_python=False
        )
        if queries or lost:  # others may be migrations
            below = query_file.removeprefix(f"{path}/") if path != query_file else ""
            name = file_path(below or PurePosixPath(query_file).name)
            imported.append(ImportedFile(name, tuple(queries)))
            problems += remarks
            left_out += lost
    return ImportedProject(
        files=tuple(imported), problems=tuple(problems), left_out=left_out
    )


def _paths(
    files: ForeignProject,
    folder: PurePosixPath,
    patterns: Sequence[SettingNode],
    problems: list[Diagnostic],
) -> tuple[str, ...]:
    paths: list[str] = []
    for node in patterns:
        matched = [
            path
            for path in files.matching(str(folder / node.text()), ".sql")
            if not path.endswith(".down.sql")
        ]
        if not matched:
            message = f"`{node.text()}` names no SQL file"
            problems.append(not_imported(message, node.place, "correct the path"))
        paths += matched
    return tuple(dict.fromkeys(paths))


def _schema_names(scripts: Iterable[SourceFile]) -> SchemaNames:
    tables, classes = set[str](), set[str]()
    text = ""
    for script in scripts:
        text += f"{script.text}\n;\n"
        made, types = schema_names(script.text)
        tables |= made
        classes |= {class_name(name.rpartition(".")[2]) for name in types}
    return SchemaNames(tables, classes, table_columns(text))


def _several_schemas(source: SourceFile) -> Diagnostic:
    return not_imported(
        "the packages have several schemas, and a project of sqlgen has one",
        Span(source, 0, 0),
        "keep the query files of one database here, and write a configuration for each other one"
        " (`sqlgen help configuration several databases`)",
    )


def _no_packages(source: SourceFile) -> ConfigurationError:
    return ConfigurationError(
        Diagnostic(
            code="bad-sqlc-configuration",
            message=f"`{source.path}` has neither `sql` nor `packages`",
            label=None,
            hint="give the configuration of sqlc, or a folder of query files",
        )
    )
