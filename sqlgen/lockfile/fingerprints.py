"""Query -> its fingerprint, the key of its analysis in the lock and in caches."""

import hashlib

from ..model.order import Order
from ..model.query import Parameter, Query

_RECENT: dict[int, tuple[Query, str]] = {}
_MOST = 2_000


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
    facts = (
        query.name,
        str(query.command),
        query.row is None,
        query.named_after_file,
        sql.text,
        [(p.name, p.number, _marks(p)) for p in query.parameters],
        _origins(query),
        *sorted(query.allowed_warnings),
        *[(part.start, part.end, str(part.kind)) for part in query.parts],
        *query.require_one_of,
        *(["read only"] if query.read_only else ()),
        *(["role", query.role.text] if query.role else ()),
        *_order(query.order),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:40]


def _origins(query: Query) -> list[tuple[int, ...]]:
    """Return where the statement's text comes from; the key of an order stands above the statement."""
    sql, order = query.sql, query.order
    start = sql.to_source(0)
    return [
        (
            (origin.server, origin.length)
            if order and order.start <= origin.server < order.end
            else (origin.server, origin.source - start, origin.length, origin.exact)
        )
        for origin in sql.origins
    ]


def _order(order: Order | None) -> list[object]:
    if order is None:
        return []
    return [order.name, order.most, order.start, order.end, *order.choices]


def _marks(parameter: Parameter) -> str:
    elements = parameter.element_mark
    return f"{parameter.mark}[{elements}]" if elements else str(parameter.mark)
