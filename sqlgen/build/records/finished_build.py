"""A finished build <-> the cache: its entry tells the next build that there is nothing to do."""

import pickle
from collections.abc import Mapping, Sequence

from ... import cache, write
from ...model.config import UnknownName
from ...model.diagnostic import Diagnostic
from ..class_names import are_unchanged
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
    # It is whole, and by the user.
    digests, warnings, names, modules = pickle.loads(content)
    is_current = write.is_current(
        request.generated, request.digests, digests
    ) and are_unchanged(request.config, modules)
    return (warnings, names) if is_current else None


def store_finished_build(
    store: cache.Store,
    key: str,
    result: BuildResult,
    warnings: Sequence[Diagnostic],
    unknown_names: Sequence[UnknownName],
    modules: Mapping[str, bytes],
) -> None:
    """Keep the digests of what a build has generated and of the *modules* that it looked at, and what it reported.

    Names in the configuration are kept without their places, which may move.
    """
    if key:
        content = (
            dict(result.digests),
            tuple(warnings),
            tuple(unknown_names),
            modules,
        )
        store.put(key, pickle.dumps(content))
