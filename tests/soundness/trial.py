"""Claims -> whether executions contradict them: many queries, on several sets of random rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from sqlgen.model.catalog import Catalog
from tests.soundness.claims import Claim, broken, folded, whole
from tests.soundness.filling import Filler, words

FILLINGS = ((8, 0.0, 0.5), (5, 0.2, 0.3), (9, 0.0, 0.15), (0, 1.0, 0.0))
"""Rows of each table, the probability that a table is empty, the probability of NULL."""

READ_ONLY_SQL_TRANSACTION = b"25006"


@dataclass
class Trial:
    """The result of a trial. `wrong` has the statements whose claims an execution contradicted."""

    seed: int
    claims: list[Claim]
    wrong: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    rows: list[int] = field(default_factory=list)
    nulls: set[tuple[int, int]] = field(default_factory=set)

    @property
    def columns(self) -> int:
        return sum(len(c.query.columns) for c in self.claims)

    @property
    def non_null(self) -> int:
        return sum(not k.nullable for c in self.claims for k in c.query.columns)

    @property
    def summary(self) -> str:
        share = 100 * self.non_null // max(self.columns, 1)
        return (
            f"seed {self.seed}: {len(self.claims)} queries, {self.runs} runs, "
            f"{sum(self.errors.values())} of them failed, {sum(self.rows)} rows; "
            f"{self.non_null} of {self.columns} columns claimed non-null ({share}%), "
            f"{len(self.nulls)} were NULL"
        )

    def missed(self) -> Counter[str]:
        """Return the reasons of nullable columns that were not NULL in any row, of three or more rows."""
        return Counter(
            column.reason
            for number, claim in enumerate(self.claims)
            for place, column in enumerate(claim.query.columns)
            if column.nullable
            and self.rows[number] > 2
            and (number, place) not in self.nulls
        )


def run(
    connection: psycopg.Connection[TupleRow],
    catalog: Catalog,
    claims: Sequence[Claim],
    seed: int,
    *,
    rounds: int = 1,
    texts: Sequence[str] = (),
) -> Trial:
    """Execute all queries on every filling, each with *rounds* sets of parameters."""
    trial = Trial(seed, list(claims), rows=[0] * len(claims))
    connection.execute("SET statement_timeout = '1s'")
    connection.execute("SET jit = off")  # compiling takes longer than these queries
    known = [*words(connection), *texts]
    for number, (rows, empty, nulls) in enumerate(FILLINGS):
        chance = Random(seed * 1000 + number)
        filler = Filler(connection, catalog, chance, nulls, known)
        filler.fill(rows, empty=empty)
        for place, claim in enumerate(claims):
            for _ in range(rounds if claim.query.parameters else 1):
                values = filler.parameters(claim.query.parameters)
                execute(connection, place, claim, values, trial)
    return trial


def execute(
    connection: psycopg.Connection[TupleRow],
    place: int,
    claim: Claim,
    values: Sequence[str | None],
    trial: Trial,
) -> None:
    parameters = [v if v is None else v.encode() for v in values]
    with undone(connection, claim):
        result = connection.pgconn.exec_params(claim.sql.encode(), parameters)
        assert result.status != ExecStatus.FATAL_ERROR or result.error_field(
            DiagnosticField.SQLSTATE
        ), f"the server has gone away at {claim.sql}"
    trial.runs += 1
    if result.status == ExecStatus.FATAL_ERROR:
        if result.error_field(DiagnosticField.SQLSTATE) == READ_ONLY_SQL_TRANSACTION:
            trial.wrong[claim.sql] = "writes, but is claimed only to read"
        trial.errors[result.error_message.decode().splitlines()[0]] += 1
        return
    trial.rows[place] += result.ntuples
    trial.nulls.update((place, column) for column in _nulls(result))
    wrong = broken(claim, result)
    # What a statement writes may differ each time: defaults are clocks and sequences.
    if claim.running != claim.sql and not claim.query.writes:
        with undone(connection, claim):
            ran = connection.pgconn.exec_params(claim.running.encode(), parameters)
        if _rows(ran) != _rows(result) and not _VOLATILE.search(claim.sql):
            wrong.append(f"has other rows as it runs: {claim.running} {_rows(ran)}")
    if claim.selecting != claim.running and not claim.query.writes:
        with undone(connection, claim):
            ran = connection.pgconn.exec_params(claim.selecting.encode(), parameters)
        if _differs(claim, result, ran) and not _VOLATILE.search(claim.sql):
            wrong.append(f"has other rows as it runs: {claim.selecting}")
    if wrong and claim.sql not in trial.wrong:
        trial.wrong[claim.sql] = f"with {values}: {'; '.join(wrong)}"


def _differs(claim: Claim, result: PGresult, ran: PGresult) -> bool:
    """Return whether a statement that selects the columns of whole rows has other rows."""
    if ExecStatus.FATAL_ERROR in (result.status, ran.status):
        return _rows(ran) != _rows(result)
    rows = [whole(claim, result), folded(claim, ran)]
    return bool(sorted(map(repr, rows[0])) != sorted(map(repr, rows[1])))


_VOLATILE = re.compile("random|clock|uuid|nextval|now|current_|txid|tablesample", re.I)
"""Two executions of such a statement may differ."""


@contextmanager
def undone(connection: psycopg.Connection[TupleRow], claim: Claim) -> Iterator[None]:
    """Roll back the changes of the block; a statement that is claimed only to read must not make any."""
    connection.pgconn.exec_(b"BEGIN READ ONLY" if claim.query.read_only else b"BEGIN")
    try:
        yield
    finally:
        connection.pgconn.exec_(b"ROLLBACK")


def _rows(result: PGresult) -> object:
    """Return the rows of a result in some order, or its error."""
    if result.status == ExecStatus.FATAL_ERROR:
        return result.error_message.decode()
    columns = range(result.nfields)
    rows = range(result.ntuples)
    return sorted(
        [[str(result.get_value(row, column)) for column in columns] for row in rows]
    )


def _nulls(result: PGresult) -> Iterator[int]:
    for column in range(result.nfields):
        if any(result.get_value(row, column) is None for row in range(result.ntuples)):
            yield column
