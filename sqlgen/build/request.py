"""Disk -> what a build is made of: the project's files, and which of them it is for."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import read, write
from ..conninfo.masking import mask_arguments
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic
from ..model.frozen import frozen
from ..model.routines import TypedRoutine
from ..model.source import SourceFile
from .schema_origin import schema_sources


@frozen(kw_only=True)
class BuildRequest:
    """A project as it stands on disk, and the query files that the build is for.

    `migrations` are the files that the schema comes from, whatever makes it (`schema_origin`).
    `templates` are the project's own templates of generated code. `generated` are the contents of the
    files below the output folder, and `digests` their digests, by path. Only errors in query files
    whose paths are `selected` stop the build; `is_partial` tells that these were named by the user.
    `routines` are the database's functions that have query files of their own among the `queries`.
    """

    config: Config
    migrations: tuple[SourceFile, ...]
    queries: tuple[SourceFile, ...]
    templates: tuple[SourceFile, ...]
    generated: Mapping[str, bytes]
    digests: Mapping[str, bytes]
    selected: frozenset[str]
    is_partial: bool
    routines: tuple[TypedRoutine, ...] = ()

    def selects(self, diagnostic: Diagnostic) -> bool:
        """Return whether the diagnostic is about a selected query file, or about no query file."""
        path = diagnostic.label.span.source.path if diagnostic.label else ""
        return path in self.selected or all(path != s.path for s in self.queries)


def read_request(
    config: Config, only: Sequence[Path] = (), *, offline: bool = False
) -> BuildRequest:
    """Read the project's files for a build of the query files *only* names, or of all.

    A live database that the schema comes from is read, too, unless *offline*.
    Raises `SqlgenError` if a file cannot be read, and `ConfigurationError` where *only* has a path
    without query files.
    """
    queries = read.queries(config)
    read.check_output(config)
    generated = read.generated(config.root, config.output)
    # Another process may be writing.
    generated = generated.without(write.is_temporary)
    return BuildRequest(
        config=config,
        migrations=schema_sources(config, offline=offline),
        queries=queries,
        templates=read.templates(config.root, config.templates, config.outside_folders),
        generated=generated,
        digests=write.digests(generated.contents()),
        selected=_select(config, [source.path for source in queries], only),
        is_partial=bool(only),
    )


def _select(
    config: Config, paths: Sequence[str], only: Sequence[Path]
) -> frozenset[str]:
    """Return those of the *paths* that *only* names by file or folder; all if it is empty."""
    if not only:
        return frozenset(paths)
    selected: set[str] = set()
    for path in only:
        inside = os.path.relpath(path.resolve(), config.root).replace(os.sep, "/")
        matching = [p for p in paths if p == inside or p.startswith(f"{inside}/")]
        if not matching:
            message = f"`{path}` is not a query file of this project"
            raise ConfigurationError(
                Diagnostic(
                    code="no-such-query-file",
                    message=mask_arguments(message, [str(path)]),
                    label=None,
                    hint=f"name files or folders below `{config.queries}/`",
                )
            )
        selected.update(matching)
    return frozenset(selected)
