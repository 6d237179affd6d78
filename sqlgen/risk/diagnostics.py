"""Finding -> Diagnostic at its statement; pure."""

from collections.abc import Sequence
from typing import Final

from ..model.diagnostic import Diagnostic, Label, Severity
from .effects import WorkKind
from .findings import BlockedRelation, RiskCode, RiskFinding, first_line
from .remedies import remedy

MOST_NAMES: Final = 6
"""Names of queries that a message lists; JSON has all."""


def diagnose(finding: RiskFinding) -> Diagnostic:
    """Return a warning about the statement, or a note if queries hardly wait."""
    message = _message(finding)
    if finding.queries:
        message += f"\nwaiting: {listed(finding.queries)}"
    locks = ", ".join(
        f"{blocked.mode} on `{blocked.relation}`" for blocked in finding.blocked
    )
    since = finding.since
    return Diagnostic(
        code=str(finding.code),
        message=message,
        label=Label(finding.place, locks),
        related=(Label(first_line(since), "locked since here"),) if since else (),
        hint=remedy(finding),
        severity=Severity.NOTE if finding.is_harmless else Severity.WARNING,
    )


def listed(names: Sequence[str]) -> str:
    """Return names for people, of which only the first are shown if they are many."""
    visible = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return f"{visible} and {more} more" if more > 0 else visible


def _message(finding: RiskFinding) -> str:
    name = f"`{finding.relation}`"
    waits = f"{_effects(finding.blocked)} wait until that is done"
    match finding.code:
        case RiskCode.TABLE_REWRITE:
            return f"{name} is rewritten: {waits}"
        case RiskCode.TABLE_SCAN:
            return f"all of {name} is read: {waits}"
        case RiskCode.BLOCKING_INDEX:
            index = finding.work.index if finding.work else ""
            if not index:
                return f"several indexes of {name} are built: {waits}"
            return f"the index `{index}` of {name} is built: {waits}"
        case RiskCode.LOCK_HELD:
            return (
                f"{name} stays locked while {_long_work(finding)}:"
                f" {_effects(finding.blocked)} wait until the transaction ends"
            )
        case RiskCode.BULK_UPDATE:
            return (
                f"all of {name} is read to change rows: writes to these rows wait until the"
                " transaction ends"
            )
        case RiskCode.SEVERAL_LOCKS:
            held = f"`{finding.blocked[-1].relation}`"
            return (
                f"{name} is waited for while {held} is locked: reads of {held} wait meanwhile, and"
                " a transaction that uses both may deadlock"
            )
        case RiskCode.LOCKS_NOT_MEASURED:
            return "this commits, and only a superuser can watch which locks it takes"
        case RiskCode.SCANS_NOT_MEASURED:
            return (
                "the server does not count scans: whether this or a later statement reads all of a table is"
                " not known"
            )
        case RiskCode.BRIEF_LOCK:
            return f"{name} is locked for a moment: {_effects(finding.blocked)} wait for it"


def _effects(blocked: Sequence[BlockedRelation]) -> str:
    """Return what waits for any of the locks."""
    words = {word for one in blocked for word in one.effect.split(" and ")}
    order = ("reads", "writes", "inserts")
    return " and ".join([word for word in order if word in words])


def _long_work(finding: RiskFinding) -> str:
    work = finding.work
    if work is None:
        return "this runs"
    if work.kind is WorkKind.BUILDS_INDEX:
        if not work.index:
            return f"this builds indexes of `{finding.worked_on}`"
        return f"this builds the index `{work.index}`"
    return f"this {work.kind} `{finding.worked_on}`"
