"""A project and a deployed revision of it -> what breaks if one of the two goes first.

The code of each revision is described on the schema of the other: the statements that its functions
send, as they were generated. What PostgreSQL refuses breaks. What it accepts is compared with what it
said of the same statement on the schema that the code was generated for.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from .. import cache
from ..build.server.schema_session import SchemaSession
from ..build.server.server_pool import ServerPool
from ..model.config import Config
from ..model.progress import Progress, no_progress
from ..model.query import Query
from ..model.typed import TypedQuery
from ..read.revision import Repository
from .comparison import changes, refusal
from .definition_changes import definition_changes
from .findings import Consequence, Impact, ImpactFinding, Mismatch
from .identities import Identities
from .identity_changes import identity_changes, uses_recreated
from .origins import added_scripts, with_scripts
from .project import Project, project, project_at
from .row_changes import Schemas
from .schema import Schema
from .unread import unread_columns
from .versions import Analyses, Outcome, Version

__all__ = ["Consequence", "Impact", "ImpactFinding", "impact"]


def impact(
    config: Config, revision: str | None = None, *, progress: Progress = no_progress
) -> Impact:
    """Return what the changes since *revision* mean for the order in which to migrate and to deploy.

    Without one, it is the last commit that HEAD shares with the main branch. Raises `SqlgenError` for
    errors in the project, in its state at the revision, or if git does not know that.
    """
    progress("reading the deployed revision")
    repository = Repository(config.root)
    commit = repository.revision(revision)
    deployed = project_at(config, repository, commit)
    return compare(deployed, project(config), str(commit), progress=progress)


def compare(
    deployed: Project | None,
    current: Project,
    revision: str,
    *,
    progress: Progress = no_progress,
) -> Impact:
    """Return what the differences of two projects mean; there is nothing to break if none is *deployed*.

    *revision* is what messages call the deployed one. Raises `SqlgenError` for errors in either.
    """
    with ServerPool() as pool:
        store = cache.open_store(current.config.root)
        analyses = Analyses(pool, store, progress)
        new = analyses.version(current)
        ledger = current.config.migrate.table
        if deployed is None:
            unread = unread_columns(new.schema.catalog, new.typed, ledger)
            return Impact(revision=revision, unread=unread, is_first=True)
        old = analyses.version(deployed)
        there = analyses.on_schema(new, deployed.scripts)
        broken = findings_about(old, *analyses.on_schema(old, current.scripts))
        added = added_scripts(deployed.scripts, current.scripts)
        identities: Identities | None = None
        if added:
            broken, identities = _placed(
                analyses, old, current, len(added), {one.query for one in broken}
            )
        findings = findings_about(new, *there, identities and identities.reversed())
    queries = (*new.typed, *old.typed)
    return Impact(
        revision=revision,
        deployed=broken,
        current=findings,
        unread=unread_columns(new.schema.catalog, queries, ledger),
    )


def _placed(
    analyses: Analyses,
    old: Version,
    current: Project,
    added: int,
    affected: Collection[str],
) -> tuple[tuple[ImpactFinding, ...], Identities]:
    """Return the findings about the deployed code with their scripts; *affected* are queries that have some."""

    def find(
        session: SchemaSession, identities: Identities
    ) -> tuple[ImpactFinding, ...]:
        places = [
            place
            for place, query in enumerate(old.typed)
            if query.query.name in affected
            or uses_recreated(query, identities)
            or any(identity_changes(query, identities))
        ]
        version = old.only(places)
        schema, outcomes = analyses.in_session(version, session)
        return findings_about(version, schema, outcomes, identities)

    with analyses.growing(old.config, current.scripts) as schema:
        return with_scripts(schema, current.scripts, added, find)


def findings_about(
    version: Version,
    schema: Schema,
    outcomes: Sequence[Outcome],
    identities: Identities | None = None,
) -> tuple[ImpactFinding, ...]:
    """Return the findings about a version's code on a schema; *outcomes* are its analyses there.

    If there are *identities*, definitions are compared within their database.
    """
    own = version.schema
    if identities:
        own = Schema(own.catalog, identities.before)
        schema = Schema(schema.catalog, identities.after, identities)
    findings: list[ImpactFinding] = []
    for source, before, after in zip(
        version.typed, version.outcomes, outcomes, strict=True
    ):
        found = _changes(source, before, after, (own, schema))
        findings += [_finding(source.query, change) for change in _sorted(found)]
    return tuple(findings)


def _changes(
    source: TypedQuery, before: Outcome, after: Outcome, schemas: Schemas
) -> Iterator[Mismatch]:
    if isinstance(after, tuple):
        yield from refusal(source, after, schemas)
    elif isinstance(before, tuple):
        message = f"its statement cannot be compared: {before[0].message}"
        yield Mismatch(Consequence.MAY_FAIL, "", message)
    else:
        for mismatch in refusal(source, after.refusals, schemas):
            yield replace(mismatch, verdict=Consequence.MAY_FAIL)
        yield from changes(source, before.typed, after.typed, schemas)
        dependencies = before.dependencies, after.dependencies
        yield from definition_changes(before.typed, after.typed, dependencies, schemas)
        if identities := schemas[1].identities:
            yield from identity_changes(source, identities)


def _sorted(changes_: Iterable[Mismatch]) -> list[Mismatch]:
    """Return each change once, those that break first; what is broken does not change beside that."""
    order = list(Consequence)
    found = sorted(dict.fromkeys(changes_), key=lambda c: order.index(c.verdict))
    is_broken = any(one.verdict is Consequence.BREAKS for one in found)
    return [one for one in found if not (is_broken and one.verdict.is_safe)]


def _finding(query: Query, change: Mismatch) -> ImpactFinding:
    return ImpactFinding(
        verdict=change.verdict,
        query=query.name,
        item=change.item,
        message=change.message,
        place=query.name_span,
    )
