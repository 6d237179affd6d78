"""A query file <-> what the last build found out about it: one cache entry for all files of a project.

The entry's key covers everything that analyses depend on beside the queries themselves: migrations,
server, settings, and sqlgen's own code. Each file in the entry is then compared with what it is now.
"""

import pickle
from collections.abc import Mapping
from dataclasses import field

from ... import cache
from ...model.frozen import frozen
from ...model.source import SourceFile

AnswerDigests = Mapping[str, bytes]
"""The digests of the server's answers about queries, by the queries' fingerprints."""


@frozen
class OutputRecord:
    """The files that were generated from a query file: their digests, by path.

    `inputs_digest` is of everything that they were made of beside the analyses, `all_names_digest` of that and
    the names that other files use. `requirements` is the pickle of what they require of the modules that
    all files share.
    """

    inputs_digest: bytes
    all_names_digest: bytes
    digests: Mapping[str, bytes]
    requirements: bytes


@frozen(kw_only=True)
class FileRecord:
    """A query file, whose content has the digest `sha384`, as a build found it.

    `packed_queries` are its valid queries with their types, as `lockfile.pack` writes them, and
    `answer_digests` the server's answers that they were inferred from. `shared_use` is the pickled
    `SharedUse`. It is empty where the file had errors or warnings, which must be found again to be
    shown.
    """

    sha384: bytes
    packed_queries: bytes = b""
    answer_digests: AnswerDigests = field(default_factory=dict)
    shared_use: bytes = b""
    output: OutputRecord | None = None

    @property
    def is_clean(self) -> bool:
        """Return whether the file had neither errors nor warnings."""
        return self.shared_use != b""

    def is_of(self, source: SourceFile) -> bool:
        """Return whether the record is of this very content."""
        return self.sha384 == source.sha384


class FileRecords:
    """The records of a project's query files under one schema, by path.

    `files` is empty where there are none. `has_schema` tells that the migrations were applied by an
    earlier build, whether or not there were queries.
    """

    def __init__(self, store: cache.Store, key: str) -> None:
        content = store.get(key)
        # An entry is whole, and one of the user's own builds has written it.
        files: Mapping[str, FileRecord] = pickle.loads(content) if content else {}
        self.files = files
        self.has_schema = content is not None
        self.is_saved = False
        self._store = store
        self._key = key

    @property
    def are_kept(self) -> bool:
        """Return whether `save` keeps anything, so that records are worth making."""
        return bool(self._store)

    def reusable(self, source: SourceFile) -> FileRecord | None:
        """Return the record of this very file, if there was nothing to report about it."""
        record = self.files.get(source.path)
        return record if record and record.is_of(source) and record.is_clean else None

    def save(self, files: Mapping[str, FileRecord]) -> None:
        """Keep the records for the next build, and for what is left of this one."""
        if files != self.files or not self.has_schema:
            content = pickle.dumps(dict(files), pickle.HIGHEST_PROTOCOL)
            self._store.put(self._key, content)
        self.files = files
        self.is_saved = True


NO_RECORDS = FileRecords(cache.Store(None), "")
"""No records, and none are kept."""
