"""`.sqlx/query-*.json` and sqlx-data.json -> what SQLx knows of the queries."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...model.diagnostic import Diagnostic
from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from ..remarks import not_imported


@frozen(kw_only=True)
class PreparedQuery:
    """A query as SQLx has described it: its columns, and whether each may be NULL, `None` if unknown."""

    text: str
    hash: str
    columns: tuple[str, ...]
    nullable: tuple[bool | None, ...]
    place: Span


def prepared_queries(
    source: SourceFile,
) -> tuple[tuple[PreparedQuery, ...], tuple[Diagnostic, ...]]:
    """Return the queries of a file of `cargo sqlx prepare`, and a remark if it has none for PostgreSQL."""
    place = Span(source, 0, 0)
    try:
        content = json.loads(source.text)
    except (ValueError, RecursionError):
        message = f"`{source.path}` is not JSON"
        return (), (not_imported(message, place, "run `cargo sqlx prepare` again"),)
    queries = tuple(_queries(content, place))
    if queries:
        return queries, ()
    message = f"`{source.path}` has no query for PostgreSQL"
    return (), (not_imported(message, place, "delete it, if it is out of date"),)


def _queries(content: Any, place: Span) -> Iterator[PreparedQuery]:
    if not isinstance(content, Mapping):
        return
    if "query" in content:
        if content.get("db_name", "PostgreSQL") == "PostgreSQL":
            yield from _query(content, str(content.get("hash", "")), place)
    elif content.get("db") == "PostgreSQL":
        for key, value in content.items():
            if isinstance(value, Mapping):
                yield from _query(value, key, place)


def _query(
    content: Mapping[str, Any], hash_: str, place: Span
) -> Iterator[PreparedQuery]:
    text, describe = content.get("query"), content.get("describe")
    if not isinstance(text, str) or not isinstance(describe, Mapping):
        return
    columns, nullable = describe.get("columns"), describe.get("nullable")
    columns = columns if isinstance(columns, list) else []
    nullable = nullable if isinstance(nullable, list) else []
    yield PreparedQuery(
        text=text.encode("utf-8", errors="replace").decode(),
        hash="".join(c for c in hash_ if c in "0123456789abcdef")[:8],
        columns=tuple([str(c.get("name")) for c in columns if isinstance(c, Mapping)]),
        nullable=tuple([v if isinstance(v, bool) else None for v in nullable]),
        place=place,
    )
