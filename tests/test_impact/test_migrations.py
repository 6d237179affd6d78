"""Migrations of each kind: the verdicts are those of really running both codes on both schemas."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sqlgen import database
from sqlgen.impact import ImpactFinding
from tests.test_impact.cases import BASE, CALLS, CASES, QUERIES, ROWS, Case, Verdicts
from tests.test_impact.execution import Calls, Revisions


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_verdicts_are_what_happens(
    case: Case, server: database.Server, tmp_path: Path
) -> None:
    revisions = Revisions(
        tmp_path,
        server,
        BASE + case.schema,
        case.change,
        {"deployed": queries(case, {}), "current": queries(case, case.new)},
        case.role if case.is_configured else "",
    )
    result = revisions.impact()
    assert verdicts(result.deployed) == case.deployed
    assert verdicts(result.current) == case.current
    names = case.queries.split()
    calls = {
        "deployed": {name: arguments(name, case.calls) for name in names},
        "current": {
            name: arguments(name, {**case.calls, **case.new_calls}) for name in names
        },
    }
    rows = {
        "before": ROWS + case.before,
        "before current": case.before_deploying,
        "after deployed": case.after,
    }
    failures = revisions.failures(calls, rows, case.role)
    old, new = failures["deployed"], failures["current"]
    agree(case.deployed, {**old.prepared, **old.after}, calls["deployed"])
    # What fails on its own schema, too, does not come from the order.
    prepared = {n: errors for n, errors in new.prepared.items() if n not in new.after}
    assert not new.mismatch
    assert bool(old.mismatch) == case.is_guarded, old.mismatch
    assert case.deployed or not old.mismatch
    agree(case.current, {**prepared, **new.before}, calls["current"])
    for expected, failures_ in ((case.deployed, old), (case.current, new)):
        telling = with_verdicts(expected, "changes", "loses data")
        assert telling <= failures_.changed
        if telling:  # the others do as before
            assert failures_.other_results <= {s.split(".")[0] for s in expected}


def with_verdicts(expected: Verdicts, *verdicts_: str) -> set[str]:
    """Return the queries with one of the verdicts."""
    return {s.split(".")[0] for s, verdict in expected.items() if verdict in verdicts_}


def queries(case: Case, other: Mapping[str, str]) -> str:
    """Return the file of a case's queries, some of which have *other* texts."""
    return "\n".join(
        f"-- name: {name} {QUERIES[name][0]}\n{other.get(name, QUERIES[name][1])};"
        for name in case.queries.split()
    )


def arguments(name: str, calls: Calls) -> list[Mapping[str, object]]:
    return list({**CALLS, **calls}.get(name, [{}]))


def verdicts(findings: tuple[ImpactFinding, ...]) -> dict[str, str]:
    return {finding.subject: str(finding.verdict) for finding in findings}


def agree(
    expected: Verdicts, failures: Mapping[str, Sequence[str]], calls: Calls
) -> None:
    """Compare the verdicts with the functions that failed; what breaks fails at each call."""
    failing = {s: v for s, v in expected.items() if v not in ("changes", "loses data")}
    named = {subject.split(".")[0] for subject in failing}
    assert set(failures) == named, failures
    for subject, verdict in failing.items():
        name = subject.split(".")[0]
        if verdict == "breaks":
            assert len(failures[name]) == len(calls[name]), failures
