"""What a verdict says besides: its reason, the elements of an array, where a value comes from."""

import pytest

from sqlgen.infer.nullability.verdict import Elements

from .conftest import World

JOINED = "FROM patients p LEFT JOIN visits v ON v.patient_id = p.id"
REASONS = {
    "SELECT id FROM patients": "patients.id is NOT NULL",
    "SELECT born_on FROM patients": "patients.born_on may be NULL",
    "SELECT label FROM patients": (
        "patients.label may be NULL: the domain label is NOT NULL, but the column is not;"
        " add NOT NULL to the column"
    ),
    f"SELECT v.at {JOINED}": "right side of the LEFT JOIN on v",
    "SELECT p.id FROM patients p RIGHT JOIN visits v ON v.id = p.id": (
        "left side of the RIGHT JOIN on v"
    ),
    "SELECT p.id FROM patients p FULL JOIN visits ON visits.id = p.id": (
        "one side of the FULL JOIN on visits"
    ),
    "SELECT v.fee FROM visits v WHERE v.fee > 0": (
        "WHERE v.fee > 0 keeps only rows where v.fee is not NULL"
    ),
    "SELECT v.note FROM visits v WHERE v.note = 'x' AND v.id > 1": (
        "WHERE v.note = 'x' keeps only rows where v.note is not NULL"
    ),
    "SELECT p.doctor_id FROM patients p JOIN doctors d ON d.id = p.doctor_id": (
        "ON d.id = p.doctor_id keeps only rows where p.doctor_id is not NULL"
    ),
    "SELECT count(*) FROM patients": "`count` never gives NULL",
    "SELECT now()": "`now` never gives NULL",
    "SELECT 1": "a literal is never NULL",
    "SELECT id + 1 FROM patients": "`+` gives NULL only for NULL, and is given none",
    "SELECT doctor_id + 1 FROM patients": "patients.doctor_id may be NULL",
    "SELECT data ->> 'a' FROM patients": "`->>` may give NULL",
    "SELECT max(id) FROM patients": "`max` is NULL over no rows",
    "SELECT coalesce(phone, mail) FROM visits": (
        "the CHECK phone_or_mail rules out that all columns of `COALESCE` are NULL"
    ),
    "SELECT CASE WHEN true THEN 1 END": "`CASE` gives NULL where no WHEN holds",
    "SELECT v.at FROM patients p LEFT JOIN visits v ON v.patient_id = p.id WHERE v.fee >= 0": (
        "v.at is NOT NULL, and WHERE v.fee >= 0 keeps only rows that have v"
    ),
    "SELECT d.name FROM patients p LEFT JOIN doctors d ON d.id = p.guardian_id": (
        "d.name is NOT NULL, and every row finds its d"
    ),
    "SELECT coalesce(v.fee, 0) FROM visits v WHERE v.fee > 1": (
        "WHERE v.fee > 1 keeps only rows where v.fee is not NULL"
    ),
    "SELECT NULL::int": "the query says NULL",
    "SELECT data ->> 'a' FROM patients WHERE data ->> 'a' IS NOT NULL": (
        "WHERE data ->> 'a' IS NOT NULL keeps only rows where data ->> 'a' is not NULL"
    ).replace("data", "patients.data"),
    "SELECT max(fee) FROM visits HAVING max(fee) > 1": (
        "HAVING max(visits.fee) > 1 keeps only rows where max(visits.fee) is not NULL"
    ),
    (
        "SELECT v.fee FROM visits v WHERE (v.fee > 100000 AND v.note = 'a rather long text')"
        " OR (v.fee < 1 AND v.note = 'another rather long text')"
    ): ("WHERE … AND … OR … AND … keeps only rows where v.fee is not NULL"),
    "SELECT v.note FROM visits v WHERE lower(v.note) IN (SELECT name FROM doctors)": (
        "WHERE lower(v.note) IN (SELECT …) keeps only rows where v.note is not NULL"
    ),
    "SELECT v.fee FROM visits v WHERE (v.fee > 1) IS TRUE": (
        "WHERE v.fee > 1 IS TRUE keeps only rows where v.fee is not NULL"
    ),
    "SELECT (SELECT d.room) FROM doctors d WHERE d.room > 1": (
        "WHERE d.room > 1 keeps only rows where d.room is not NULL"
    ),
    "SELECT s.note FROM (SELECT v.note FROM visits v) s WHERE s.note > 'a'": (
        "the surrounding query's condition on v.note keeps only rows where v.note is not NULL"
    ),
    "SELECT date_part('year', born_on) FROM patients WHERE born_on IS NOT NULL": (
        "`date_part` gives NULL only for NULL, and is given none"
    ),
    "SELECT date_part('day', born_on) FROM patients WHERE born_on IS NOT NULL": (
        "`date_part` may give NULL: `date_part` may give NULL"
    ),
    "SELECT (SELECT id FROM doctors WHERE id = 1)": "the subquery may give no row",
    "UPDATE visits SET note = 'n' RETURNING note": (
        "visits.note is set to what is not NULL: a literal is never NULL"
    ),
}


