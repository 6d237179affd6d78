"""Names, nullability and columns of parameters, from what they are used for."""

from collections.abc import Callable

import pytest

from sqlgen.model.typed import TypedParameter, TypedQuery

Typed = Callable[..., TypedQuery]


def by_name(query: TypedQuery) -> dict[str, TypedParameter]:
    return {parameter.name: parameter for parameter in query.parameters}


@pytest.mark.parametrize(
    ("statement", "nullable"),
    [
        ("UPDATE visits SET note = :p", True),
        ("UPDATE visits SET at = :p", False),
        ('UPDATE visits SET patient_id = :p, "Odd name" = :p', False),
        ("UPDATE visits SET note = upper(:p)", False),
        ("UPDATE visits SET note = CASE WHEN id > 1 THEN :p ELSE note END", True),
        ("UPDATE visits SET note = :p::int::text", True),
        ("UPDATE patients SET born_on = :p", True),
        ("UPDATE patients SET size = :p", True),
        ("UPDATE inpatients SET number = :p", False),
        (
            "INSERT INTO visits (id, patient_id, at, note) VALUES (1, 1, now(), :p)",
            True,
        ),
        ("INSERT INTO visits (id, patient_id, at, note) VALUES (1, 1, :p, '')", False),
        (
            (
                "INSERT INTO visits (id, patient_id, at, note)"
                " VALUES (1, 1, now(), :p), (2, 2, now(), '')"
            ),
            True,
        ),
        (
            "INSERT INTO visits (id, patient_id, at) SELECT id, id, :p FROM patients",
            False,
        ),
        (
            "INSERT INTO visits (id, patient_id, at, note) SELECT id, id, now(), :p FROM patients",
            True,
        ),
        (
            "WITH given AS (SELECT :p::text AS note) UPDATE visits v SET note = g.note FROM given g",
            True,
        ),
        (
            (
                "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now())"
                " ON CONFLICT (id) DO UPDATE SET note = :p"
            ),
            True,
        ),
        ("SELECT id FROM visits WHERE note = :p", False),
        ("SELECT id FROM visits WHERE :p::text IS NULL OR note = :p", True),
        ("SELECT id FROM visits WHERE :p::text IS NOT NULL", True),
        ("SELECT id FROM visits WHERE note IS DISTINCT FROM :p", True),
        ("SELECT id FROM visits WHERE note IS NOT DISTINCT FROM :p", True),
        ("SELECT id FROM visits WHERE note = COALESCE(:p, note)", True),
        ("UPDATE visits SET at = COALESCE(:p, at)", True),
        ("SELECT id FROM visits WHERE note = NULLIF(:p, '')", False),
        ("SELECT id FROM visits LIMIT :p", False),
        ("UPDATE visits SET note = :p!", False),
        ("UPDATE visits SET at = :p?", True),
        ("SELECT id FROM visits WHERE note = :p?", True),
    ],
)
def test_nullable(typed: Typed, statement: str, nullable: bool) -> None:
    query = typed(statement, command="execrows")
    assert by_name(query)["p"].nullable is nullable


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE visits SET note = :p", "assigned to `visits.note`, which may be NULL"),
        ("UPDATE visits SET at = :p", "assigned to `visits.at`, which is NOT NULL"),
        ("SELECT 1 FROM visits WHERE note = :p", "compared with `visits.note`"),
        ("SELECT 1 FROM visits WHERE :p::int IS NULL", "tested with `IS NULL`"),
        ("SELECT 1 FROM visits LIMIT :p", "the number of LIMIT"),
        ("SELECT :p?::int", "marked `?` by its author"),
        ("SELECT :p::int", "it goes into no column, and nothing tests it for NULL"),
        (
            "INSERT INTO visits (id, patient_id, at) SELECT i, i, now() FROM unnest(:p::int[]) i",
            "its elements are assigned to `visits.id`",
        ),
    ],
)
def test_reason(typed: Typed, statement: str, reason: str) -> None:
    assert by_name(typed(statement, command="execrows"))["p"].reason == reason


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("SELECT 1 FROM patients WHERE mrn = $1", ["mrn"]),
        ("SELECT 1 FROM patients WHERE $1 < born_on", ["born_on"]),
        ("SELECT 1 FROM patients WHERE id = ANY ($1)", ["id"]),
        ("SELECT 1 FROM patients WHERE id IN ($1, $2)", ["id", "id_2"]),
        (
            "SELECT 1 FROM patients WHERE born_on BETWEEN $1 AND $2",
            ["born_on", "born_on_2"],
        ),
        ("SELECT 1 FROM patients WHERE name LIKE $1", ["name"]),
        ("SELECT 1 FROM patients WHERE (mrn, id) > ($1, $2)", ["mrn", "id"]),
        ("SELECT 1 FROM patients LIMIT $1 OFFSET $2", ["limit", "offset"]),
        ("SELECT $1::int + $2", ["arg1", "arg2"]),
        ("SELECT 1 FROM inpatients WHERE number = $1", ["mrn"]),
        ('SELECT 1 FROM visits WHERE "Odd name" = $1', ["Odd name"]),
        ("UPDATE visits SET note = $1 WHERE id = $2 AND at > $3", ["note", "id", "at"]),
        ("UPDATE visits SET note = $2 WHERE note = $1", ["note", "note_2"]),
        (
            "INSERT INTO visits (id, patient_id, at) VALUES ($1, $2, $3)",
            ["id", "patient_id", "at"],
        ),
    ],
)
def test_names_of_numbers(typed: Typed, statement: str, names: list[str]) -> None:
    query = typed(statement, command="execrows")
    assert [parameter.name for parameter in query.parameters] == names


