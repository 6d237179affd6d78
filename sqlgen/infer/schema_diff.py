"""Two catalogs of one cluster -> which queries a difference between them may matter to.

What is inferred of a query follows from what the server answers about it and from the catalog's facts.
These are reached from the oids in the analysed tree: a table's columns and constraints, the queries of
views and functions, and what is in their trees. (A foreign key leads nowhere: all that is asked is
whether it refers to another table of the same query.) So where the answer is the same to the byte,
and no oid in it leads to a fact that is another, the inference is the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from ..model import postgres
from ..model.catalog import (
    Catalog,
    Relation,
)

Fact = TypeVar("Fact")

_NUMBER = re.compile(r"\d+")


class Changes:
    """The oids of all facts that are others, or that refer to such."""

    def __init__(self, oids: frozenset[int]) -> None:
        self._oids = frozenset(map(str, oids))

    def touch(self, tree: str) -> bool:
        """Whether they may matter to what is inferred of the query with this *tree*.

        Every number in it is taken for an oid, which errs on the safe side; and of a statement
        without a tree (CALL, EXPLAIN) it is not known what it speaks of.
        """
        if not self._oids:
            return False
        return not tree or not self._oids.isdisjoint(_NUMBER.findall(tree))


def changes(before: Catalog, after: Catalog) -> Changes | None:
    """What has changed; None where that may be anything.

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
    return Changes(_with_users(frozenset(types | relations), before, after))


def _changed(before: Mapping[int, Fact], after: Mapping[int, Fact]) -> set[int]:
    return {
        oid for oid in before.keys() | after.keys() if before.get(oid) != after.get(oid)
    }


def _with_users(
    oids: frozenset[int], before: Catalog, after: Catalog
) -> frozenset[int]:
    """The oids and those of all that refers to them, through others too."""
    references = _references(before) | _references(after)
    found = set(oids)
    while True:
        users = {oid for oid, used in references.items() if not used.isdisjoint(found)}
        if users <= found:
            return frozenset(found)
        found |= users


def _references(catalog: Catalog) -> dict[int, frozenset[int]]:
    """The oids that the facts of the users' relations and functions speak of.

    Every number in a tree may be one.
    """
    found: dict[int, frozenset[int]] = {}
    for relation in catalog.relations.values():
        if relation.oid >= postgres.FIRST_NORMAL_OBJECT_ID:
            found[relation.oid] = _numbers(_trees(relation))
    for function in catalog.functions.values():
        if function.body:
            found[function.oid] = _numbers([function.body])
    return found


def _trees(relation: Relation) -> Iterator[str]:
    yield relation.tree
    for check in relation.checks:
        yield check.tree
    for column in relation.columns.values():
        yield column.expression
    for index in relation.unique_indexes:
        yield index.expressions
        yield index.predicate


def _numbers(trees: Iterable[str]) -> frozenset[int]:
    return frozenset([int(n) for tree in trees for n in _NUMBER.findall(tree)])
