"""The forms of other tools' migrations, as their manuals and sources describe them."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from ..model.frozen import frozen
from ..model.source import SourceFile
from .flyway import flyway_files
from .folder_files import FilesByPath, FolderFiles

Order = Callable[[PurePosixPath], tuple[object, ...] | None]
"""Sorts files by their paths below the folder; returns `None` for a file that is not run."""


@frozen(kw_only=True)
class ForeignTool:
    """A tool's form of migrations.

    `files` tells what the tool makes of the files in its folder. `up` begins a section to run, and `down`
    ends it; a file without `up` is all of it if the tool does not need the comment. `no_transaction`
    says that statements run without a transaction, and `replaced` finds what the tool replaces.
    """

    name: str
    files: Callable[[FilesByPath], FolderFiles]
    up: str = ""
    down: str = ""
    no_transaction: str = r"\bconcurrently\b"
    replaced: str = ""


def _in_order(
    order: Order, *, passed_over: str = "(?!)", not_run: str = "(?!)"
) -> Callable[[FilesByPath], FolderFiles]:
    """Return what takes SQL files by their *order*.

    *passed_over* matches the paths that the tool knows and does not run, and *not_run* those of files
    in another language that it does run.
    """

    def files(by_path: FilesByPath) -> FolderFiles:
        sql = {path: s for path, s in by_path.items() if path.suffix == ".sql"}
        keys = {path: key for path in sql if (key := order(path)) is not None}
        return FolderFiles(
            scripts=tuple(sql[path] for path in sorted(keys, key=lambda p: keys[p])),
            not_run=_matching(not_run, by_path),
            unknown=tuple(
                source
                for path, source in sql.items()
                if path not in keys and not re.fullmatch(passed_over, str(path))
            ),
        )

    return files


def _matching(
    pattern: str, by_path: Mapping[PurePosixPath, SourceFile]
) -> tuple[SourceFile, ...]:
    return tuple(s for path, s in by_path.items() if re.fullmatch(pattern, str(path)))


def _numbered(path: PurePosixPath) -> tuple[object, ...] | None:
    match = re.match(r"[0-9]+", path.name)
    return (int(match[0][:4000]), path.name) if match and len(path.parts) == 1 else None


def _by_name(path: PurePosixPath) -> tuple[object, ...] | None:
    return None if _numbered(path) is None else (path.name,)


def _up_files(path: PurePosixPath) -> tuple[object, ...] | None:
    return _numbered(path) if path.name.endswith(".up.sql") else None


def _numbered_first(path: PurePosixPath) -> tuple[object, ...] | None:
    """Sort as sql-migrate does, which runs files without a number as well, after the others."""
    if len(path.parts) > 1:
        return None
    return (0, *key) if (key := _numbered(path)) else (1, 0, path.name)


def _prisma(path: PurePosixPath) -> tuple[object, ...] | None:
    is_one = path.name == "migration.sql" and len(path.parts) == 2
    return (path.parts[0],) if is_one else None


TOOLS: Final = (
    ForeignTool(name="Prisma", files=_in_order(_prisma)),
    ForeignTool(name="Flyway", files=flyway_files, replaced=r"\$\{[\w:.-]+\}"),
    ForeignTool(
        name="dbmate",
        files=_in_order(_by_name),
        up=r"^--[ \t]*migrate:up\b.*",
        down=r"^--[ \t]*migrate:down\b",
        no_transaction=r"^--[ \t]*migrate:up\b.*\btransaction:false\b",
    ),
    ForeignTool(
        name="goose",
        files=_in_order(_numbered, not_run=r"[0-9]+_[^/]*(?<!_test)\.go"),
        up=r"^--[ \t]*\+goose[ \t]+up\b.*",
        down=r"^--[ \t]*\+goose[ \t]+down\b",
        no_transaction=r"^--[ \t]*\+goose[ \t]+no[ \t]+transaction\b",
        replaced=r"^--[ \t]*\+goose[ \t]+envsub(?:st)?[ \t]+on\b",
    ),
    ForeignTool(
        name="sql-migrate",
        files=_in_order(_numbered_first),
        up=r"^--[ \t]*\+migrate[ \t]+up\b.*",
        down=r"^--[ \t]*\+migrate[ \t]+down\b",
        no_transaction=r"^--[ \t]*\+migrate[ \t]+up\b.*\bnotransaction\b",
    ),
    ForeignTool(
        name="tern",
        # Folders have the templates that migrations include.
        files=_in_order(_numbered, passed_over=r".+/.+"),
        down=r"^-{4,}[ \t]*create above[ \t]*/[ \t]*drop below[ \t]*-{4,}",
        no_transaction=r"^-{4,}[ \t]*tern:[ \t]*disable-tx[ \t]*-{4,}",
        replaced=r"\{\{",
    ),
    ForeignTool(
        name="golang-migrate",
        files=_in_order(
            _up_files,
            passed_over=r"[0-9]+_[^/]*\.down\.sql",
            not_run=r"[0-9]+_[^/]*\.up\.(?!sql$)[^/]*",
        ),
    ),
    ForeignTool(
        name="Supabase",
        files=_in_order(_numbered, passed_over=r"[0-9]+_[^/]*\.down\.sql"),
    ),
)
"""The tools in the order in which they are looked for; the last one's files are plain numbered ones."""


PLAIN_TOOLS: Final = frozenset({"golang-migrate", "Supabase"})
"""The tools whose files look like those of sqlgen itself."""
