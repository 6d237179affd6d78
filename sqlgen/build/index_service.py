"""Typed queries -> `plans.json` in the folder of the lock, and warnings about queries that lost an index.

It is made with `plans = true`. Offline it is taken as it is, since only a server can plan.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..explain.facts import IndexService
from ..model.config import Config
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.output import LOCK_FOLDER, LOCK_MARKER, GeneratedFile
from ..model.query import Query
from ..model.source import Span
from .analysis.analyzer import Analyzer, typed_queries
from .analysis.recorded_analyzer import RecordedAnalyzer
from .request import BuildRequest

_NOTHING: Final = IndexService({}, {})


def planned_file(
    request: BuildRequest, analyzer: RecordedAnalyzer, migrations: Sequence[Migration]
) -> tuple[GeneratedFile, tuple[Diagnostic, ...]]:
    """Return the file with what indexes do for each query, and warnings about what they did before."""
    places = [
        (name, file.path, service)
        for file in analyzer.index_services(request.queries)
        for name, _, service in file.queries
    ]
    names = _names_in_file([(name, path) for name, path, _ in places])
    path = plans_path(request.config)
    before = _read(request.generated.get(path, b""))
    services = {
        key: service for key, (_, _, service) in zip(names, places, strict=True)
    }
    lost = {
        key: (name, source_path, losses)
        for key, (name, source_path, service) in zip(names, places, strict=True)
        if (losses := _losses(before.get(key, _NOTHING), service))
    }
    warnings = [
        _warning(_query(request, name, source_path), loss, migrations)
        for _, (name, source_path, losses) in sorted(lost.items())
        for loss in losses
    ]
    return _file(path, services), tuple(warnings)


def _query(request: BuildRequest, name: str, path: str) -> Query:
    """Return the query of that name in a file, of which it is known that it is valid."""
    from .. import parse

    [source] = [source for source in request.queries if source.path == path]
    file, _ = parse.readable_queries(source)
    return next(query for query in file.queries if query.name == name)


def recorded_file(request: BuildRequest, analyzer: Analyzer) -> GeneratedFile:
    """Return the file as it is on disk; raise `SqlgenError` if it is not of these queries."""
    path = plans_path(request.config)
    recorded = _read(request.generated.get(path, b""))
    files, _ = analyzer.analyse(request.queries)
    queries = [query.query for file in files for query in typed_queries(file)]
    places = [(query.name, query.name_span.source.path) for query in queries]
    if {*_names_in_file(places)} != recorded.keys():
        raise SqlgenError(
            Diagnostic(
                code="stale-lock",
                message=f"`{path}` has not the plans of these queries",
                label=None,
                hint="run `sqlgen build` and commit the result",
            )
        )
    return _file(path, recorded)


def plans_path(config: Config) -> str:
    """Return the path of the file."""
    return f"{config.output}/{LOCK_FOLDER}/plans.json"


def _names_in_file(places: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names in the file of queries, given by name and path: with the path, if files share a name."""
    numbers = Counter(name for name, _ in places)
    return [
        name if numbers[name] == 1 else f"{name} in {path}" for name, path in places
    ]


def _file(path: str, services: Mapping[str, IndexService]) -> GeneratedFile:
    lines = [
        f"    {json.dumps(name)}: " + json.dumps(_entry(service))
        for name, service in sorted(services.items())
    ]
    body = ",\n".join(lines)
    queries = f"{{\n{body}\n  }}" if lines else "{}"
    return GeneratedFile(path, f'{LOCK_MARKER},\n  "queries": {queries}\n}}\n')


def _entry(service: IndexService) -> dict[str, Any]:
    """Return what the file has of a query; what is about pages only where it gives some."""
    entry: dict[str, Any] = {"served": service.served, "unserved": service.unserved}
    pages = {"pages": service.pages, "unserved_pages": service.unserved_pages}
    return entry | (pages if service.pages or service.unserved_pages else {})


def _read(content: bytes) -> dict[str, IndexService]:
    """Return what a file has; nothing where it is not what we write, as after a conflict of branches."""
    try:
        queries = json.loads(content)["queries"]
        return {
            name: IndexService(
                _names(entry["served"]),
                _names(entry["unserved"]),
                _names(entry.get("pages", {})),
                _names(entry.get("unserved_pages", {})),
            )
            for name, entry in queries.items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _names(entry: Any) -> dict[str, tuple[str, ...]]:
    """Return lists of names by tables; raise `TypeError` for anything else."""
    for names in entry.values():
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise TypeError
    return {table: tuple(names) for table, names in entry.items()}


@frozen
class _Loss:
    """A table of which `indexes` served the *purpose* with `columns`, and none does now."""

    purpose: str
    table: str
    columns: tuple[str, ...]
    indexes: tuple[str, ...]


def _losses(before: IndexService, now: IndexService) -> list[_Loss]:
    """Return the tables of which an index served conditions or pages before, and none does now."""
    purposes = {
        "conditions": (before.served, before.unserved, now.unserved),
        "pages": (before.pages, before.unserved_pages, now.unserved_pages),
    }
    return [
        _Loss(purpose, table, columns, served[table])
        for purpose, (served, unserved, unserved_now) in purposes.items()
        for table, columns in unserved_now.items()
        if served.get(table) and table not in unserved
    ]


def _warning(query: Query, loss: _Loss, migrations: Sequence[Migration]) -> Diagnostic:
    places = [place for name in loss.indexes for place in _drops(name, migrations)]
    message = (
        f"no index serves the {loss.purpose} of `{query.name}` on {', '.join(loss.columns)} of"
        f" {loss.table.removeprefix('public.')} any more"
    )
    if places:
        message += f": `{places[0].source.path}` drops the one that did"
    return Diagnostic(
        code="lost-index",
        message=message,
        label=Label(query.name_span, f"{', '.join(loss.indexes)} served them"),
        related=tuple([Label(place, "drops the index") for place in places]),
        hint="run `sqlgen plans` to see which index would serve them; the next build is silent",
        severity=Severity.WARNING,
    )


def _drops(index: str, migrations: Sequence[Migration]) -> Iterator[Span]:
    """Yield the place at which the migrations drop the index last, if they say so with DROP INDEX."""
    pattern = re.compile(
        rf"\bDROP\s+INDEX\b[^;]*?(?<![\w$]){re.escape(index)}(?![\w$])", re.IGNORECASE
    )
    for migration in reversed(migrations):
        if matches := [*pattern.finditer(migration.up.text)]:
            yield Span(migration.up, matches[-1].start(), matches[-1].end())
            return
