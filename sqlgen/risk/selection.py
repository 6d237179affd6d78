"""A project's migrations -> those whose risks matter now."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, nearest
from ..model.migration import Migration
from ..read.revision import Repository


def since_revision(
    config: Config, migrations: Sequence[Migration], revision: str | None
) -> tuple[Migration, ...]:
    """Return the migrations that a git revision does not have, or has with another text.

    Without one, it is the last commit that HEAD shares with the main branch. Raises `ConfigurationError` if
    git does not know it.
    """
    repository = Repository(config.root)
    commit = repository.revision(revision)
    with TemporaryDirectory(prefix="sqlgen-") as folder:
        root = repository.write(commit, [config.migrations], Path(folder))
        there = root / config.migrations
        digests = {
            path.name: hashlib.sha384(path.read_bytes()).digest()
            for path in (there.glob("*.sql") if there.is_dir() else ())
        }
    return tuple([m for m in migrations if digests.get(_name(m)) != m.up.sha384])


def named(
    config: Config, migrations: Sequence[Migration], names: Sequence[str]
) -> tuple[Migration, ...]:
    """Return the migrations of the files: paths, names of files, or versions.

    Raises `ConfigurationError` for what is none of them.
    """
    selected: set[int] = set()
    for name in names:
        path = os.path.normpath(Path(name).absolute())
        matches = [
            m
            for m in migrations
            if name in (_name(m), m.up.path, str(m.version))
            or path == os.path.normpath(config.root.absolute() / m.up.path)
        ]
        if not matches:
            known = [m.up.path for m in migrations]
            near = nearest(name, [*known, *map(_name, migrations)])
            raise ConfigurationError(
                Diagnostic(
                    code="no-such-migration",
                    message=f"there is no migration `{name}`",
                    label=None,
                    hint=(
                        f"did you mean `{near}`?"
                        if near
                        else f"name an up file of `{config.migrations}`"
                    ),
                )
            )
        selected |= {m.version for m in matches}
    return tuple([m for m in migrations if m.version in selected])


def _name(migration: Migration) -> str:
    return PurePosixPath(migration.up.path).name
