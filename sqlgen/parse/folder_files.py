"""The files of another tool's folder of migrations, as that tool runs them."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePosixPath

from ..model.diagnostic import Diagnostic
from ..model.frozen import frozen
from ..model.source import SourceFile

FilesByPath = Mapping[PurePosixPath, SourceFile]
"""Files by their paths below the folder, sorted; those from elsewhere by their names."""


@frozen(kw_only=True)
class FolderFiles:
    """The `scripts` that a tool runs on a new database, in its order; one may run several times.

    `not_run` are files that the tool runs and sqlgen does not. `unknown` are SQL files whose names say
    nothing to the tool, so that it passes over them. `transactional` says of some paths whether they
    run in a transaction; in the files of the paths `literal`, nothing is replaced. `warnings` are about
    what else is not as it is with the tool.
    """

    scripts: tuple[SourceFile, ...] = ()
    not_run: tuple[SourceFile, ...] = ()
    unknown: tuple[SourceFile, ...] = ()
    transactional: Mapping[str, bool] = field(default_factory=dict)
    literal: frozenset[str] = frozenset()
    warnings: tuple[Diagnostic, ...] = ()
