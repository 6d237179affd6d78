"""A query file -> what indexes do for its queries, kept for the next build."""

from ...explain.facts import IndexService
from ...model.frozen import frozen


@frozen
class FileServices:
    """The valid queries of a file, whose content has the digest `sha384`: name, fingerprint, and what indexes do."""

    path: str
    sha384: bytes
    queries: tuple[tuple[str, str, IndexService], ...]
