"""A finished build <-> the cache: its entry tells the next build that there is nothing to do."""

import pickle
from collections.abc import Sequence

from ... import cache, write
from ...model.config import UnknownName
from ...model.diagnostic import Diagnostic
from ..request import BuildRequest
from ..result import BuildResult

Findings = tuple[tuple[Diagnostic, ...], tuple[UnknownName, ...]]
"""The warnings of a build, and the unknown names in the configuration."""


def finished_build_key(request: BuildRequest) -> str:
    """Return the cache key of a build; empty where only the server can tell what it is made with."""
    server = cache.embedded_server(request.config)
    groups = (request.migrations, request.queries, request.templates)
    return cache.project_key(request.config, server, groups) if server else ""


def load_finished_build(
    store: cache.Store, key: str, request: BuildRequest
) -> Findings | None:
    """Return what a finished build of these very files reported, if its output is still there."""
    content = store.get(key) if key else None
    if content is None:
        return None
    digests, warnings, names = pickle.loads(content)  # whole, and by the user
    is_current = write.is_current(request.generated, request.digests, digests)
    return (warnings, names) if is_current else None


def store_finished_build(
    store: cache.Store,
    key: str,
    result: BuildResult,
    warnings: Sequence[Diagnostic],
    unknown_names: Sequence[UnknownName],
) -> None:
    """Keep the digests of what a build has generated, and what it reported.

    Names in the configuration are kept without their places, which may move.
    """
    if key:
        digests = {file.path: write.digest(file.text) for file in result.files}
        content = (
            {**result.reused_digests, **digests},
            tuple(warnings),
            tuple(unknown_names),
        )
        store.put(key, pickle.dumps(content))
