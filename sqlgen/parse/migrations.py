"""SourceFile -> Migration: pairs the up and down files of the migrations folder, in order."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.migration import Migration, SquashedMigration
from ..model.source import SourceFile, Span
from .foreign_tools import TOOLS
from .squashes import squashed_migrations
from .statements import refuse_psql_commands


def migrations(sources: Sequence[SourceFile]) -> tuple[Migration, ...]:
    """Return the migrations in *sources*, sorted by version.

    As in SQLx, a file is named `VERSION_description.up.sql` or `.down.sql`, or in the simple form
    `VERSION_description.sql`. A folder may mix the two forms, but not for one migration. Raises
    `SqlgenError` with all errors in the names, and for files of other tools which contain
    their down section as well.
    """
    problems: list[Diagnostic] = []
    squashed: dict[int, tuple[SquashedMigration, ...]] = {}
    ups: dict[int, _File] = {}
    downs: dict[int, _File] = {}
    for source in sorted(sources, key=lambda source: source.path):
        file = _file(source)
        if isinstance(file, Diagnostic):
            problems.append(file)
            continue
        try:
            refuse_psql_commands(source)
        except SqlgenError as error:
            problems.extend(error.diagnostics)
        if file.form != "down" and (foreign := _foreign(source)):
            problems.append(foreign)
        if file.form != "down":
            squashed[file.version], malformed = squashed_migrations(source)
            problems += malformed
        earlier = (downs if file.form == "down" else ups).setdefault(file.version, file)
        if earlier is not file:
            problems.append(_duplicate(file, earlier))
    for version, down in downs.items():
        up = ups.get(version)
        if up is None:
            problems.append(_without_up(down))
        elif up.form == "simple":
            problems.append(_mixed(up, down))
    if problems:
        raise SqlgenError(*problems)
    return tuple(
        Migration(
            version=version,
            description=up.description,
            up=up.source,
            down=downs[version].source if version in downs else None,
            transactional=not up.source.text.startswith("-- no-transaction"),
            squashed=squashed[version],
        )
        for version, up in sorted(ups.items())
    )


@frozen
class _File:
    source: SourceFile
    version: int
    description: str
    form: str


_NAME = re.compile(
    r"(?P<version>[0-9]+)_(?P<description>(?!\.(?:up|down)\.sql\Z).+?)(?:\.(?P<form>up|down))?\.sql",
    re.DOTALL,
)
_LARGEST = 2**63 - 1


def _file(source: SourceFile) -> _File | Diagnostic:
    name = PurePosixPath(source.path).name
    match = _NAME.fullmatch(name)
    if match is None:
        return Diagnostic(
            code="bad-migration-name",
            message=f"`{name}` is not the name of a migration",
            label=_start(source),
            hint="name it `NNNN_description.up.sql`, `.down.sql` or `.sql`",
        )
    # Python refuses to read integers of more than 4,300 digits.
    digits = match["version"].lstrip("0") or "0"
    if len(digits) > 19 or int(digits) > _LARGEST:
        return Diagnostic(
            code="bad-migration-version",
            message=f"the version of `{name}` is not a 64-bit integer",
            label=_start(source),
            hint=f"use a number up to {_LARGEST}",
        )
    return _File(
        source,
        int(digits),
        match["description"].replace("_", " "),
        match["form"] or "simple",
    )


# The comments that separate the down section in the files of other tools, from their manuals.
_DOWN_MARKERS = {
    "goose": r"--[ \t]*\+goose[ \t]+down\b",
    "dbmate": r"--[ \t]*migrate:down\b",
    "sql-migrate": r"--[ \t]*\+migrate[ \t]+down\b",
    "micrate": r"--[ \t]*\+micrate[ \t]+down\b",
    "tern": r"-{4,}[ \t]*create above[ \t]*/[ \t]*drop below[ \t]*-{4,}",
    "node-pg-migrate": r"--+[ \t]*down[ \t]+migration[ \t]*$",
    "MyBatis Migrations": r"--[ \t]*//[ \t]*@undo\b",
    "Play": r"(?:--|\#)[ \t]*(?:---[ \t]*)?!downs\b",
}
_DOWN = re.compile(
    "^[ \t]*(?:" + "|".join(f"({marker})" for marker in _DOWN_MARKERS.values()) + ")",
    re.MULTILINE | re.IGNORECASE,
)


def _foreign(source: SourceFile) -> Diagnostic | None:
    match = _DOWN.search(source.text)
    if match is None:
        return None
    assert match.lastindex is not None
    tool = tuple(_DOWN_MARKERS)[match.lastindex - 1]
    stem = PurePosixPath(source.path).name.removesuffix(".sql").removesuffix(".up")
    return Diagnostic(
        code="foreign-migration",
        message=f"this is a migration of {tool}, and its down section would be applied too",
        label=Label(Span(source, *match.span(match.lastindex))),
        hint=f"move what is below this line to `{stem}.down.sql`, and name the rest"
        f" `{stem}.up.sql`{_keep(tool)}",
    )


def _keep(tool: str) -> str:
    """Return how to go on with the *tool*, if its folders can be read."""
    is_known = any(known.name == tool for known in TOOLS)
    return f"; to keep {tool}, name the folder in `schema`" if is_known else ""


def _start(source: SourceFile, text: str = "") -> Label:
    return Label(Span(source, 0, 0), text)


def _duplicate(file: _File, earlier: _File) -> Diagnostic:
    return Diagnostic(
        code="duplicate-migration",
        message=f"there is more than one migration of version {file.version}",
        label=_start(file.source),
        related=(_start(earlier.source, "the first one"),),
        hint="give one of them another version",
    )


def _without_up(down: _File) -> Diagnostic:
    return Diagnostic(
        code="down-without-up",
        message=f"migration {down.version} has a down file, but no up file",
        label=_start(down.source),
        hint="add the up file of the same version, or remove this one",
    )


def _mixed(up: _File, down: _File) -> Diagnostic:
    return Diagnostic(
        code="mixed-migration-forms",
        message=f"migration {up.version} has a down file, but its up file is not `.up.sql`",
        label=_start(up.source),
        related=(_start(down.source, "the down file"),),
        hint="rename the up file to end in `.up.sql`",
    )
