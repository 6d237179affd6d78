"""A query file <-> what builds before have found out about it: one entry of the cache for a project.

It is found by all that analyses depend on beside the queries: migrations, server, settings, sqlgen's
own code. Each file in it is then compared with what it was.
"""

import pickle
from collections.abc import Mapping
from dataclasses import field

from .. import cache
from ..model.frozen import frozen
from ..model.source import SourceFile

Answers = Mapping[str, bytes]
"""The digests of what the server said of queries, by their fingerprints."""


@frozen
class Made:
    """The files that were made of a query file: their digests by path, and what they claim.

    `inputs` tells all that they were made of beside the analyses; `claims` are pickled.
    """

    inputs: bytes
    digests: Mapping[str, bytes]
    claims: bytes


@frozen(kw_only=True)
class Known:
    """A query file with the digest `source`, without mistakes or with them.

    `analyses` are those of its good queries, as `lock.pack` writes them; `answers` are the
    server's to them. `share` is what it has for
    what all share (pickled), empty if there is more to say of it: a mistake or a warning.
    """

    source: bytes
    analyses: bytes = b""
    answers: Answers = field(default_factory=dict)
    share: bytes = b""
    made: Made | None = None


def is_clean(known: Known | None, source: SourceFile) -> bool:
    """Whether the file is as it was, and there was nothing to say of it."""
    return known is not None and known.source == source.sha384 and known.share != b""


Book = Mapping[str, Known]
"""What is known of each query file, by its path."""


def load(store: cache.Store, key: str) -> Book | None:
    """What is known under the key; None where not even the migrations were tried."""
    kept = store.get(key)
    if kept is None:
        return None
    found: Book = pickle.loads(kept)  # whole, and in the user's own folder
    return found


def save(store: cache.Store, key: str, book: Book) -> None:
    """Keep it for the next time."""
    if store:
        store.put(key, pickle.dumps(dict(book), pickle.HIGHEST_PROTOCOL))