@pytest.mark.parametrize(
    ("statement", "column", "literals"),
    [
        ("SELECT 1 FROM patients WHERE status = :p", "status", ("in", "out")),
        ("SELECT 1 FROM patients WHERE status <> :p", "status", ("in", "out")),
        ("SELECT 1 FROM patients WHERE status = ANY (:p)", "status", ("in", "out")),
        ("SELECT 1 FROM inpatients WHERE status = :p", "status", ("in", "out")),
        ("SELECT 1 FROM visitors WHERE status = :p", "status", ("in", "out")),
        (
            "SELECT 1 FROM patients WHERE :p::text IS NULL OR status = :p",
            "status",
            ("in", "out"),
        ),
        ("UPDATE patients SET status = :p", "status", ("in", "out")),
        ("UPDATE patients SET size = :p", "size", ("s", "m")),
        ("SELECT 1 FROM patients WHERE status LIKE :p", None, ()),
        ("SELECT 1 FROM patients WHERE lower(status) = :p", None, ()),
        ("SELECT 1 FROM patients WHERE id::text = :p", None, ()),
        ("SELECT 1 FROM visits WHERE at > :p::date", None, ()),
        ("SELECT 1 FROM patients WHERE name = :p", "name", ()),
        # Two columns with other values each: any text makes sense.
        ("SELECT 1 FROM patients WHERE status = :p OR name = :p", "status", ()),
    ],
)
def test_columns_and_literals(
    typed: Typed, statement: str, column: str | None, literals: tuple[str, ...]
) -> None:
    parameter = by_name(typed(statement, command="execrows"))["p"]
    assert (parameter.column.column if parameter.column else None) == column
    assert parameter.literals == literals


def test_elements_of_a_bulk_insert(typed: Typed) -> None:
    parameters = by_name(
        typed(
            "INSERT INTO visits (id, patient_id, at, note)"
            " SELECT t.id, :patient, now(), t.note"
            " FROM unnest(:ids::int[], :notes::text[]) AS t (id, note)",
            command="execrows",
        )
    )
    assert [str(parameter.column) for parameter in parameters.values()] == [
        "public.visits.patient_id",
        "public.visits.id",
        "public.visits.note",
    ]
    assert [parameter.nullable for parameter in parameters.values()] == [
        False,
        False,
        False,
    ]
    assert [parameter.element_nullable for parameter in parameters.values()] == [
        False,
        False,
        True,
    ]
