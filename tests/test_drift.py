"""After a migration that breaks a service, sqlgen or mypy reports the line.

The tests have a small project, and a service that uses its generated functions. Before the migration
mypy reports nothing. After the migration and a build, either sqlgen reports a query or mypy a line of
the service.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import pytest
from mypy import api as mypy

from sqlgen import build, database, read, report
from sqlgen.model.diagnostic import SqlgenError

pytestmark = pytest.mark.xdist_group("drift")  # they share one mypy cache

SCHEMA = """
    CREATE TYPE visit_state AS ENUM ('planned', 'seen');
    CREATE TABLE patients (
        id integer PRIMARY KEY,
        name text NOT NULL,
        nickname text,
        born_on date NOT NULL
    );
    CREATE TABLE allergies (
        id integer PRIMARY KEY,
        patient_id integer NOT NULL REFERENCES patients (id),
        severity text NOT NULL,
        CONSTRAINT known_severity CHECK (severity IN ('mild', 'severe'))
    );
    CREATE TABLE visits (
        id integer PRIMARY KEY,
        room integer,
        state visit_state NOT NULL
    );
    CREATE TABLE notes (
        id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        body text NOT NULL,
        tag text,
        pages integer NOT NULL DEFAULT 1
    );
"""

QUERIES = """
    -- name: get_patient :one -> Patient
    SELECT * FROM patients WHERE id = :patient_id;

    -- name: get_born_on :one
    SELECT born_on FROM patients WHERE id = :patient_id;

    -- name: list_severities :many
    SELECT severity FROM allergies WHERE patient_id = :patient_id;

    -- name: count_allergies :one
    SELECT count(*) FROM allergies WHERE severity = :severity;

    -- name: get_visit :one -> Visit
    SELECT * FROM visits WHERE id = :visit_id;

    -- name: list_visits_in :many -> Visit
    SELECT * FROM visits WHERE room = :room;

    -- name: search_visits :many
    -- sqlgen: optional room, first, last
    SELECT state FROM visits WHERE room = :room AND id BETWEEN :first AND :last;

    -- name: change_note :execrows
    -- sqlgen: optional body, tag
    UPDATE notes SET body = :body, tag = :tag WHERE id = :note_id;

    -- name: add_note :exec
    -- sqlgen: default pages
    INSERT INTO notes (body, pages) VALUES (:body, :pages);

    -- name: report_allergy :exec
    INSERT INTO allergies VALUES (:id, :patient_id, :severity);
"""

SERVICE = """
    from typing import Any, assert_never

    from generated import UNSET, Unset
    from generated.errors import (
        AllergiesPatientIdFkey,
        AllergiesPkey,
        KnownSeverity,
    )
    from generated.models import AllergiesSeverity, Patient, VisitState
    from generated.records import (
        REPORT_ALLERGY_ERRORS,
        add_note,
        change_note,
        count_allergies,
        get_born_on,
        get_patient,
        get_visit,
        list_severities,
        list_visits_in,
        report_allergy,
        search_visits,
    )
    from psycopg import Connection


    def label(patient: Patient) -> str:
        if patient.nickname is None:
            return patient.name.upper()
        return patient.nickname


    def card(conn: Connection[Any], patient_id: int) -> str:
        return label(get_patient(conn, patient_id=patient_id))


    def birthday(conn: Connection[Any], patient_id: int) -> int:
        return get_born_on(conn, patient_id=patient_id).day


    def mild_ones(conn: Connection[Any]) -> int:
        return count_allergies(conn, severity="mild")


    def is_at_risk(conn: Connection[Any], patient_id: int) -> bool:
        return all(s == "severe" for s in list_severities(conn, patient_id=patient_id))


    def progress(conn: Connection[Any], visit_id: int) -> int:
        state = get_visit(conn, visit_id=visit_id).state
        match state:
            case VisitState.PLANNED:
                return 0
            case VisitState.SEEN:
                return 1
            case _:
                assert_never(state)


    def states(conn: Connection[Any], room: int) -> list[VisitState]:
        return search_visits(conn, room=room)


    def first_states(conn: Connection[Any]) -> list[VisitState]:
        return search_visits(conn, first=1, last=9)


    def rewrite(conn: Connection[Any], body: str | None) -> int:
        return change_note(conn, body=UNSET if body is None else body, note_id=1)


    def untag(conn: Connection[Any]) -> int:
        return change_note(conn, tag=None, note_id=1)


    def write(conn: Connection[Any], body: str, pages: int | Unset = UNSET) -> None:
        return add_note(conn, body=body, pages=pages)


    def report(conn: Connection[Any], severity: AllergiesSeverity) -> int:
        try:
            report_allergy(conn, id=1, patient_id=1, severity=severity)
        except REPORT_ALLERGY_ERRORS as error:
            match error:
                case AllergiesPkey():
                    return 409
                case AllergiesPatientIdFkey():
                    return 404
                case KnownSeverity():
                    return 422
                case _:
                    assert_never(error)
        return 200


    def in_waiting_room(conn: Connection[Any]) -> int:
        return len(list_visits_in(conn, room=1))
