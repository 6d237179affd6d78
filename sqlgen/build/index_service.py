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
    files, _ = analyzer.analyse(request.queries)
    queries = [query for file in files for query in typed_queries(file)]
    by_name = _by_name([query.query for query in queries])
    services = dict(zip(by_name, analyzer.index_services(queries), strict=True))
    path = plans_path(request.config)
    before = _read(request.generated.get(path, b""))
    warnings = [
        warning
        for name, service in sorted(services.items())
        for warning in _losses(
            by_name[name], before.get(name, _NOTHING), service, migrations
        )
    ]
    return _file(path, services), tuple(warnings)


def recorded_file(request: BuildRequest, analyzer: Analyzer) -> GeneratedFile:
    """Return the file as it is on disk; raise `SqlgenError` if it is not of these queries."""
    path = plans_path(request.config)
    recorded = _read(request.generated.get(path, b""))
    files, _ = analyzer.analyse(request.queries)
    queries = [query.query for file in files for query in typed_queries(file)]
    if _by_name(queries).keys() != recorded.keys():
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


def _by_name(queries: Sequence[Query]) -> dict[str, Query]:
    """Return the queries by their names in the file, in their order: with their paths, if files share a name."""
    numbers = Counter(query.name for query in queries)
    return {
        (
            query.name
            if numbers[query.name] == 1
            else f"{query.name} in {query.name_span.source.path}"
        ): query
        for query in queries
    }


def _file(path: str, services: Mapping[str, IndexService]) -> GeneratedFile:
    lines = [
        f"    {json.dumps(name)}: "
        + json.dumps({"served": service.served, "unserved": service.unserved})
        for name, service in sorted(services.items())
    ]
    body = ",\n".join(lines)
    queries = f"{{\n{body}\n  }}" if lines else "{}"
    return GeneratedFile(path, f'{LOCK_MARKER},\n  "queries": {queries}\n}}\n')


def _read(content: bytes) -> dict[str, IndexService]:
    """Return what a file has; nothing where it is not what we write, as after a conflict of branches."""
    try:
        queries = json.loads(content)["queries"]
        return {
            name: IndexService(_names(entry["served"]), _names(entry["unserved"]))
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


def _losses(
    query: Query,
    before: IndexService,
    now: IndexService,
    migrations: Sequence[Migration],
) -> Iterator[Diagnostic]:
    """Yield a warning for each table of which an index served a condition, and none does now."""
    for table, columns in now.unserved.items():
        indexes = before.served.get(table)
        if not indexes or table in before.unserved:
            continue
        places = [place for name in indexes for place in _drops(name, migrations)]
        message = (
            f"no index serves the conditions of `{query.name}` on {', '.join(columns)} of"
            f" {table.removeprefix('public.')} any more"
        )
        if places:
            message += f": `{places[0].source.path}` drops the one that did"
        yield Diagnostic(
            code="lost-index",
            message=message,
            label=Label(query.name_span, f"{', '.join(indexes)} served them"),
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
