"""Findings -> the same findings, each with the script under which it is found first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ..model.migration import Migration
from ..model.source import SourceFile
from .findings import ImpactFinding

FindUnder = Callable[[Sequence[Migration]], tuple[ImpactFinding, ...]]
"""Returns the findings about the deployed code on the schema that scripts make."""

_MOST_STEPS: Final = 6
"""Scripts that are tried one after the other; each needs a database of its own."""


def with_scripts(
    findings: Sequence[ImpactFinding],
    deployed: Sequence[Migration],
    current: Sequence[Migration],
    find_under: FindUnder,
) -> tuple[ImpactFinding, ...]:
    """Return the *findings* about the deployed code, each with its script.

    It has none where the *current* scripts do not only continue the *deployed* ones, and where they are many.
    """
    added = current[len(deployed) :]
    continues = [script.up.sha384 for script in current[: len(deployed)]] == [
        script.up.sha384 for script in deployed
    ]
    if not findings or not continues or not 0 < len(added) <= _MOST_STEPS:
        return tuple(findings)
    scripts: dict[tuple[str, str, str], SourceFile] = {}
    for number, script in enumerate(added[:-1], len(deployed) + 1):
        for finding in find_under(current[:number]):
            scripts.setdefault(_key(finding), script.up)
    last = added[-1].up
    return tuple([replace(f, script=scripts.get(_key(f), last)) for f in findings])


def _key(finding: ImpactFinding) -> tuple[str, str, str]:
    return finding.query, finding.item, finding.verdict