"""


@dataclass(frozen=True)
class Project:
    """A project on disk, with the output of the tools."""

    root: Path
    conninfo: str
    cache: Path

    def migrate(self, number: int, sql: str) -> None:
        (self.root / "migrations" / f"{number:04}_change.sql").write_text(dedent(sql))

    def sqlgen(self) -> str:
        """Build, and return the errors as sqlgen prints them."""
        config = replace(read.config(self.root), server=self.conninfo)
        try:
            build.build(config)
        except SqlgenError as error:
            return report.text(error.diagnostics, color=False)
        return ""

    def mypy(self) -> list[str]:
        """Return each error as the line of the service, an arrow and the message."""
        flags = ["--strict", "--warn-unreachable", "--no-error-summary"]
        out, err, _ = mypy.run(
            [*flags, f"--cache-dir={self.cache}", "service.py", "generated"]
        )
        assert not err
        service = (self.root / "service.py").read_text().splitlines()
        errors = re.findall(r"^service\.py:(\d+): error: (.*)$", out, re.MULTILINE)
        assert len(errors) == out.count(": error: "), out
        return [f"{service[int(n) - 1].strip()}  ->  {text}" for n, text in errors]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def project(
    tmp_path: Path,
    newest_server: database.Server,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """Return a project in which neither tool reports an error."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (tmp_path / "queries" / "records.sql").write_text(dedent(QUERIES).lstrip())
    (tmp_path / "service.py").write_text(dedent(SERVICE).lstrip())
    project = Project(tmp_path, newest_server.conninfo, cache)
    project.migrate(1, SCHEMA)
    monkeypatch.chdir(
        tmp_path
    )  # mypy's cache has relative paths, so run it in the project
    assert project.sqlgen() == ""
    assert project.mypy() == []
    return project


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        pytest.param(
            "ALTER TABLE patients DROP COLUMN nickname;",
            "if patient.nickname is None:",
            '"Patient" has no attribute "nickname"',
            id="a column is dropped",
        ),
        pytest.param(
            "ALTER TABLE patients RENAME COLUMN nickname TO called;",
            "if patient.nickname is None:",
            '"Patient" has no attribute "nickname"',
            id="a column is renamed",
        ),
        pytest.param(
            "ALTER TABLE patients ALTER COLUMN born_on TYPE text;",
            "return get_born_on(conn, patient_id=patient_id).day",
            '"str" has no attribute "day"',
            id="a column is retyped",
        ),
        pytest.param(
            "ALTER TABLE patients ALTER COLUMN name DROP NOT NULL;",
            "return patient.name.upper()",
            'Item "None" of "str | None" has no attribute "upper"',
            id="a column is made nullable",
        ),
        pytest.param(
            "ALTER TABLE patients ALTER COLUMN nickname SET NOT NULL;",
            "return patient.name.upper()",
            "Statement is unreachable",
            id="a column is made not null",
        ),
        pytest.param(
            "ALTER TABLE allergies ADD CONSTRAINT once UNIQUE (patient_id, severity);",
            "assert_never(error)",
            'Argument 1 to "assert_never" has incompatible type "Once"',
            id="a constraint is added",
        ),
        pytest.param(
            "ALTER TABLE allergies DROP CONSTRAINT allergies_patient_id_fkey;",
            "from generated.errors import (",
            'Module "generated.errors" has no attribute "AllergiesPatientIdFkey"',
            id="a constraint is dropped",
        ),
        pytest.param(
            "ALTER TABLE allergies RENAME CONSTRAINT allergies_pkey TO allergy_key;",
            "assert_never(error)",
            'Argument 1 to "assert_never" has incompatible type "AllergyKey"',
            id="a constraint is renamed",
        ),
        pytest.param(
            "ALTER TYPE visit_state ADD VALUE 'cancelled';",
            "assert_never(state)",
            'Argument 1 to "assert_never" has incompatible type',
            id="an enum gets a label",
        ),
        pytest.param(
            """
            ALTER TABLE allergies
                DROP CONSTRAINT known_severity,
                ADD CONSTRAINT known_severity CHECK (severity IN ('severe', 'fatal'));
            """,
            'return count_allergies(conn, severity="mild")',
            'Argument "severity" to "count_allergies" has incompatible type',
            id="a CHECK loses a value that is a parameter",
        ),
        pytest.param(
            """
            ALTER TABLE allergies
                DROP CONSTRAINT known_severity,
                ADD CONSTRAINT known_severity CHECK (severity IN ('mild', 'fatal'));
            """,
            'return all(s == "severe" for s in list_severities(conn, patient_id=patient_id))',
            "Non-overlapping equality check",
            id="a CHECK loses a value that is compared with",
        ),
        pytest.param(
            "ALTER TABLE visits ALTER COLUMN room TYPE text;",
            "return len(list_visits_in(conn, room=1))",
            'Argument "room" to "list_visits_in" has incompatible type "int"; expected "str"',
            id="the column of a parameter is retyped",
        ),
        pytest.param(
            "ALTER TABLE visits ALTER COLUMN room TYPE text;",
            "return search_visits(conn, room=room)",
            'No overload variant of "search_visits" matches',
            id="the column of an optional condition is retyped",
        ),
        pytest.param(
            "ALTER TABLE visits ALTER COLUMN id TYPE uuid USING gen_random_uuid();",
            "return search_visits(conn, first=1, last=9)",
            'No overload variant of "search_visits" matches',
            id="the column of a condition with two parameters is retyped",
        ),
        pytest.param(
            "ALTER TABLE notes ALTER COLUMN body TYPE bytea USING body::bytea;",
            "return change_note(conn, body=UNSET if body is None else body, note_id=1)",
            'Argument "body" to "change_note" has incompatible type',
            id="the column of an optional assignment is retyped",
        ),
        pytest.param(
            "ALTER TABLE notes ALTER COLUMN tag SET DEFAULT '', ALTER COLUMN tag SET NOT NULL;",
            "return change_note(conn, tag=None, note_id=1)",
            'Argument "tag" to "change_note" has incompatible type "None"',
            id="the column of an optional assignment becomes NOT NULL",
        ),
        pytest.param(
            "ALTER TABLE notes ALTER COLUMN pages DROP DEFAULT, ALTER COLUMN pages TYPE text,"
            " ALTER COLUMN pages SET DEFAULT '1';",
            "return add_note(conn, body=body, pages=pages)",
            'Argument "pages" to "add_note" has incompatible type',
            id="a column that may get its DEFAULT is retyped",
        ),
    ],
)
def test_mypy_reports_the_line_of_the_service(
    project: Project, change: str, line: str, message: str
) -> None:
    project.migrate(2, change)
    assert project.sqlgen() == ""
    errors = project.mypy()
    assert any(e.startswith(f"{line}  ->  {message}") for e in errors), errors


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            "ALTER TABLE patients DROP COLUMN born_on;",
            """\
            error[42703]: column "born_on" does not exist
             --> queries/records.sql:5:8
              |
            5 | SELECT born_on FROM patients WHERE id = :patient_id;
              |        ^^^^^^^
            """,
            id="a column is dropped",
        ),
        pytest.param(
            "ALTER TABLE patients RENAME COLUMN born_on TO born_at;",
            """\
            error[42703]: column "born_on" does not exist
             --> queries/records.sql:5:8
              |
            5 | SELECT born_on FROM patients WHERE id = :patient_id;
              |        ^^^^^^^
              |
              = hint: Perhaps you meant to reference the column "patients.born_at".
            """,
            id="a column is renamed",
        ),
        pytest.param(
            "ALTER TABLE visits DROP COLUMN room;",
            """\
            error[42703]: column "room" does not exist
              --> queries/records.sql:17:28
               |
            17 | SELECT * FROM visits WHERE room = :room;
               |                            ^^^^

            error[42703]: column "room" does not exist
              --> queries/records.sql:21:32
               |
            21 | SELECT state FROM visits WHERE room = :room AND id BETWEEN :first AND :last;
               |                                ^^^^

            2 errors
            """,
            id="the column of an optional condition is dropped",
        ),
        pytest.param(
            "ALTER TABLE notes ALTER COLUMN pages DROP DEFAULT;",
            """\
            error[no-default]: DEFAULT cannot stand in the place of `:pages`: the column `pages` is NOT NULL and has no default, so that each such call would fail
              --> queries/records.sql:29:48
               |
            29 | INSERT INTO notes (body, pages) VALUES (:body, :pages);
               |                                                ^^^^^^
               |
               = hint: give the column a DEFAULT, or take the parameter out of `-- sqlgen: default`
            """,
            id="the DEFAULT that calls leave a column to is dropped",
        ),
        pytest.param(
            "DROP TABLE visits;",
            """\
            error[42P01]: relation "visits" does not exist
              --> queries/records.sql:14:15
               |
            14 | SELECT * FROM visits WHERE id = :visit_id;
               |               ^^^^^^

            error[42P01]: relation "visits" does not exist
              --> queries/records.sql:17:15
               |
            17 | SELECT * FROM visits WHERE room = :room;
               |               ^^^^^^

            error[42P01]: relation "visits" does not exist
              --> queries/records.sql:21:19
               |
            21 | SELECT state FROM visits WHERE room = :room AND id BETWEEN :first AND :last;
               |                   ^^^^^^

            3 errors
            """,
            id="a table is dropped",
        ),
    ],
)
def test_sqlgen_reports_the_query(project: Project, change: str, expected: str) -> None:
    before = (project.root / "generated" / "records.py").read_text()
    project.migrate(2, change)
    assert project.sqlgen().strip() == dedent(expected).strip()
    assert (project.root / "generated" / "records.py").read_text() == before


