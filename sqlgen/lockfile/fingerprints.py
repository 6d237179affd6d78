"""Query -> its fingerprint, the key of its analysis in the lock and in caches."""

import hashlib

from ..model.query import Parameter, Query

_RECENT: dict[int, tuple[Query, str]] = {}
_MOST = 10_000


def fingerprint(query: Query) -> str:
    """Return a digest of what the analysis of a query depends on, apart from the schema.

    That is its text, marks and command. Recent results are remembered, since a build asks for each
    several times.
    """
    entry = _RECENT.get(id(query))
    if entry is not None and entry[0] is query:
        return entry[1]
    if len(_RECENT) >= _MOST:
        _RECENT.clear()
    digest = _digest(query)
    _RECENT[id(query)] = query, digest
    return digest


def _digest(query: Query) -> str:
    sql = query.sql
    start = sql.to_source(0)
    facts = (
        query.name,
        str(query.command),
        query.row is None,
        query.named_after_file,
        sql.text,
        [(p.name, p.number, _marks(p)) for p in query.parameters],
        [(o.server, o.source - start, o.length, o.exact) for o in sql.origins],
        *sorted(query.allowed_warnings),
        *[(part.start, part.end, str(part.kind)) for part in query.parts],
        *query.require_one_of,
        *(["read only"] if query.read_only else ()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:40]


def _marks(parameter: Parameter) -> str:
    elements = parameter.element_mark
    return f"{parameter.mark}[{elements}]" if elements else str(parameter.mark)
