"""All constraints -> the names by which PostgreSQL's errors tell each apart."""

from collections import defaultdict
from collections.abc import Iterable


class ReportedNames:
    """The schemas that have a table or domain, and a constraint or column in it, of the same two names.

    A service may use another schema than that of the build, one for each tenant. So the schema counts only
    where it is needed.
    """

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        self._schemas: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for schema, relation, name in names:
            self._schemas[relation, name].add(schema)

    def alias(self, schema: str, relation: str, name: str) -> tuple[str, ...]:
        """Return the names, with the schema in front if they are those of several."""
        names = relation, name
        return (schema, *names) if len(self._schemas[names]) > 1 else names
