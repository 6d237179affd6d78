"""`pg_type`, `pg_constraint` -> the constraints that values of each domain may violate."""

from collections import defaultdict
from typing import Any

import psycopg

from ...model.constraints import ConstraintKind, DomainName, Violation
from .table_trees import OURS

_DOMAINS = f"""
SELECT t.oid, n.nspname, t.typname, t.typbasetype, t.typnotnull
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND t.oid {OURS}
ORDER BY t.oid
"""


_DOMAIN_CHECKS = """
SELECT c.contypid, c.conname, pg_get_constraintdef(c.oid, true)
FROM pg_constraint AS c
WHERE c.contype = 'c' AND c.contypid <> 0
ORDER BY c.contypid, c.conname
"""


def domain_rules(
    connection: psycopg.Connection[Any],
) -> dict[DomainName, tuple[Violation, ...]]:
    """Return the constraints of each domain and of those that it is based on."""
    domains = {row[0]: row[1:] for row in connection.execute(_DOMAINS)}
    checks: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for domain, name, definition in connection.execute(_DOMAIN_CHECKS):
        checks[domain].append((name, definition))
    chains: dict[int, list[int]] = {}
    for oid in domains:
        chains[oid] = [oid]
        while (base := domains[chains[oid][-1]][2]) in domains:
            chains[oid].append(base)
    over: defaultdict[int, list[str]] = defaultdict(list)
    for oid, chain in chains.items():
        for base in chain[1:]:
            over[base].append(domains[oid][1])
    own: dict[int, list[Violation]] = {}
    for oid, (schema, domain, _, not_null) in domains.items():
        own[oid] = [
            Violation(
                ConstraintKind.CHECK,
                schema,
                domain,
                name,
                definition,
                tuple(sorted((other, name) for other in over[oid])),
            )
            for name, definition in checks[oid]
        ]
        if not_null:
            aliases = tuple(sorted((other, "") for other in over[oid]))
            own[oid].append(
                Violation(
                    ConstraintKind.NOT_NULL, schema, domain, "", "NOT NULL", aliases
                )
            )
    return {
        (domains[oid][0], domains[oid][1]): tuple(
            [violation for base in chain for violation in own[base]]
        )
        for oid, chain in chains.items()
    }
