"""The analyses of a query file <-> bytes: what caches keep."""

import json
from collections.abc import Iterable, Sequence

from ..model.query import Query
from ..model.typed import TypedQuery
from .queries import fingerprint, read, written
from .types import Data, Reader, Writer

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def pack(typed: Iterable[TypedQuery]) -> bytes:
    """The analyses, each to be found by its query's fingerprint."""
    types = Writer()
    queries: dict[str, Data] = {}
    for one in typed:
        data = written(one, types)
        if data is not None:
            queries[fingerprint(one.query)] = data
    return json.dumps({"types": types.types, "queries": queries}).encode()


def unpack(content: bytes, queries: Sequence[Query]) -> dict[int, TypedQuery]:
    """The analyses of those *queries* that are in a pack, by `id` of the query.

    Bytes that no pack is made of have none.
    """
    found: dict[int, TypedQuery] = {}
    try:
        data = json.loads(content)
        types, known = Reader(data["types"]), data["queries"]
        for query in queries:
            if (item := known.get(fingerprint(query))) is not None:
                found[id(query)] = read(query, item, types)
    except _BROKEN:
        return {}
    return found
