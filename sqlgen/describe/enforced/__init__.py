"""`pg_index`, `pg_constraint`, `pg_trigger` -> what a write to each table may violate or set off.

Other facts about constraints (`constraints.py`) are of what rows obey, for proofs. These are of what is
enforced: also constraints that are NOT VALID, and indexes that are still being built.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import psycopg

from ...model.constraints import (
    Constraint,
    DomainName,
    IncomingKey,
    Trigger,
    Violation,
)
from ...model.frozen import frozen
from ..columns import Inheritance
from .checks import checks, not_nulls
from .domains import Domains
from .indexes import indexes
from .keys import FOREIGN_KEYS, foreign_keys, incoming_keys
from .reported_names import ReportedNames
from .table_trees import TABLES, NamedTable, TableTrees, merged_rules
from .triggers import triggers


@frozen(kw_only=True)
class EnforcedConstraints:
    """The constraints that writes may violate, and the triggers that they set off.

    They are by the table's oid, those of domains by the domains' names.
    """

    constraints: Mapping[int, tuple[Constraint, ...]]
    incoming: Mapping[int, tuple[IncomingKey, ...]]
    triggers: Mapping[int, tuple[Trigger, ...]]
    domains: Mapping[DomainName, tuple[Violation, ...]]
    partition_keys: Mapping[int, tuple[str, ...] | None]


def enforced(
    connection: psycopg.Connection[Any],
    inheritance: Inheritance,
    numbers: Mapping[int, Mapping[int, str]],
) -> EnforcedConstraints:
    """Return all that is enforced; *numbers* are the names of each table's columns by number."""
    tables = {oid: NamedTable(*row) for oid, *row in connection.execute(TABLES)}
    ancestors: defaultdict[int, set[int]] = defaultdict(set)
    for parent, descendants in inheritance.descendants.items():
        for child in descendants:
            ancestors[child].add(parent)
    trees = TableTrees(tables, inheritance, ancestors)
    keys = list(connection.execute(FOREIGN_KEYS))
    found = [
        *indexes(connection, numbers),
        *checks(connection, numbers, trees),
        *not_nulls(connection, trees),
        *foreign_keys(keys),
    ]
    user_domains = Domains.of(connection)
    reported = ReportedNames([*map(trees.names, found), *user_domains.reported()])
    merged = merged_rules(found, trees, reported)
    return EnforcedConstraints(
        constraints=trees.with_descendants(merged),
        incoming=incoming_keys(keys, merged, trees),
        triggers=triggers(connection, inheritance),
        domains=user_domains.rules(reported),
        partition_keys=trees.partition_keys(),
    )