LIST = """
    -- name: list_patients :many
    -- sqlgen: order sort by name | born_on | nickname desc
    SELECT id FROM patients ORDER BY :sort;
"""

ORDERED = """
    from typing import Any

    from generated.lists import ListPatientsSort, list_patients
    from psycopg import Connection


    def oldest(conn: Connection[Any]) -> list[int]:
        return list_patients(conn, sort="born_on")


    def by_nickname(conn: Connection[Any]) -> list[int]:
        return list_patients(conn, sort="nickname")


    def chosen(conn: Connection[Any], sort: ListPatientsSort) -> list[int]:
        return list_patients(conn, sort=sort)
"""


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("name | born_on", "name", 'return list_patients(conn, sort="born_on")'),
        ("born_on |", "born_on desc |", ""),
        ("nickname", "n = nickname", 'return list_patients(conn, sort="nickname")'),
        (
            "order sort by",
            "order sort by up to 2 of",
            "return list_patients(conn, sort=sort)",
        ),
    ],
)
def test_mypy_reports_a_key_that_is_no_longer_there(
    project: Project, before: str, after: str, line: str
) -> None:
    queries = project.root / "queries/lists.sql"
    queries.write_text(dedent(LIST))
    (project.root / "service.py").write_text(dedent(ORDERED))
    assert project.sqlgen() == ""
    assert project.mypy() == []
    queries.write_text(dedent(LIST).replace(before, after))
    assert project.sqlgen() == ""
    errors = project.mypy()
    if line:
        message = (
            f'{line}  ->  Argument "sort" to "list_patients" has incompatible type'
        )
        assert any(error.startswith(message) for error in errors), errors
    else:
        assert errors == []


