"""A project and a deployed revision of it -> what breaks if one of the two goes first.

The code of each revision is described on the schema of the other: the statements that its functions
send, as they were generated. What PostgreSQL refuses breaks. What it accepts is compared with what it
said of the same statement on the schema that the code was generated for.
"""

from collections.abc import Iterable, Iterator, Sequence

from .. import cache
from ..build.server.server_pool import ServerPool
from ..model.config import Config
from ..model.migration import Migration
from ..model.progress import Progress, no_progress
from ..model.query import Query
from ..model.typed import TypedQuery
from ..read.revision import Repository
from .comparison import changes, refusal
from .findings import Consequence, Impact, ImpactFinding, Mismatch
from .origins import with_scripts
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

        def find_under(scripts: Sequence[Migration]) -> tuple[ImpactFinding, ...]:
            return _findings(old, *analyses.on_schema(old, scripts))

        findings = _findings(new, *analyses.on_schema(new, deployed.scripts))
        broken = with_scripts(
            find_under(current.scripts), deployed.scripts, current.scripts, find_under
        )
    queries = (*new.typed, *old.typed)
    return Impact(
        revision=revision,
        deployed=broken,
        current=findings,
        unread=unread_columns(new.schema.catalog, queries, ledger),
    )


def _findings(
    version: Version, schema: Schema, outcomes: Sequence[Outcome]
) -> tuple[ImpactFinding, ...]:
    """Return the findings about a version's code on a schema; *outcomes* are its analyses there."""
    findings: list[ImpactFinding] = []
    for source, before, after in zip(
        version.typed, version.outcomes, outcomes, strict=True
    ):
        found = _changes(source, before, after, (version.schema, schema))
        findings += [_finding(source.query, change) for change in _sorted(found)]
    return tuple(findings)


def _changes(
    source: TypedQuery, before: Outcome, after: Outcome, schemas: Schemas
) -> Iterator[Mismatch]:
    if isinstance(after, tuple):
        yield from refusal(after)
    elif isinstance(before, tuple):
        message = f"its statement cannot be compared: {before[0].message}"
        yield Mismatch(Consequence.MAY_FAIL, "", message)
    else:
        yield from changes(source, before, after, schemas)


def _sorted(changes_: Iterable[Mismatch]) -> list[Mismatch]:
    """Return each change once, those that break first."""
    order = list(Consequence)
    return sorted(dict.fromkeys(changes_), key=lambda c: order.index(c.verdict))


def _finding(query: Query, change: Mismatch) -> ImpactFinding:
    return ImpactFinding(
        verdict=change.verdict,
        query=query.name,
        item=change.item,
        message=change.message,
        place=query.name_span,
    )
