"""DownMismatch -> Diagnostic at the down file; pure."""

from ...lint import allowed
from ...model.diagnostic import Diagnostic, Label
from ...model.source import Span
from .verify import DownMismatch

CODE = "down-does-not-restore"


def diagnose_mismatch(mismatch: DownMismatch) -> Diagnostic | None:
    """Return the error; `None` if the down file has `-- sqlgen: allow down-does-not-restore`.

    Some changes cannot be undone in SQL, such as a value added to an enum.
    """
    migration = mismatch.migration
    name = f"migration {migration.version} (`{migration.description}`)"
    source = migration.down
    assert source is not None
    if CODE in allowed(source):
        return None
    if mismatch.after == "down":
        message = f"the down file of {name} does not restore the earlier schema"
        hint = (
            "undo in it everything that the up file does: lines with `-` are missing afterwards,"
            " lines with `+` are left over"
        )
    else:
        message = (
            f"{name} has another result when it is applied again after its down file"
        )
        hint = "undo in the down file everything that the up file does, and no more"
    lines = [
        f"{line[0]} {line[1:]}"
        for line in mismatch.diff.splitlines()
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
