"""Two catalogs of one cluster -> the queries whose inference a difference between them may change.

Inference of a query follows from the server's answer about it and from the catalog's facts. These are reached
from the oids in the analysed tree: a table's columns and constraints, the queries of views and functions, and
the oids in their trees. From a table, foreign keys that refer to it lead on where they write (CASCADE, SET …):
what these writes can violate counts for the query. So if the answer is the same to the byte, and no oid in it
leads to a changed fact, the inference is the same.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from ..model import postgres
from ..model.catalog import Catalog, PgType, Relation
from ..model.constraints import DomainName, IncomingKey
from .violations import domains_in

Fact = TypeVar("Fact")
Key = TypeVar("Key", int, DomainName)

_NUMBER = re.compile(r"\d+")


class SchemaDiff:
    """The difference of two catalogs: the oids of changed facts and of those that refer to them."""

    def __init__(self, oids: frozenset[int]) -> None:
        self._oids = frozenset(map(str, oids))

    def may_affect(self, tree: str) -> bool:
        """Return whether the changes may affect the inference of the query with this *tree*.

        Every number in it is taken for an oid, which errs on the safe side. A statement without a
        tree (CALL, EXPLAIN) may refer to anything.
        """
        if not self._oids:
            return False
        return not tree or not self._oids.isdisjoint(_NUMBER.findall(tree))


def diff_schemas(before: Catalog, after: Catalog) -> SchemaDiff | None:
    """Return the difference of two catalogs; `None` means any query may be affected.

    Functions and operators are looked for by more than their oids (casts, for instance, by what
    functions take), and a server of another version is another one altogether.
    """
    if (
        before.server_version != after.server_version
        or before.functions != after.functions
        or before.operators != after.operators
    ):
        return None
    types = _changed(before.types, after.types)
    relations = _changed(before.relations, after.relations)
    domains = _changed(before.domains, after.domains)
    domains |= _changed(before.domain_values, after.domain_values)
    made = _made_of(domains, before) | _made_of(domains, after)
    reaching = _reaching(before, after, relations, made)
    return SchemaDiff(
        _with_users(frozenset(types | relations | made | reaching), before, after)
    )


def _changed(before: Mapping[Key, Fact], after: Mapping[Key, Fact]) -> set[Key]:
    return {
        key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    }


def _made_of(domains: Collection[DomainName], catalog: Catalog) -> set[int]:
    """Return the types with values of these domains in them, and the tables with columns of such a type."""
    if not domains:
        return set()

    def has_any(type_: PgType) -> bool:
        return any((d.schema, d.name) in domains for d, _ in domains_in(type_))

    types = {oid for oid, type_ in catalog.types.items() if has_any(type_)}
    return types | {
        relation.oid
        for relation in catalog.relations.values()
        if any(has_any(column.type) for column in relation.columns.values())
    }


def _reaching(
    before: Catalog, after: Catalog, changed: Collection[int], made: Collection[int]
) -> frozenset[int]:
    """Return the tables whose deleted rows or changed keys lead to rows of *changed* tables.

    What a write can violate depends on these by CASCADE and SET …, as far as writes of them matter. Those that
    are *made* of changed domains count too.
    """
    affected = {*made} | {
        oid
        for oid in changed
        if _of_writes(before.relations.get(oid)) != _of_writes(after.relations.get(oid))
    }
    reaching: set[int] = set()
    while affected:
        affected = {
            oid
            for catalog in (before, after)
            for oid, relation in catalog.relations.items()
            for key in relation.incoming
            if key.source in affected and _leads_on(key)
        } - reaching
        reaching |= affected
    return frozenset(reaching)


def _leads_on(key: IncomingKey) -> bool:
    """Return whether a foreign key writes rows itself, other than NO ACTION and RESTRICT."""
    return key.on_delete not in "ar" or key.on_update not in "ar"


def _of_writes(relation: Relation | None) -> object:
    """Return the facts about a table that decide on what its writes can violate."""
    return relation and (
        relation.schema,
        relation.name,
        relation.kind,
        relation.checks,
        relation.constraints,
        relation.incoming,
        relation.triggers,
        relation.has_rules,
        relation.partition_key,
        relation.columns,
    )


def _with_users(
    oids: frozenset[int], before: Catalog, after: Catalog
) -> frozenset[int]:
    """Return the *oids* and those of all facts that refer to them, directly or through others."""
    references = _references(before) | _references(after)
    affected = set(oids)
    while True:
        users = {o for o, used in references.items() if not used.isdisjoint(affected)}
        if users <= affected:
            return frozenset(affected)
        affected |= users


def _references(catalog: Catalog) -> dict[int, frozenset[int]]:
    """Return the oids that the facts of the users' relations and functions refer to.

    Every number in a tree may be one. The system's relations refer to none of the users'.
    """
    references: dict[int, frozenset[int]] = {}
    for relation in catalog.relations.values():
        if relation.oid >= postgres.FIRST_NORMAL_OBJECT_ID:
            references[relation.oid] = _numbers(_trees(relation))
    for function in catalog.functions.values():
        if function.body:
            references[function.oid] = _numbers([function.body])
    return references


def _trees(relation: Relation) -> Iterator[str]:
    yield relation.tree
    yield from relation.policies
    for check in relation.checks:
        yield check.tree
    for column in relation.columns.values():
        yield column.expression
    for index in relation.unique_indexes:
        yield index.expressions
        yield index.predicate


def _numbers(trees: Iterable[str]) -> frozenset[int]:
    return frozenset([int(n) for tree in trees for n in _NUMBER.findall(tree)])
