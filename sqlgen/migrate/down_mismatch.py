"""Unrestored -> Diagnostic at the file that is to be mended; pure."""

from ..lint import allowed
from ..model.diagnostic import Diagnostic, Label
from ..model.source import Span
from .verify import DownMismatch

CODE = "down-does-not-restore"


def diagnose_mismatch(unrestored: DownMismatch) -> Diagnostic | None:
    """What to say of it; None where the down file says `-- sqlgen: allow down-does-not-restore`.

    Some changes cannot be undone in SQL, such as a value that was added to an enum.
    """
    migration = unrestored.migration
    name = f"migration {migration.version} (`{migration.description}`)"
    source = migration.down
    assert source is not None
    if CODE in allowed(source):
        return None
    if unrestored.after == "down":
        message = f"the down file of {name} does not restore what was before"
        hint = (
            "undo in it what the up file does: lines with `-` are missing afterwards,"
            " lines with `+` are left over"
        )
    else:
        message = f"{name} ends otherwise when it is applied again after its down file"
        hint = "undo in the down file all that the up file does, and no more"
    lines = [
        f"{line[0]} {line[1:]}"
        for line in unrestored.diff.splitlines()
        if line[:1] in ("-", "+") and line[:4] not in ("--- ", "+++ ")
    ]
    end = source.text.find("\n")
    span = Span(source, 0, end if end >= 0 else len(source.text))
    return Diagnostic(
        code=CODE,
        message="\n".join((message, *lines)),
        label=Label(span),
        hint=hint,
    )
