"""What a query reads and writes."""

from collections.abc import Callable

import pytest

from sqlgen.model.typed import ColumnName, TypedQuery

Typed = Callable[..., TypedQuery]


def short(columns: tuple[ColumnName, ...]) -> str:
    return " ".join(f"{column.relation}.{column.column}" for column in columns)


ALL_VISITS = "visits.Odd name visits.at visits.id visits.note visits.patient_id"


@pytest.mark.parametrize(
    ("statement", "reads", "writes"),
    [
        ("SELECT 1", "", ""),
        (
            "SELECT note FROM visits WHERE id = 1 ORDER BY at",
            "visits.at visits.id visits.note",
            "",
        ),
        ("SELECT count(*) FROM visits", "", ""),
        ("SELECT v FROM visits v", ALL_VISITS, ""),
        ("SELECT ctid FROM visits", "", ""),
        ("SELECT id FROM inpatients", "patients.id patients.mrn patients.status", ""),
        (
            "WITH v AS (SELECT id FROM visits) SELECT (SELECT max(mrn) FROM patients) FROM v",
            "patients.mrn visits.id",
            "",
        ),
        (
            "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now())",
            "",
            "visits.at visits.id visits.patient_id",
        ),
        ("UPDATE visits SET note = '' WHERE id = 1", "visits.id", "visits.note"),
        (
            "UPDATE inpatients SET number = '' WHERE id = 1",
            "patients.id patients.mrn patients.status",
            "patients.mrn",
        ),
        ("DELETE FROM visits WHERE id = 1", "visits.id", ALL_VISITS),
    ],
)
def test_lineage(typed: Typed, statement: str, reads: str, writes: str) -> None:
    query = typed(statement, command="exec")
    assert (short(query.reads), short(query.writes)) == (reads, writes)


@pytest.mark.parametrize(
    ("statement", "behind"),
    [
        ("SELECT id FROM visits", ""),
        ("SELECT id FROM inpatients", "patients.id patients.mrn patients.status"),
        (
            "SELECT i.id FROM inpatients AS i JOIN patients AS p ON p.mrn = i.number",
            "patients.id patients.status",
        ),
    ],
)
def test_columns_that_only_views_read(
    typed: Typed, statement: str, behind: str
) -> None:
    assert short(typed(statement, command="exec").behind_views) == behind