def test_sqlgen_reports_the_key_whose_column_is_dropped(project: Project) -> None:
    (project.root / "queries/lists.sql").write_text(dedent(LIST))
    assert project.sqlgen() == ""
    project.migrate(2, "ALTER TABLE patients DROP COLUMN nickname;")
    assert 'PostgreSQL reports: column "nickname" does not exist' in project.sqlgen()


PAGE = """
    -- name: list_page :page
    SELECT id, born_on FROM patients ORDER BY born_on, nickname, id;
"""

PAGED = """
    from typing import Any

    from generated import Page
    from generated.pages import ListPageRow, list_page
    from psycopg import Connection


    def days(conn: Connection[Any]) -> list[int]:
        return [row.born_on.day for row in list_page(conn, size=9).rows]
"""


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        ("ALTER COLUMN born_on TYPE text", '"str" has no attribute "day"'),
        ("ALTER COLUMN born_on TYPE interval USING now() - born_on", "not-a-page"),
        ("DROP COLUMN nickname", 'column "nickname" does not exist'),
        ("DROP CONSTRAINT patients_pkey CASCADE", "page-without-key"),
        ("ALTER COLUMN id TYPE uuid USING gen_random_uuid()", ""),
        ("ALTER COLUMN nickname SET NOT NULL", ""),
        ("ALTER COLUMN nickname TYPE jsonb USING NULL", "not-a-page"),
    ],
)
def test_a_key_of_pages_that_is_retyped_or_dropped(
    project: Project, change: str, reported: str
) -> None:
    (project.root / "queries/pages.sql").write_text(dedent(PAGE))
    (project.root / "queries/records.sql").unlink()
    (project.root / "service.py").write_text(dedent(PAGED))
    assert project.sqlgen() == ""
    assert project.mypy() == []
    project.migrate(
        2,
        "ALTER TABLE allergies DROP CONSTRAINT allergies_patient_id_fkey;"
        f" ALTER TABLE patients {change};",
    )
    problems = [project.sqlgen(), *project.mypy()]
    if reported:
        assert any(reported in problem for problem in problems), problems
    else:
        assert problems == [""]
