"""Migrations of each kind: the verdicts are those of really running both codes on both schemas."""

from collections.abc import Mapping
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
        BASE,
        case.change,
        {"deployed": queries(case, {}), "current": queries(case, case.new)},
    )
    result = revisions.impact()
    assert verdicts(result.deployed) == case.deployed
    assert verdicts(result.current) == case.current
    names = case.queries.split()
    old_calls = {name: arguments(name, case.calls) for name in names}
    new_calls = {
        name: arguments(name, {**case.calls, **case.new_calls}) for name in names
    }
    before, after = ROWS + case.before, case.after
    with revisions.modules() as modules:
        old = revisions.failures(modules["deployed"], old_calls, before, after)
        new = revisions.failures(
            modules["current"], new_calls, before + case.before_deploying, ""
        )
    agree(case.deployed, old, old_calls, ("prepared", "after"))
    agree(case.current, new, new_calls, ("before", "prepared"))


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
    expected: Verdicts,
    failures: dict[str, list[str]],
    calls: Calls,
    phases: tuple[str, str],
) -> None:
    """Compare the verdicts with what failed in the *phases* in which the schema is another one."""
    found = {subject.split(".")[0] for subject in expected}
    failed = {
        name.split()[1]: errors
        for name, errors in failures.items()
        if name.split()[0] in phases
    }
    assert set(failed) == found, failures
    for subject, verdict in expected.items():
        if verdict == "breaks":
            name = subject.split(".")[0]
            counts = [len(failures.get(f"{phase} {name}", ())) for phase in phases]
            assert max(counts) == len(calls[name]), failures
