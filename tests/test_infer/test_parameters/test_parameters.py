"""Names, nullability and columns of parameters, from what they are used for."""

import re
from collections.abc import Callable

import pytest

from sqlgen.model.typed import TypedParameter, TypedQuery

Typed = Callable[..., TypedQuery]


def by_name(query: TypedQuery) -> dict[str, TypedParameter]:
    return {parameter.name: parameter for parameter in query.parameters}


FURTHER = (
    "CREATE DOMAIN code AS text NOT NULL",
    "CREATE TYPE address AS (more int, street text, code code)",
    "ALTER TYPE address DROP ATTRIBUTE more",
    "CREATE TABLE places (home address)",
    "CREATE VIEW current_visits AS SELECT id, patient_id, at FROM visits",
    "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    (
        "CREATE TRIGGER fill INSTEAD OF INSERT OR UPDATE ON current_visits"
        " FOR EACH ROW EXECUTE FUNCTION fill()"
    ),
)
"""A composite with dropped attributes, and a view whose trigger decides what is written."""


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
        ("UPDATE places SET home.street = :p", True),
        ("UPDATE places SET home.code = :p", False),
        ("INSERT INTO places (home.street) VALUES (:p)", True),
        ("INSERT INTO places (home) VALUES (ROW(:p, 'x'))", True),
        ("INSERT INTO places (home) VALUES (ROW('', :p)::address)", False),
        ("INSERT INTO current_visits (at) VALUES (:p)", True),
        ("UPDATE current_visits SET at = :p", True),
        ("UPDATE visits SET note = :p!", False),
        ("UPDATE visits SET at = :p?", True),
        ("SELECT id FROM visits WHERE note = :p?", True),
    ],
)
def test_nullable(typed: Typed, statement: str, nullable: bool) -> None:
    query = typed(statement, *FURTHER, command="execrows")
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
        ("SELECT COALESCE($1, note) FROM visits", ["note"]),
        ("SELECT 1 FROM visits WHERE note = COALESCE($1, note)", ["note"]),
        ("UPDATE visits SET note = COALESCE($1, 'none')", ["note"]),
        ("UPDATE visits SET note = upper($1)", ["note"]),
        ("SELECT 1 FROM visits WHERE lower(note) = lower($1)", ["note"]),
        ("SELECT 1 FROM visits WHERE note LIKE '%' || $1 || '%'", ["note"]),
        ("SELECT 1 FROM visits WHERE id IN (SELECT unnest($1::int[]))", ["id"]),
        ("SELECT 1 FROM visits JOIN unnest($1::int[]) AS x ON x = id", ["x"]),
        ("SELECT 1 FROM visits AS v, unnest($1::int[]) AS x (n) WHERE n = v.id", ["n"]),
        (
            "INSERT INTO patients (id, mrn, name, status) SELECT unnest($1::int[]), unnest($2::text[]), '', 'in'",
            ["id", "mrn"],
        ),
        ("SELECT 1 FROM patients LIMIT $1::int OFFSET $2::int", ["limit", "offset"]),
        ("SELECT 1 FROM patients LIMIT COALESCE($1, 10)", ["limit"]),
        ("SELECT 1 FROM patients LIMIT LEAST($1::int, 100)", ["limit"]),
        ("SELECT make_interval(hours => $2, days => $1)", ["days", "hours"]),
        ("SELECT rank_of($1, $2)", ["patient", "since"]),
        ("SELECT * FROM rank_of(since => $1, patient => $2)", ["since", "patient"]),
        ("SELECT $1::int AS patient_id, $2::text", ["patient_id", "arg2"]),
        (
            "SELECT rank_of(patient => $1 + 1, since => current_date - $2::int)",
            ["patient", "since"],
        ),
        ("SELECT rank_of(length($1), current_date)", ["patient"]),
        ("SELECT rank_of(v.id + $1, current_date) FROM visits AS v", ["id"]),
        ("SELECT jsonb_build_object('kind', $1::text, 'n', $2::int)", ["kind", "n"]),
        (
            "SELECT json_build_object('a b', $1::text, lower('n'), $2::int)",
            ["a b", "arg2"],
        ),
        ("SELECT * FROM (VALUES ($1::int, $2::text)) AS v (a, b)", ["a", "b"]),
        ("SELECT * FROM (VALUES ($1::int), ($2)) AS v (a)", ["a", "a_2"]),
        ("SELECT * FROM (VALUES ($1::int, $2::text)) AS v", ["arg1", "arg2"]),
        ("SELECT * FROM (SELECT $1::int, $2::text) AS v (a, b)", ["a", "b"]),
        ("SELECT * FROM (SELECT $1::int AS a, $2::text) AS v (x)", ["a", "arg2"]),
        (
            "WITH g (a, b) AS (VALUES ($1::int, $2::text)) SELECT a, b FROM g",
            ["a", "b"],
        ),
        (
            "WITH g (a) AS (SELECT $1::int UNION ALL SELECT $2) SELECT a FROM g",
            ["a", "a_2"],
        ),
        (
            "SELECT v.id FROM (VALUES ($1::int)) AS g (a) JOIN visits AS v ON v.id > g.a + 1",
            ["a"],
        ),
        ("SELECT greatest(id, $1), least($2, id) FROM visits", ["id", "id_2"]),
        ("SELECT greatest($1::int, $2)", ["arg1", "arg2"]),
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
    query = typed(
        statement,
        "CREATE FUNCTION rank_of(patient int, since date, OUT rank int)"
        " LANGUAGE sql RETURN patient",
        command="execrows",
    )
    assert [parameter.name for parameter in query.parameters] == names


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("CALL put($1, $2)", ["patient", "since"]),
        ("call  Put ( $2 , /* the day */ $1 )", ["patient", "since"]),
        ("CALL put($1::int, $2)", ["patient", "since"]),
        ("CALL put(since => $1, patient => $2)", ["since", "patient"]),
        ("CALL put($1)", ["patient"]),
        ("CALL public.put(abs($1::int), $2)", ["arg1", "since"]),
        ("CALL put($1 + 1, $2)", ["arg1", "since"]),
        ('CALL "Odd ""one"""(array[$1::int, 2], $2)', ["arg1", "b"]),
        ("CALL twice($1, $2)", ["x", "arg2"]),
    ],
)
def test_names_of_arguments_of_procedures(
    typed: Typed, statement: str, names: list[str]
) -> None:
    query = typed(
        statement,
        "CREATE PROCEDURE put(patient int, since date DEFAULT now()) LANGUAGE sql AS 'SELECT 1'",
        """CREATE PROCEDURE "Odd ""one\"""(a int[], b int) LANGUAGE sql AS 'SELECT 1'""",
        "CREATE PROCEDURE twice(x int, y int) LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA other",
        "CREATE PROCEDURE other.twice(x int, z int) LANGUAGE sql AS 'SELECT 1'",
        command="exec",
    )
    by_number = sorted(query.parameters, key=lambda parameter: parameter.number)
    assert [parameter.name for parameter in by_number] == [
        name for _, name in sorted(zip(_order(statement), names, strict=True))
    ]


