"""`pg_type`, `pg_constraint` -> the constraints that values of each domain may violate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from ...model.catalog import Check, DomainValues
from ...model.constraints import ConstraintKind, DomainName, Violation
from .reported_names import ReportedNames
from .table_trees import OURS

_DOMAINS = f"""
SELECT t.oid, n.nspname, t.typname, t.typbasetype, t.typnotnull
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND t.oid {OURS}
ORDER BY t.oid
"""


_DOMAIN_CHECKS = """
SELECT c.contypid, c.conname, pg_catalog.pg_get_constraintdef(c.oid, true)
FROM pg_catalog.pg_constraint AS c
WHERE c.contype = 'c' AND c.contypid <> '0'
ORDER BY c.contypid, c.conname
"""


_DOMAIN_VALUES = f"""
SELECT n.nspname, t.typname, t.typtypmod, c.conname, c.conbin::pg_catalog.text, pg_catalog.pg_get_constraintdef(c.oid)
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
-- NOT VALID: values from before need not satisfy it.
LEFT JOIN pg_catalog.pg_constraint AS c ON c.contypid = t.oid AND c.contype = 'c' AND c.convalidated
WHERE t.typtype = 'd' AND t.oid {OURS}
ORDER BY t.oid, c.oid
"""


def domain_values(
    connection: psycopg.Connection[Any],
) -> dict[DomainName, DomainValues]:
    """Return what the values of each domain fulfil."""
    domains: dict[DomainName, DomainValues] = {}
    for schema, name, modifier, *check in connection.execute(_DOMAIN_VALUES):
        before = domains.get((schema, name))
        checks = (Check(*check),) if check[0] else ()
        domains[schema, name] = DomainValues(
            (*before.checks, *checks) if before else checks, modifier
        )
    return domains


class Domains:
    """The user's domains, with their own CHECKs and those that each is based on."""

    def __init__(
        self, domains: Iterable[Sequence[Any]], checks: Iterable[Sequence[Any]]
    ) -> None:
        self._domains = {oid: _Domain(*facts) for oid, *facts in domains}
        self._checks: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for oid, name, definition in checks:
            self._checks[oid].append((name, definition))
        self._chains: dict[int, list[int]] = {}
        self._over: defaultdict[int, list[int]] = defaultdict(list)
        for oid in self._domains:
            chain = self._chains[oid] = [oid]
            while (base := self._domains[chain[-1]].base) in self._domains:
                chain.append(base)
                self._over[base].append(oid)

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> "Domains":
        """Read the domains of a database."""
        return cls(connection.execute(_DOMAINS), connection.execute(_DOMAIN_CHECKS))

    def reported(self) -> Iterator[tuple[str, str, str]]:
        """Yield the schema, the domain and the name by which PostgreSQL reports each constraint."""
        for oid in self._domains:
            for name, _ in self._own(oid):
                for place in (oid, *self._over[oid]):
                    yield self._domains[place].schema, self._domains[place].name, name

    def rules(self, reported: ReportedNames) -> dict[DomainName, tuple[Violation, ...]]:
        """Return the constraints of each domain and of those that it is based on."""
        own = {
            oid: [
                self._violation(oid, name, text, reported)
                for name, text in self._own(oid)
            ]
            for oid in self._domains
        }
        return {
            (self._domains[oid].schema, self._domains[oid].name): tuple(
                [violation for base in chain for violation in own[base]]
            )
            for oid, chain in self._chains.items()
        }

    def _own(self, oid: int) -> list[tuple[str, str]]:
        """Return the names and definitions of a domain's own constraints; NOT NULL has no name."""
        checks = self._checks[oid]
        return [*checks, ("", "NOT NULL")] if self._domains[oid].not_null else checks

    def _violation(
        self, oid: int, name: str, definition: str, reported: ReportedNames
    ) -> Violation:
        domain = self._domains[oid]
        places = [self._domains[each] for each in (oid, *self._over[oid])]
        names = {reported.alias(each.schema, each.name, name) for each in places}
        return Violation(
            ConstraintKind.CHECK if name else ConstraintKind.NOT_NULL,
            domain.schema,
            domain.name,
            name,
            definition,
            tuple(sorted(names - {(domain.name, name)})),
        )


class _Domain(NamedTuple):
    schema: str
    name: str
    base: int
    not_null: bool
