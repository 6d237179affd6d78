"""The findings of a comparison: a query that a change of the schema breaks, and how."""

from enum import StrEnum

from ..model.frozen import frozen
from ..model.source import SourceFile, Span


class Consequence(StrEnum):
    """The effect of the other schema on a query.

    `BREAKS`: each call fails, or gives values of another type. `MAY_FAIL`: some calls can fail.
    `UNKNOWN_VALUE`: it can get a value that its types do not have. `WIDENS`: it can get None where its
    types say that it cannot. `LOSES_DATA`: what it reads is gone. `CHANGES`: it runs as before, but what it
    reads or writes is defined differently.
    """

    BREAKS = "breaks"
    MAY_FAIL = "may fail"
    UNKNOWN_VALUE = "unknown value"
    WIDENS = "widens"
    LOSES_DATA = "loses data"
    CHANGES = "changes"

    @property
    def is_safe(self) -> bool:
        """Return whether the code can run on the other schema nevertheless."""
        return self is Consequence.CHANGES


@frozen
class Mismatch:
    """A way in which one query does not fit another schema.

    `item` is the parameter or column that it is about, empty for the statement as a whole.
    """

    verdict: Consequence
    item: str
    message: str


@frozen(kw_only=True)
class ImpactFinding:
    """A `Mismatch` of the query *name* in the file at `place`.

    `script` is the first of the scripts under which it is found, None where that is unknown.
    """

    verdict: Consequence
    query: str
    item: str
    message: str
    place: Span
    script: SourceFile | None = None

    @property
    def names_object(self) -> bool:
        """Return whether its message names an object of the schema that the query need not name itself."""
        return self.verdict in (Consequence.CHANGES, Consequence.LOSES_DATA)

    @property
    def subject(self) -> str:
        """Return the query's name, with the item that the finding is about."""
        return f"{self.query}.{self.item}" if self.item else self.query


@frozen(kw_only=True)
class Impact:
    """The order in which to migrate and to deploy, and the findings that decide it.

    `revision` names the deployed revision. `deployed` are the findings about the deployed code on the new
    schema, `current` those about the new code on the deployed schema. `unread` are the columns of
    the new schema that no query of either reads, as `table.column`. `is_first`: there is no project at
    that revision.
    """

    revision: str
    deployed: tuple[ImpactFinding, ...] = ()
    current: tuple[ImpactFinding, ...] = ()
    unread: tuple[str, ...] = ()
    is_first: bool = False

    @property
    def may_migrate_first(self) -> bool:
        """Return whether the deployed code runs on the new schema as it does on its own."""
        return all(finding.verdict.is_safe for finding in self.deployed)

    @property
    def may_deploy_first(self) -> bool:
        """Return whether the new code runs on the deployed schema as it does on its own."""
        return all(finding.verdict.is_safe for finding in self.current)