@pytest.mark.parametrize(("sql", "reason"), REASONS.items(), ids=REASONS)
def test_reasons_are_sentences(world: World, sql: str, reason: str) -> None:
    assert world.reason(sql) == reason


ELEMENTS = {
    "SELECT tags FROM patients": Elements.STORED,
    "SELECT coalesce(tags, '{}') FROM patients": Elements.STORED,
    "SELECT tags[1:2] FROM patients": Elements.STORED,
    "SELECT (ARRAY[1, 2])[:1]": Elements.NOT_NULL,
    "SELECT CASE WHEN true THEN ARRAY[1] END": Elements.NOT_NULL,
    "SELECT ARRAY[1, 2]": Elements.NOT_NULL,
    "SELECT ARRAY[1, NULL]": Elements.NULLABLE,
    "SELECT ARRAY[ARRAY[1, NULL]]": Elements.NULLABLE,
    "SELECT '{1,2}'::int[]": Elements.NOT_NULL,
    "SELECT '{1,NULL}'::int[]": Elements.NULLABLE,
    "SELECT array_agg(id) FROM doctors": Elements.NOT_NULL,
    "SELECT array_agg(room) FROM doctors": Elements.NULLABLE,
    "SELECT array_agg(room) FILTER (WHERE room IS NOT NULL) FROM doctors": (
        Elements.NOT_NULL
    ),
    "SELECT coalesce(array_agg(id), '{}') FROM doctors": Elements.NOT_NULL,
    "SELECT array_agg(ARRAY[room]) FROM doctors": Elements.NULLABLE,
    "SELECT ARRAY(SELECT id FROM doctors)": Elements.NOT_NULL,
    "SELECT ARRAY(SELECT room FROM doctors)": Elements.NULLABLE,
    "SELECT string_to_array('a,b', ',')": Elements.NOT_NULL,
    "SELECT string_to_array('a,b', ',', 'b')": Elements.NULLABLE,
    "SELECT array_append(ARRAY[1], NULL)": Elements.NULLABLE,
    "SELECT ARRAY[1] || ARRAY[2]": Elements.NOT_NULL,
    "SELECT ARRAY[1] || room FROM doctors": Elements.NULLABLE,
    "SELECT ARRAY[1, 2]::text[]": Elements.NOT_NULL,
    "SELECT enum_range(NULL::mood)": Elements.NOT_NULL,
    "SELECT array_replace(ARRAY[1], 1, NULL)": Elements.NULLABLE,
    "SELECT CASE WHEN true THEN ARRAY[1] ELSE ARRAY[NULL::int] END": Elements.NULLABLE,
}


@pytest.mark.parametrize(("sql", "elements"), ELEMENTS.items(), ids=ELEMENTS)
def test_elements(world: World, sql: str, elements: Elements) -> None:
    [verdict] = world.verdicts(sql).values()
    assert verdict.elements is elements


ORIGINS = {
    "SELECT note FROM visits": True,
    f"SELECT v.note {JOINED}": True,
    "WITH c AS (SELECT note FROM visits) SELECT s.note FROM (SELECT * FROM c) s": True,
    "SELECT note FROM visits UNION ALL SELECT note FROM visits": True,
    "SELECT note FROM visits UNION ALL SELECT phone FROM visits": False,
    "SELECT lower(note) FROM visits": False,
    "SELECT coalesce(note, '') FROM visits": False,
    "SELECT note FROM visits GROUP BY note": True,
    "DELETE FROM visits RETURNING note": True,
}


@pytest.mark.parametrize(("sql", "known"), ORIGINS.items(), ids=ORIGINS)
def test_origins(world: World, sql: str, known: bool) -> None:
    [verdict] = world.verdicts(sql).values()
    assert world.catalog is not None
    origin = verdict.origin
    assert (origin is not None) == known
    if origin is not None:
        relation = world.catalog.relations[origin.table]
        assert (relation.name, relation.columns[origin.number].name) == (
            "visits",
            "note",
        )


def test_what_is_nested_too_deep_is_not_proved(world: World) -> None:
    [verdict] = world.verdicts("SELECT " + " + ".join(["1"] * 1500) + " AS a").values()
    assert verdict.nullable
    assert verdict.reason == "the statement is nested too deeply to be analysed"


def test_the_location_is_that_of_what_the_reason_speaks_of(world: World) -> None:
    sql = f"SELECT v.at {JOINED}"
    [verdict] = world.verdicts(sql).values()
    assert sql[verdict.location :].startswith("=")
