"""The INSERTs of a statement, with the columns to which they always give a value."""

from collections.abc import Callable

import pytest

from sqlgen.model.typed import InsertedRow, TypedQuery

Typed = Callable[..., TypedQuery]


@pytest.mark.parametrize(
    ("statement", "inserts"),
    [
        ("SELECT 1", []),
        ("UPDATE visits SET note = '' WHERE id = 1", []),
        ("INSERT INTO visits VALUES (1, 1, now())", ["visits(at, id, patient_id)"]),
        (
            "INSERT INTO visits (id, patient_id, at, note) VALUES (1, 1, now(), DEFAULT)",
            ["visits(at, id, patient_id)"],
        ),
        (
            "INSERT INTO visits (id, patient_id, at, note) VALUES (1, 1, now(), ''), (2, 1, now(), DEFAULT)",
            ["visits(at, id, patient_id)"],
        ),
        (
            "INSERT INTO visits (id, patient_id, at) SELECT id, id, now() FROM patients",
            ["visits(at, id, patient_id)"],
        ),
        (
            (
                "WITH v AS (INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now()) RETURNING id)"
                " INSERT INTO patients (id, mrn, status) SELECT id, '', 'in' FROM v"
            ),
            ["patients(id, mrn, status)", "visits(at, id, patient_id)"],
        ),
        (
            "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now()) ON CONFLICT DO NOTHING",
            ["visits(at, id, patient_id)"],
        ),
        (
            "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now()) ON CONFLICT (id) DO NOTHING",
            ["visits(at, id, patient_id) on (id)"],
        ),
        (
            (
                "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now())"
                " ON CONFLICT (id) WHERE id > 1 DO NOTHING"
            ),
            ["visits(at, id, patient_id)"],
        ),
        (
            (
                "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now())"
                " ON CONFLICT ON CONSTRAINT visits_pkey DO UPDATE SET note = ''"
            ),
            ["visits(at, id, patient_id) on visits_pkey"],
        ),
    ],
)
def test_inserted_rows(typed: Typed, statement: str, inserts: list[str]) -> None:
    query = typed(statement, command="exec")
    assert sorted(map(shown, query.inserts)) == inserts


def shown(row: InsertedRow) -> str:
    text = f"{row.relation}({', '.join(row.columns)})"
    if row.conflict:
        text += f" on ({', '.join(row.conflict)})"
    return f"{text} on {row.constraint}" if row.constraint else text
