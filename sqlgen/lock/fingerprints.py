"""Query -> what its analysis is found by."""

import hashlib

from ..model.query import Query


def fingerprint(query: Query) -> str:
    """What the analysis of a query depends on, beside the schema: its text, marks and command."""
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
