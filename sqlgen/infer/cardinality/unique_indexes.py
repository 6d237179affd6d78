"""Unique indexes over expressions or some of the rows -> the keys that hold in a query's rows.

An index over expressions is known by them: `lower(email) = $1` compares what the index on
`lower(email)` holds, if both are the same analysed tree. A partial one is about the rows that its
predicate is true of: about all rows of a query whose WHERE has each part of the predicate literally.

Only PostgreSQL's own functions and extensions' are believed: an index is not rebuilt when the body
of a user's function changes.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from ...model.catalog import (
    ArrayType,
    Catalog,
    EnumType,
    PgType,
    ScalarType,
    UniqueIndex,
)
from ..tree import nodes
from ..tree.expressions import conjuncts
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel

Key = frozenset[int]
"""Numbers of columns in which, taken together, no two rows have the same values."""


def expression_numbers(
    expression: Node, collation: int, index: int, level: QueryLevel
) -> Iterator[int]:
    """Yield the numbers that stand for *expression* in the keys of entry *index*."""
    relation = level.relation(level.entries[index - 1])
    for place, key in enumerate(relation.unique_indexes if relation else ()):
        parts = zip(_expressions(key, index), key.collations, strict=True)
        for number, (part, compared_under) in enumerate(parts):
            if compared_under == collation and part.same(expression):
                yield _number(place, number)


def index_keys(
    level: QueryLevel, index: int, conditions: Collection[Node]
) -> Iterator[Key]:
    """Yield the keys of entry *index* that hold in rows of which the *conditions* are true."""
    relation = level.relation(level.entries[index - 1])
    for place, key in enumerate(relation.unique_indexes if relation else ()):
        applies = all(
            any(part.same(condition) for condition in conditions)
            and not any(_depends_on_session(n, level.catalog) for n in part.walk())
            for part in _predicate(key, index)
        )
        if applies and _is_stable(key, level.catalog):
            count = len(_expressions(key, index))
            yield frozenset(key.columns) | {_number(place, n) for n in range(count)}


def _depends_on_session(node: Node, catalog: Catalog) -> bool:
    """Return whether the literal of a constant may mean another value in another session.

    TimeZone, DateStyle, IntervalStyle and lc_monetary say what a literal means. The query's literal is
    read by each session that runs it, the index's was read once.
    """
    return (
        node.tag == "CONST"
        and not node.flag("constisnull")
        and node.datum("constvalue") not in _INFINITE
        and not _is_read_alike(catalog.types.get(node.number("consttype")))
    )


def _is_read_alike(type_: PgType | None) -> bool:
    match type_:
        case ScalarType(name=name):
            return name not in _READ_BY_SETTINGS
        case ArrayType(element=element):
            return _is_read_alike(element)
        case _:
            return isinstance(type_, EnumType)


_READ_BY_SETTINGS: Final = frozenset(
    {"date", "time", "timetz", "timestamp", "timestamptz", "interval", "money"}
)

_INFINITE: Final = frozenset(
    limit.to_bytes(8, "little", signed=True)
    for bits in (32, 64)
    for limit in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
)
"""The values of `infinity` and `-infinity` of dates and timestamps."""


def _number(place: int, number: int) -> int:
    """Return the number of an expression of the index at that place, below system columns' numbers."""
    return -1000 - 100 * place - number


@lru_cache(maxsize=512)
def _expressions(key: UniqueIndex, index: int) -> tuple[Node, ...]:
    return _parts(key.expressions, index)


@lru_cache(maxsize=512)
def _predicate(key: UniqueIndex, index: int) -> tuple[Node, ...]:
    predicate = _parts(key.predicate, index)
    return tuple([part for node in predicate for part in conjuncts(node)])


@lru_cache(maxsize=512)
def _parts(tree: str, index: int) -> tuple[Node, ...]:
    """Return the trees of an index, whose columns are those of entry 1, about entry *index*."""
    return nodes.parse(tree.replace(":varno 1 ", f":varno {index} "))


def _is_stable(key: UniqueIndex, catalog: Catalog) -> bool:
    """Return whether the values of the index depend on no function of the user's own."""
    parts = (*_parts(key.expressions, 1), *_parts(key.predicate, 1))
    called = {
        node.number("funcid") or node.number("opfuncid")
        for part in parts
        for node in part.walk()
    }
    functions = [catalog.functions.get(oid) for oid in called if oid]
    return all(f is not None and (f.system or f.extension) for f in functions)