def _order(statement: str) -> list[int]:
    return [int(number) for number in re.findall(r"\$(\d)", statement)]


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
        # Another value makes sense as well.
        *(
            (f"SELECT 1 FROM patients WHERE {condition}", "status", ())
            for condition in (
                ":p = 'all' OR status = :p",
                ":p = '' OR status = :p",
                "status = :p OR :p IN ('all', 'none')",
                "status = :p OR :p::text = 'all'",
                "status = :p::text",
                "status = CAST(:p AS text)",
                "status = ANY (:p::text[])",
                "status >= :p",
                "status BETWEEN :p AND 'z'",
                "status = :p AND upper(:p) = 'IN'",
                "status = :p AND COALESCE(:p, 'all') <> 'all'",
            )
        ),
        (
            "SELECT 1 FROM patients WHERE cardinality(:p::text[]) = 0 OR status = ANY (:p)",
            "status",
            ("in", "out"),
        ),
        (
            "INSERT INTO patients (id, mrn, name, status) SELECT 1, '', '', unnest(:p::text[])",
            "status",
            ("in", "out"),
        ),
        ("SELECT 1 FROM patients WHERE status IN (:p, :q)", "status", ("in", "out")),
        (
            "SELECT 1 FROM patients WHERE status IS NOT DISTINCT FROM :p",
            "status",
            ("in", "out"),
        ),
        ("UPDATE patients SET status = :p::text", "status", ()),
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


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "INSERT INTO visits (id, patient_id, at, note) SELECT unnest(:i::int[]), 1, now(), unnest(:p::text[])",
            True,
        ),
        (
            "INSERT INTO visits (id, patient_id, at) SELECT unnest(:p::int[]), 1, now()",
            False,
        ),
        ("UPDATE patients SET tags = :p", False),
        ("UPDATE patients SET tags = :p[?]", True),
        ("UPDATE patients SET tags = :p?[?]", True),
        ("UPDATE patients SET tags = :p![?]", True),
        ("SELECT unnest(:p[?]::text[])", True),
        (
            "INSERT INTO visits (id, patient_id, at, note) SELECT 1, 1, now(), unnest(:p[!]::text[])",
            False,
        ),
    ],
)
def test_elements_that_may_be_none(
    typed: Typed, statement: str, expected: bool
) -> None:
    assert by_name(typed(statement, command="exec"))["p"].element_nullable is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (":p::text IS NULL OR note = :p", True),
        ("note = :p OR :p IS NULL", True),
        (
            "(:p::text IS NULL OR note = :p) AND (id > 3 OR :p IS NULL OR note < :p)",
            True,
        ),
        (":p::text IS NULL OR EXISTS (SELECT FROM patients WHERE name = :p)", True),
        (":p!::text IS NULL OR note = :p", False),
        ("(:p::text IS NULL OR note = :p) AND note < :p", False),
        (":p::text IS NULL AND note = :p", False),
        (":p::text IS NOT NULL OR note = :p", False),
        (":p::text IS NULL", False),
        ("note = COALESCE(:p, note)", False),
        ("note = :p?", False),
    ],
)
def test_conditions_that_are_left_out(
    typed: Typed, condition: str, expected: bool
) -> None:
    found = typed(f"SELECT id FROM visits WHERE {condition}")
    assert by_name(found)["p"].optional is expected
    found = typed(f"UPDATE visits SET note = :p WHERE {condition}", command="exec")
    assert not by_name(found)["p"].optional
