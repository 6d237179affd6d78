"""The pending scripts, one after the other -> the findings after all of them, each with its script.

They run on one database, in which oids tell what is still the same. Only queries that something is
found about are analysed after each of them, so that many scripts cost little more than to run them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..build.server.growing_schema import GrowingSchema
from ..build.server.schema_session import SchemaSession
from ..model.migration import Migration
from ..model.source import SourceFile
from .findings import ImpactFinding
from .identities import Identities

FindUnder = Callable[[SchemaSession, Identities], tuple[ImpactFinding, ...]]
"""Returns the findings about the deployed code on the schema of a session."""


def added_scripts(
    deployed: Sequence[Migration], current: Sequence[Migration]
) -> tuple[Migration, ...]:
    """Return the *current* scripts after the *deployed* ones, none where they do not only continue these."""
    start = len(deployed)
    before = [script.up.sha384 for script in deployed]
    continues = [script.up.sha384 for script in current[:start]] == before
    return tuple(current[start:]) if continues else ()


def with_scripts(
    schema: GrowingSchema, current: Sequence[Migration], added: int, find: FindUnder
) -> tuple[tuple[ImpactFinding, ...], Identities]:
    """Return the findings under the *current* scripts, the last of which are *added*, each with its script.

    That is the first one since which it is found. The other result tells what the added ones leave the same.
    """
    start = len(current) - added
    schema.grow(start)
    before = schema.definitions()
    findings: tuple[ImpactFinding, ...] = ()
    identities = Identities(before, before, ())
    scripts: dict[tuple[str, ...], SourceFile] = {}
    for number in range(start + 1, len(current) + 1):
        schema.grow(number)
        identities = Identities(before, schema.definitions(), current[start:number])
        with schema.session() as session:
            findings = find(session, identities)
        up = current[number - 1].up
        scripts = {key: scripts.get(key, up) for key in map(_key, findings)}
    placed = [replace(one, script=scripts[_key(one)]) for one in findings]
    return tuple(placed), identities


def _key(finding: ImpactFinding) -> tuple[str, ...]:
    """Return what tells a finding apart: by its words only where a query may have several of a kind."""
    key = finding.query, finding.item, str(finding.verdict)
    return (*key, finding.message) if finding.names_object else key
