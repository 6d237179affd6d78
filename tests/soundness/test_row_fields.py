"""Random SELECT lists within `ROW(…)`: no field that is claimed to be non-null is ever NULL."""

from collections.abc import Sequence
from random import Random

from sqlgen import database, describe
from sqlgen.model.catalog import CompositeType
from tests.soundness.claims import Claim, claims, parsed
from tests.soundness.grammar import Grammar
from tests.soundness.scopes import Scope
from tests.soundness.templates import Columns
from tests.soundness.test_random import QUERIES, SCHEMA, SEED, tables
from tests.soundness.trial import run


class Rows(Grammar):
    """Writes SELECTs that return the expressions of their list as one row."""

    def row(self) -> str:
        """Return a statement; no parameters are in it."""
        while True:
            self.names = 0
            text, _ = self.select(Scope(depth=2, top=True))
            if text == self.last and "$" not in text:
                return self.last_row

    def nested(self, items: Sequence[str]) -> str:
        """Return the items as fields of a row, some of them in rows and arrays within it."""
        if len(items) < 2 or self.chance.random() < 0.5:
            return f"ROW({', '.join(items)})"
        first, *others = items
        nested = f"ROW({', '.join(others)})"
        nested = self.chance.choice([nested, f"ARRAY[{nested}, NULL]"])
        return self.chance.choice([f"ROW({first}, {nested})", f"({nested}, {first})"])

    def with_list(
        self, items: Sequence[str], types: Sequence[str], rest: str, distinct: str = ""
    ) -> tuple[str, Columns]:
        text, columns = super().with_list(items, types, rest, distinct)
        self.last, self.last_row = text, f"SELECT {self.nested(items)} AS r{rest}"
        return text, columns


def test_fields_of_rows_keep_what_is_claimed(server: database.Server) -> None:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        catalog = describe.catalog(connection)
        rows = Rows(Random(SEED), connection.info.server_version, tables(connection))
        queries = [parsed(rows.row()) for _ in range(max(QUERIES // 5, 20))]
        typed = [
            outcome
            for outcome in claims(connection, catalog, queries)
            if isinstance(outcome, Claim) and outcome.query.columns[0].written_out
        ]
        trial = run(connection, catalog, typed, SEED)
    assert trial.wrong == {}, f"seed {SEED}"
    types = [claim.query.columns[0].type for claim in typed]
    fields = [f for t in types if isinstance(t, CompositeType) for f in t.fields]
    assert 0.2 < sum(field.not_null for field in fields) / len(fields) < 0.9
