"""What `sqlgen build` and `sqlgen check` do, once their arguments are known."""

from pathlib import Path
from typing import Final

from .. import build as pipeline
from .. import write
from ..model.output import Change
from .console import FAILED, Progress, configuration, echo, hurry, outcome, show

UNPROVED: Final = """\
not proved without a server: that the migrations run, and that PostgreSQL still says
of the queries what was recorded; `sqlgen check` proves both"""


def build(directory: Path, files: tuple[Path, ...] = (), format_: str = "text") -> None:
    """Bring the generated package up to date, and say what was changed."""
    hurry()
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            plan = pipeline.build(config, only=files, progress=progress)
        show((*plan.migration_warnings, *plan.warnings), format_)
        if format_ == "text":
            changed = [f"{verb(change)} {change.path}" for change in plan.changes]
            echo("\n".join([*changed, summary(len(changed), config.output)]))


def check(directory: Path, *, offline: bool = False, format_: str = "text") -> None:
    """Say whether the generated package is current, and show in what it is not."""
    hurry()
    with outcome(format_):
        config = configuration(directory)
        with Progress() as progress:
            check_ = pipeline.check_offline if offline else pipeline.plan
            plan = check_(config, progress=progress)
    if format_ == "text":
        show(plan.warnings)
        print(write.diff(plan.changes), end="")
        echo(verdict(len(plan.changes), config.output), err=bool(plan.changes))
        if offline and not plan.changes:
            echo(UNPROVED)
    else:
        show((*plan.warnings, *pipeline.stale(plan)), format_)
    if plan.changes:
        raise SystemExit(FAILED)


def verb(change: Change) -> str:
    """What happened to a file, in a word of one width."""
    if change.before is None:
        return "created"
    return "deleted" if change.after is None else "updated"


def summary(changed: int, folder: str) -> str:
    """The last line of a build."""
    if not changed:
        return f"{folder}/ is current"
    return f"{folder}/: {changed} file{'s' if changed > 1 else ''} changed"


def verdict(stale: int, folder: str) -> str:
    """The last line of a check."""
    if not stale:
        return f"{folder}/ is current"
    files = "1 file is" if stale == 1 else f"{stale} files are"
    return f"{folder}/: {files} stale; run `sqlgen build` and commit the result"
