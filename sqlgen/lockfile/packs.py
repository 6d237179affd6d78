"""The analyses of a query file <-> bytes, which caches keep.

There are two lines of JSON: the types and columns that occur, each once, and the queries, as rows of
values instead of objects with keys. A large project has ten thousands of them.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.query import Query
from ..model.source import Span
from ..model.typed import ColumnName, TypedQuery
from .analyses import AnalysisDecoder, AnalysisEncoder, Row, query_row
from .fingerprints import fingerprint
from .types import TypeReader

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)

_ZLIB: Final = b"\x78"
"""The first byte of what zlib compresses (RFC 1950); a pack begins with a bracket."""

_COMPACT: Final = (",", ":")


def pack(typed: Iterable[TypedQuery]) -> bytes:
    """Return the analyses as bytes, each under its query's fingerprint."""
    places: dict[ColumnName, int] = {}
    encoder = AnalysisEncoder(lambda column: places.setdefault(column, len(places)))
    queries: dict[str, Row] = {}
    for analysis in typed:
        query = analysis.query
        warnings = [_warning(warning, query) for warning in analysis.warnings]
        if None not in warnings:
            queries[fingerprint(query)] = [query_row(analysis), warnings]
    body = json.dumps(
        queries, separators=_COMPACT, default=encoder.plain, check_circular=False
    )
    columns = [[name.schema, name.relation, name.column] for name in places]
    head = json.dumps([encoder.types.types, columns], separators=_COMPACT)
    return f"{head}\n{body}".encode()


def unpack(content: bytes, queries: Sequence[Query]) -> dict[int, TypedQuery]:
    """Return the analyses of those *queries* that are in a pack, by `id` of the query.

    The pack may be compressed by zlib. The result is empty for bytes that are no pack.
    """
    analyses: dict[int, TypedQuery] = {}
    try:
        if content[:1] == _ZLIB:
            import zlib  # rarely needed

            content = zlib.decompress(content)
        head, body = content.split(b"\n")
        types, names = json.loads(head)
        columns = [ColumnName(*column) for column in names]
        decoder = AnalysisDecoder(TypeReader(types), columns.__getitem__)
        packed = json.loads(body)
        for query in queries:
            if (entry := packed.get(fingerprint(query))) is not None:
                values, warnings = entry
                read = [_read_warning(warning, query) for warning in warnings]
                analyses[id(query)] = decoder.query(query, values, read)
    except _BROKEN:
        return {}
    return analyses


# --- warnings ----------------------------------------------------------------------------------


def _warning(warning: Diagnostic, query: Query) -> Row | None:
    """Return a warning as plain data, or `None` if a label is outside of the query.

    Such a label would not move together with the query.
    """
    labels = [_label(label, query) for label in (warning.label, *warning.related)]
    if None in labels:
        return None
    severity = warning.severity.value
    return [warning.code, warning.message, labels, warning.hint, severity]


def _read_warning(row: Row, query: Query) -> Diagnostic:
    code, message, labels, hint, severity = row
    first, *related = [_read_label(label, query) for label in labels]
    return Diagnostic(
        code=code,
        message=message,
        label=first,
        related=tuple([label for label in related if label]),
        hint=hint,
        severity=Severity(severity),
    )


def _label(label: Label | None, query: Query) -> Row | None:
    """Return a label as the query's name, or as characters counted from its statement's start.

    `None` stands for a place outside of the query, an empty list for no label.
    """
    if label is None:
        return []
    span, start = label.span, query.sql.to_source(0)
    end = query.sql.to_source(len(query.sql.text))
    if span == query.name_span:
        return ["name", 0, label.text]
    if span.source == query.sql.source and start <= span.start <= span.end <= end:
        return [span.start - start, span.end - start, label.text]
    return None


def _read_label(row: Row, query: Query) -> Label | None:
    if not row:
        return None
    start, end, text = row
    if start == "name":
        return Label(query.name_span, text)
    first = query.sql.to_source(0)
    return Label(Span(query.sql.source, first + start, first + end), text)
