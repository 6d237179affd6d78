"""Run `sqlgen build` and `sqlgen check` once their arguments are known, without click."""

from pathlib import Path
from typing import Final

from .. import build, write
from ..model.output import Change
from .console import (
    FAILED,
    Progress,
    collect_garbage_less,
    configuration,
    echo,
    exit_on_errors,
    show,
)

UNPROVED: Final = """\
not proved without a server: that the migrations run, and that PostgreSQL still says
of the queries what was recorded; `sqlgen check` proves both"""


def run_build(
    directory: Path, files: tuple[Path, ...] = (), format_: str = "text"
) -> None:
    """Bring the generated package up to date, and print what was changed."""
    collect_garbage_less()
    with exit_on_errors(format_):
        config = configuration(directory)
        with Progress() as progress:
            plan = build.build(config, only=files, progress=progress)
        show((*plan.migration_warnings, *plan.warnings, *plan.notes), format_)
        if format_ == "text":
            changed = [f"{verb(change)} {change.path}" for change in plan.changes]
            echo("\n".join([*changed, summary(len(changed), config.output)]))


def run_check(directory: Path, *, offline: bool = False, format_: str = "text") -> None:
    """Print whether the generated package is current, and a diff where it is not.

    Raises `SystemExit` if it is not.
    """
    collect_garbage_less()
    with exit_on_errors(format_):
        config = configuration(directory)
        with Progress() as progress:
            make_plan = build.check_offline if offline else build.plan
            plan = make_plan(config, progress=progress)
    if format_ == "text":
        show(plan.warnings)
        print(write.diff(plan.changes), end="")
        echo(verdict(len(plan.changes), config.output), err=bool(plan.changes))
        if offline and not plan.changes:
            echo(UNPROVED)
    else:
        show((*plan.warnings, *build.stale_files(plan)), format_)
    if plan.changes:
        raise SystemExit(FAILED)


def verb(change: Change) -> str:
    """Return what happened to a file, in a word of one width."""
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "updated"


def summary(changed: int, folder: str) -> str:
    """Return the last line of a build."""
    if not changed:
        return f"{folder}/ is current"
    return f"{folder}/: {changed} file{'s' if changed > 1 else ''} changed"


def verdict(stale: int, folder: str) -> str:
    """Return the last line of a check."""
    if not stale:
        return f"{folder}/ is current"
    files = "1 file is" if stale == 1 else f"{stale} files are"
    return f"{folder}/: {files} stale; run `sqlgen build` and commit the result"
