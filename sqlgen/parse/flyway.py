"""A folder of Flyway -> what `flyway migrate` runs on a new database, in its order.

Files are recognised by their names: `V1__x.sql`, the baseline `B1__x.sql`, the repeatable `R__x.sql`, and
callbacks, `afterMigrate__x.sql`. `V1__x.sql.conf` has settings of one script.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.source import SourceFile, Span
from .folder_files import FilesByPath, FolderFiles

_VERSIONED: Final = re.compile(
    r"(?P<kind>[VB])(?P<version>[0-9]+(?:[._][0-9]+)*)(?:__.*)?", re.DOTALL
)
_UNDO: Final = re.compile(r"U[0-9]+(?:[._][0-9]+)*(?:__.*)?", re.DOTALL)
_REPEATABLE: Final = re.compile(r"R__(?P<description>.*)", re.DOTALL)
_CALLBACK: Final = re.compile(
    r"(?P<event>(?:before|after)[A-Z]\w*?|createSchema)(?:__(?P<description>.*))?",
    re.DOTALL,
)
_SCRIPTS: Final = frozenset(
    [
        ".java",
        ".kt",
        ".groovy",
        ".scala",
        ".clj",
        ".class",
        ".py",
        ".sh",
        ".bash",
        ".ps1",
        ".bat",
        ".cmd",
    ]
)
"""Suffixes of migrations that are no SQL."""
_OF_OTHER_COMMANDS: Final = re.compile(
    r"(?:before|after)(?:\w*Error|Clean|\w*Undo\w*|Baseline|Repair|Info)"
)
"""Events that do not happen while migrations are applied, and succeed."""
_EVENTS: Final = frozenset(
    [
        "beforeValidate",
        "afterValidate",
        "beforeMigrate",
        "beforeEachMigrate",
        "afterEachMigrate",
        "afterVersioned",
        "beforeRepeatables",
        "afterMigrateApplied",
        "afterMigrate",
    ]
)
"""Events whose scripts are run."""
_SESSION: Final = re.compile(r"\bset\b|\bset_config\b|\btemp\b|\btemporary\b", re.I)
_SETTING: Final = re.compile(r"^[ \t]*([\w.]+)[ \t]*[=:][ \t]*(.*?)[ \t]*$", re.M)
_FOLLOWED: Final = frozenset(("executeintransaction", "placeholderreplacement"))
"""The settings of a single script that are followed, in lower case."""


def flyway_files(by_path: FilesByPath) -> FolderFiles:
    """Return what Flyway makes of the files: the newest baseline and what follows it, and its callbacks."""
    versioned: list[tuple[list[int], bool, SourceFile]] = []
    repeatable: list[tuple[str, SourceFile]] = []
    callbacks: dict[str, list[tuple[str, SourceFile]]] = {}
    not_run: list[SourceFile] = []
    unknown: list[SourceFile] = []
    for path, source in by_path.items():
        name = path.stem
        callback = _CALLBACK.fullmatch(name)
        event = callback["event"] if callback else ""
        if path.suffix in _SCRIPTS:
            if _VERSIONED.fullmatch(name) or _REPEATABLE.fullmatch(name) or callback:
                not_run.append(source)
        elif path.suffix != ".sql" or _UNDO.fullmatch(name):
            continue
        elif match := _VERSIONED.fullmatch(name):
            version = [int(n[:4000]) for n in re.split("[._]", match["version"])]
            versioned.append((version, match["kind"] == "B", source))
        elif match := _REPEATABLE.fullmatch(name):
            repeatable.append((match["description"].replace("_", " "), source))
        elif callback and event in _EVENTS:
            callbacks.setdefault(event, []).append(
                (callback["description"] or "", source)
            )
        elif callback and not _OF_OTHER_COMMANDS.fullmatch(event):
            not_run.append(source)
        elif not callback:
            unknown.append(source)
    of_event = {
        event: [
            s for _, s in sorted(callbacks.get(event, ()), key=lambda pair: pair[0])
        ]
        for event in _EVENTS
    }
    versioned.sort(key=lambda item: item[:2])
    baselines = [n for n, (_, is_baseline, _) in enumerate(versioned) if is_baseline]
    start = baselines[-1] if baselines else 0
    return FolderFiles(
        scripts=tuple(
            _in_order(
                [source for *_, source in versioned[start:]],
                [source for _, source in sorted(repeatable, key=lambda item: item[0])],
                of_event,
            )
        ),
        not_run=tuple(not_run),
        unknown=tuple(unknown),
        transactional={
            source.path.removesuffix(".conf"): value.lower() != "false"
            for source, name, value in _script_settings(by_path)
            if name == "executeintransaction"
        },
        literal=frozenset(
            source.path.removesuffix(".conf")
            for source, name, value in _script_settings(by_path)
            if name == "placeholderreplacement" and value.lower() == "false"
        ),
        warnings=(
            *_unfollowed_settings(by_path),
            *map(_lost_session, filter(_sets_session, of_event["beforeEachMigrate"])),
        ),
    )


def _in_order(
    versioned: Sequence[SourceFile],
    repeatable: Sequence[SourceFile],
    of_event: Mapping[str, Sequence[SourceFile]],
) -> Iterator[SourceFile]:
    """Yield the scripts in the order of Flyway's `DbMigrate`, with those of its events."""

    def each(sources: Sequence[SourceFile]) -> Iterator[SourceFile]:
        for source in sources:
            yield from of_event["beforeEachMigrate"]
            yield source
            yield from of_event["afterEachMigrate"]

    for event in ("beforeValidate", "afterValidate", "beforeMigrate"):
        yield from of_event[event]
    yield from each(versioned)
    yield from of_event["afterVersioned"]
    if repeatable:
        yield from of_event["beforeRepeatables"]
    yield from each(repeatable)
    for event in ("afterMigrateApplied", "afterMigrate"):
        yield from of_event[event]


def _script_settings(by_path: FilesByPath) -> Iterator[tuple[SourceFile, str, str]]:
    """Yield the settings of single scripts: the file, the name in lower case, and the value."""
    for path, source in by_path.items():
        if path.name.endswith(".sql.conf"):
            for name, value in _SETTING.findall(source.text):
                yield source, name.lower(), value


def _unfollowed_settings(by_path: FilesByPath) -> Iterator[Diagnostic]:
    """Warn of settings that Flyway follows and sqlgen does not, wherever they are."""
    settings = [
        (source, name)
        for source, name, _ in _script_settings(by_path)
        if name not in _FOLLOWED
    ]
    # These files have only settings that change what is run (`read.flyway_settings`).
    settings += [
        (source, name)
        for path, source in by_path.items()
        if path.name in ("flyway.conf", "flyway.toml")
        for name in source.text.split()
    ]
    for source, name in settings:
        yield Diagnostic(
            code="unfollowed-setting",
            message=f"Flyway follows the setting `{name}` in `{source.path}`, and sqlgen does not",
            label=None,
            hint="compare what it changes; otherwise set `schema` to the `command` that applies the"
            " migrations",
            severity=Severity.WARNING,
        )


def _sets_session(source: SourceFile) -> bool:
    return _SESSION.search(source.text) is not None


def _lost_session(source: SourceFile) -> Diagnostic:
    return Diagnostic(
        code="unfollowed-setting",
        message="Flyway runs each migration in the session of this script, and sqlgen in another one",
        label=Label(Span(source, 0, 0)),
        hint="set in each migration what the session needs, or set `schema` to the `command` that"
        " applies the migrations",
        severity=Severity.WARNING,
    )
