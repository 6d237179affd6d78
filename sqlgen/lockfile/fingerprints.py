"""Query -> what its analysis is found by."""

import hashlib

from ..model.query import Query

_KNOWN: dict[int, tuple[Query, str]] = {}
_MOST = 10_000


def fingerprint(query: Query) -> str:
    """What the analysis of a query depends on, beside the schema: its text, marks and command.

    Each is asked for several times in a build: by the cache, the lock, and what is carried over.
    """
    known = _KNOWN.get(id(query))
    if known is not None and known[0] is query:
        return known[1]
    if len(_KNOWN) >= _MOST:
        _KNOWN.clear()
    found = _fingerprint(query)
    _KNOWN[id(query)] = query, found
    return found


def _fingerprint(query: Query) -> str:
    sql = query.sql
    start = sql.to_source(0)
    facts = (
        query.name,
        str(query.command),
        query.row is None,
        query.named_after_file,
        sql.text,
        [(p.name, p.number, str(p.mark)) for p in query.parameters],
        [(o.server, o.source - start, o.length, o.exact) for o in sql.origins],
        *sorted(query.allowed),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:40]
