"""A table -> a file with the queries that most services have of it, each analysed before it is written.

What PostgreSQL or inference does not accept as it stands is written in another way, or left out: so the next
build has neither errors nor warnings about the file.
"""

import hashlib
import re
from dataclasses import replace

from .. import cache, parse, read, write
from ..model.catalog import Catalog, Relation, RelationKind
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError, nearest
from ..model.frozen import frozen
from ..model.identifiers import quoted
from ..model.output import Change
from ..model.progress import Progress, no_progress
from ..model.source import SourceFile
from .analysis.recorded_analyzer import RecordedAnalyzer, open_analyzer
from .request import read_request
from .schema_origin import schema_scripts, schema_sources

_KINDS = frozenset(RelationKind) - {RelationKind.COMPOSITE, RelationKind.SEQUENCE}


@frozen
class TableScaffold:
    """The file that was written, the names of its queries, and those of the drafts that no way to write fits."""

    path: str
    queries: tuple[str, ...]
    left_out: tuple[str, ...]


def scaffold_table(
    config: Config, name: str, *, progress: Progress = no_progress
) -> TableScaffold:
    """Write a query file for the table of that *name*, `table` or `schema.table`, and return what it has.

    Raises `SqlgenError`, and writes nothing, if there is no such table or the file exists.
    """
    write.finish_interrupted(config.root)
    migrations = schema_scripts(config, schema_sources(config))
    store = cache.open_store(config.root)
    with open_analyzer(config, migrations, store, progress) as analyzer:
        catalog = analyzer.catalog()
        relation = _relation(catalog, name, config)
        path = f"{config.queries}/{_file_name(relation)}.sql"
        if any(source.path == path for source in read.queries(config)):
            raise _exists(path)
        chosen = parse.snake_case(config.names.get(relation.name, ""))
        one = chosen or parse.singular(_file_name(relation))
        row = config.names.get(relation.name) or parse.pascal_case(one)
        text, left_out = "", tuple[str, ...]()
        for row_class in (row, ""):
            names = _names(relation, one, row_class, config)
            text, left_out = _valid_queries(relation, names, path, analyzer)
            if not text or _fits(text, path, config, analyzer, progress):
                break
    if not text:
        raise _nothing(name)
    write.apply(config.root, [Change(path, None, text)])
    queries = re.findall(r"^-- name: (\w+)", text, re.MULTILINE)
    return TableScaffold(path, tuple(queries), left_out)


def _valid_queries(
    relation: Relation, names: write.TableNames, path: str, analyzer: RecordedAnalyzer
) -> tuple[str, tuple[str, ...]]:
    """Return the text of the file, empty if it has no query, and the names of what is left out."""
    queries: list[str] = []
    left_out: list[str] = []
    for draft in write.table_queries(relation, names):
        text = next((t for t in draft.texts if _is_valid(t, path, analyzer)), None)
        if text is None:
            left_out.append(draft.name)
        else:
            queries.append(text)
    head = f"-- Queries of {names.table}: a start, which is yours to change.\n"
    return "\n".join([head, *queries]) if queries else "", tuple(left_out)


def _is_valid(text: str, path: str, analyzer: RecordedAnalyzer) -> bool:
    """Return whether a query has neither errors nor warnings."""
    files, errors = analyzer.analyse([SourceFile(path, text)])
    return not errors and not any(file.warnings for file in files)


def _fits(
    text: str, path: str, config: Config, analyzer: RecordedAnalyzer, progress: Progress
) -> bool:
    """Return whether the file can be rendered beside all others, as far as that is about this file."""
    from .package import build_package

    request = read_request(config)
    source = SourceFile(path, text, hashlib.sha384(text.encode()).digest())
    others = request.queries
    request = replace(
        request, queries=(*others, source), selected=frozenset({path}), is_partial=True
    )
    migrations = schema_scripts(config, request.migrations)
    try:
        build_package(request, migrations, analyzer, analyzer.records, progress)
    except SqlgenError as error:
        return not any(map(request.selects, error.diagnostics))
    return True


def _relation(catalog: Catalog, name: str, config: Config) -> Relation:
    """Return the table or view of that name. Raises `ConfigurationError` if there is none."""
    by_name = {
        f"{relation.schema}.{relation.name}": relation
        for relation in catalog.relations.values()
        if relation.kind in _KINDS and relation.schema not in _SYSTEM
    }
    for qualified in (name, *(f"{schema}.{name}" for schema in config.search_path)):
        if qualified in by_name:
            return by_name[qualified]
    known = [*by_name, *(relation.name for relation in by_name.values())]
    near = nearest(name, known)
    raise ConfigurationError(
        Diagnostic(
            code="no-such-table",
            message=f"the database has no table or view `{name}`",
            label=None,
            hint=f"did you mean `{near}`?" if near else "",
        )
    )


_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_toast"})


def _names(relation: Relation, one: str, row: str, config: Config) -> write.TableNames:
    """Return the names of a table's queries, and those of its columns as parameters."""
    table = quoted(relation.name)
    if relation.schema != next(iter(config.search_path), ""):
        table = f"{quoted(relation.schema)}.{table}"
    taken: set[str] = set()
    parameters: dict[int, str] = {}
    for number, column in sorted(relation.columns.items()):
        base = parse.parameter_name(column.name, f"column{number}")
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        parameters[number] = name
    many = _file_name(relation)
    if many == one:
        many = f"{one}_rows"
    return write.TableNames(one, many, row, table, parameters)


def _file_name(relation: Relation) -> str:
    return parse.snake_case(relation.name) or "queries"


def _exists(path: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="query-file-exists",
            message=f"`{path}` exists already",
            label=None,
            hint="rename it to have a new one, and merge the two",
        )
    )


def _nothing(name: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="nothing-to-scaffold",
            message=f"no query of `{name}` has neither errors nor warnings",
            label=None,
            hint="write a query of your own, and see what `sqlgen build` says of it",
        )
    )
