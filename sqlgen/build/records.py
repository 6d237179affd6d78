"""A query file <-> what an earlier build found out about it, as one cache entry for a project.

The entry's key covers everything that analyses depend on beside the queries themselves: migrations,
server, settings, and sqlgen's own code. Each file in the entry is then compared with what it is now.
"""

import pickle
from collections.abc import Mapping
from dataclasses import field

from .. import cache
from ..model.frozen import frozen
from ..model.source import SourceFile

AnswerDigests = Mapping[str, bytes]
"""The digests of the server's answers about queries, by the queries' fingerprints."""


@frozen
class OutputRecord:
    """The files that were generated from a query file: their digests, by path.

    `inputs` is the digest of everything that they were made of beside the analyses. `requirements`
    is the pickle of what they require of the modules that all files share.
    """

    inputs: bytes
    digests: Mapping[str, bytes]
    requirements: bytes


@frozen(kw_only=True)
class FileRecord:
    """A query file, whose content has the digest `source`, as a build found it.

    `analyses` are those of its valid queries, as `lockfile.pack` writes them, and `answers` the
    server's answers they were inferred from. `shared_use` is the pickled `SharedUse`; it is empty
    where the file had errors or warnings, which must be found again to be shown.
    """

    source: bytes
    analyses: bytes = b""
    answers: AnswerDigests = field(default_factory=dict)
    shared_use: bytes = b""
    output: OutputRecord | None = None


BuildRecord = Mapping[str, FileRecord]
"""The record of each query file, by its path."""


def is_unchanged(record: FileRecord | None, source: SourceFile) -> bool:
    """Return whether the record is of this very content, and there was nothing to report."""
    return (
        record is not None
        and record.source == source.sha384
        and record.shared_use != b""
    )


def load(store: cache.Store, key: str) -> BuildRecord | None:
    """Return the build record under *key*; None where not even the migrations were tried."""
    content = store.get(key)
    if content is None:
        return None
    record: BuildRecord = pickle.loads(content)  # whole, and in the user's own folder
    return record


def save(store: cache.Store, key: str, record: BuildRecord) -> None:
    """Keep the build record for the next build."""
    if store:
        store.put(key, pickle.dumps(dict(record), pickle.HIGHEST_PROTOCOL))
