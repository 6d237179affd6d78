"""The commands `build`, `check`, `describe` and `init`."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sqlgen.cli.group import main
from sqlgen.database import Server

SCHEMA = "CREATE TABLE patients (id int PRIMARY KEY, name text NOT NULL, born date);\n"
PATIENTS = """\
-- name: get_patient :optional -> Patient
SELECT id, name, born AS "born?: _" FROM patients WHERE id = :id;
"""
REPORT = (
    "-- name: born :many -> Birth\nSELECT id, born FROM patients WHERE born > :after;\n"
)


def sqlgen(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), *arguments])


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Path:
    for path, text in {
        "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
        "migrations/1_patients.sql": SCHEMA,
        "queries/patients.sql": PATIENTS,
        "queries/reports/births.sql": REPORT,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_check_is_build_without_the_last_step(project: Path) -> None:
    assert sqlgen(project, "check").exit_code == 1
    assert not (project / "generated").exists()
    built = sqlgen(project, "build")
    assert built.exit_code == 0, built.output
    assert "created generated/reports/births.py" in built.stdout
    current = sqlgen(project, "check")
    assert (current.exit_code, current.stdout) == (0, "generated/ is current\n")
    (project / "queries/patients.sql").write_text(PATIENTS.replace("name,", ""))
    stale = sqlgen(project, "check")
    assert stale.exit_code == 1
    assert "-    name: str" in stale.stdout
    assert "run `sqlgen build` and commit the result" in stale.stderr
    tools = sqlgen(project, "check", "--format", "json")
    assert tools.exit_code == 1
    assert "stale" in {entry["code"] for entry in json.loads(tools.stdout)}
    assert sqlgen(project, "build").exit_code == 0
    assert sqlgen(project, "check").exit_code == 0


def test_names_that_python_cannot_take_are_said_once(project: Path) -> None:
    def notes(*command: str) -> list[str]:
        result = sqlgen(project, *command, "--format", "json")
        entries = json.loads(result.stdout)
        assert result.exit_code == 0 or command == ("check",), result.output
        return [e["message"] for e in entries if e["severity"] == "note"]

    file = project / "queries/keywords.sql"
    file.write_text(
        "-- name: list :many\nSELECT id AS from, 1 AS one FROM patients WHERE id = :class;\n"
    )
    assert notes("check") == []
    [note] = notes("build")
    assert note == (
        "in Python, query `list` is `list_`, parameter `class` of `list` is `class_`,"
        " column `from` of `list` is `from_`"
    )
    assert notes("build") == []
    file.write_text(file.read_text() + "-- name: dict :exec\nSELECT 1;\n")
    assert notes("build") == ["in Python, query `dict` is `dict_`"]
    assert notes("build") == []
    assert sqlgen(project, "check").exit_code == 0


def test_a_build_of_some_files_does_not_change_the_others(project: Path) -> None:
    assert sqlgen(project, "build").exit_code == 0
    (project / "queries/patients.sql").write_text("-- name: broken :many\nSELECT x;\n")
    (project / "queries/reports/births.sql").write_text(
        REPORT.replace(":after", ":since")
    )
    # Without the broken file, the row class that it names would leave the shared module.
    refused = sqlgen(project, "build", str(project / "queries/reports"))
    assert refused.exit_code == 1
    assert "error[42703]" in refused.stderr
    (project / "queries/patients.sql").write_text(
        PATIENTS + "\n-- name: b :one\nSELECT x;\n"
    )
    built = sqlgen(project, "build", str(project / "queries/reports/births.sql"))
    assert built.exit_code == 0, built.output
    assert "updated generated/reports/births.py" in built.stdout
    assert "patients.py" not in built.stdout
    everything = sqlgen(project, "build")
    assert (everything.exit_code, "error[42703]" in everything.stderr) == (1, True)


def test_a_build_of_a_file_that_is_not_a_query_file(project: Path) -> None:
    result = sqlgen(project, "build", "queries/nothing.sql")
    assert result.exit_code == 2
    assert "error[no-such-query-file]" in result.stderr


def test_describe_as_json(project: Path) -> None:
    result = sqlgen(project, "describe", "--format", "json", "get_patient")
    assert result.exit_code == 0, result.output
    [query] = json.loads(result.stdout)["queries"]
    assert query == {
        "name": "get_patient",
        "file": "queries/patients.sql",
        "line": 1,
        "command": "optional",
        "row": "Patient",
        "parameters_class": None,
        "deprecated": None,
        "cardinality": "optional",
        "parameters": [
            {
                "name": "id",
                "pg_type": "integer",
                "py_type": "int",
                "nullable": False,
                "reason": "compared with `patients.id`",
            }
        ],
        "columns": [
            {
                "name": "id",
                "pg_type": "integer",
                "py_type": "int",
                "nullable": False,
                "override": None,
                "reason": "patients.id is NOT NULL",
            },
            {
                "name": "name",
                "pg_type": "text",
                "py_type": "str",
                "nullable": False,
                "override": None,
                "reason": "patients.name is NOT NULL",
            },
            {
                "name": "born",
                "pg_type": "date",
                "py_type": "datetime.date | None",
                "nullable": True,
                "override": "?: _",
                "reason": "marked `?` by its author",
            },
        ],
        "reads": ["public.patients.born", "public.patients.id", "public.patients.name"],
        "writes": [],
        "read_only": True,
        "errors": [],
        "unknown_errors": [],
        "deferred_errors": [],
        "optional": [],
        "order": None,
        "variants": 1,
        "analyses": 1,
    }


def test_describe_tells_what_may_be_left_out(project: Path) -> None:
    (project / "queries/search.sql").write_text(
        "-- name: search :many\n-- sqlgen: optional name, lo, hi\n"
        "-- sqlgen: require one of name, lo\n"
        "SELECT id FROM patients WHERE name = :name\n  AND born BETWEEN :lo\n  AND :hi;\n"
    )
    result = sqlgen(project, "describe", "--format", "json", "search")
    [query] = json.loads(result.stdout)["queries"]
    assert query["optional"] == [
        {"parameters": ["name"], "kind": "condition", "text": "name = :name"},
        {
            "parameters": ["lo", "hi"],
            "kind": "condition",
            "text": "born BETWEEN :lo\n  AND :hi",
        },
    ]
    assert (query["variants"], query["analyses"]) == (3, 4)
    lines = sqlgen(project, "describe", "search").stdout.splitlines()
    assert lines[2:5] == [
        "  3 variants, proved by 4 analyses",
        "  without :name: name = :name",
        "  without :lo and :hi: born BETWEEN :lo AND :hi",
    ]


def test_describe_tells_what_may_be_left_out_of_writes(project: Path) -> None:
    (project / "queries/writes.sql").write_text(
        "-- name: rename :one\n-- sqlgen: optional name, born\n"
        "UPDATE patients SET name = :name, -- theirs\n  born = :born WHERE id = :id RETURNING id;\n"
        "-- name: add :exec\n-- sqlgen: default born\n"
        "INSERT INTO patients (id, name, born) VALUES (:id, :name, :born);\n"
    )
    result = sqlgen(project, "describe", "--format", "json", "rename", "add")
    rename, add = json.loads(result.stdout)["queries"]
    assert [part["text"] for part in rename["optional"]] == [
        "name = :name",
        "born = :born",
    ]
    assert {part["kind"] for part in rename["optional"]} == {"assignment"}
    assert (rename["variants"], rename["analyses"]) == (4, 4)
    assert [part["kind"] for part in add["optional"]] == ["default"]
    assert (add["variants"], add["analyses"]) == (2, 2)
    lines = sqlgen(project, "describe", "rename", "add").stdout.splitlines()
    assert "  without :born: born = :born" in lines
    assert "  DEFAULT for :born: :born" in lines


def test_describe_tells_the_order_that_a_call_chooses(project: Path) -> None:
    (project / "queries/sorted.sql").write_text(
        "-- name: list_all :many\n-- sqlgen: order sort by up to 2 of name | age = now() - born"
        " desc nulls last\nSELECT id, name FROM patients ORDER BY :sort;\n"
    )
    result = sqlgen(project, "describe", "--format", "json", "list_all")
    [query] = json.loads(result.stdout)["queries"]
    assert query["order"] == {
        "parameter": "sort",
        "up_to": 2,
        "keys": [
            {"values": ["name", "-name"], "items": ["name", "name DESC"]},
            {"values": ["age"], "items": ["(now() - born) DESC NULLS LAST"]},
        ],
    }
    assert (query["variants"], query["analyses"]) == (3 + 4, 2)
    assert "public.patients.born" in query["reads"]
    lines = sqlgen(project, "describe", "list_all").stdout.splitlines()
    assert lines[2:6] == [
        "  7 variants, proved by 2 analyses",
        "  :sort sorts by up to 2 of",
        '    "name" or "-name": name',
        '    "age": (now() - born) DESC NULLS LAST',
    ]


def test_describe_tells_the_class_of_parameters_and_who_is_deprecated(
    project: Path,
) -> None:
    (project / "queries/objects.sql").write_text(
        "-- name: add(NewPatient) :exec\n-- Adds one.\n-- @deprecated use\n-- `put`\n"
        "INSERT INTO patients (id, name) VALUES (:id, :name);\n"
        "-- name: add_all :copy\nINSERT INTO patients (id, name) VALUES (:id, :name);\n"
    )
    result = sqlgen(project, "describe", "--format", "json", "add", "add_all")
    add, add_all = json.loads(result.stdout)["queries"]
    assert (add["parameters_class"], add["deprecated"]) == ("NewPatient", "use `put`")
    assert (add_all["parameters_class"], add_all["deprecated"]) == (None, None)
    lines = sqlgen(project, "describe", "add").stdout.splitlines()
    assert lines[2:4] == ["  deprecated: use `put`", "  takes a NewPatient"]


def test_describe_goes_on_after_an_error(project: Path) -> None:
    (project / "queries/broken.sql").write_text(
        "-- name: broken :many\nSELECT x;\n"
        '-- name: untyped :one\nSELECT 1 AS "id: Nope";\n'
        '-- name: unread :one\nSELECT 1 AS "id!x";\n'
        "-- name: loaded :copy\nSELECT 1;\n"
    )
    result = sqlgen(project, "describe", "--format", "json")
    assert result.exit_code == 1
    names = [query["name"] for query in json.loads(result.stdout)["queries"]]
    assert names == ["get_patient", "born"]
    codes = re.findall(r"error\[(.*?)\]", result.stderr)
    assert codes == ["42703", "bad-type", "bad-override", "copy-needs-values"]


def test_describe_an_unknown_query(project: Path) -> None:
    result = sqlgen(project, "describe", "get_patients")
    assert result.exit_code == 2
    assert "did you mean `get_patient`?" in result.stderr


def test_no_server(project: Path) -> None:
    settings = "[tool.sqlgen]\nserver = 'postgresql://nobody:secret@127.0.0.1:1/x'\n"
    (project / "pyproject.toml").write_text(settings)
    result = sqlgen(project, "build")
    assert result.exit_code == 3
    assert "error[server-unavailable]" in result.stderr
    assert "secret" not in result.output


def test_the_first_steps(
    tmp_path: Path, newest_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `init` prints next, and the README after it: a database, a call, a test, mypy."""
    monkeypatch.setenv("SQLGEN_SERVER_URL", newest_server.conninfo)
    printed = sqlgen(tmp_path, "init").stdout
    for command in ("build", "migrate up", "db url", "describe"):
        assert f"sqlgen {command}" in printed
    assert sqlgen(tmp_path, "build").exit_code == 0
    assert sqlgen(tmp_path, "describe").exit_code == 0
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_notes.py").write_text(
        "from typing import Any\n\nfrom generated import notes\nfrom psycopg import Connection\n\n\n"
        "def test_a_note(sqlgen_connection: Connection[Any]) -> None:\n"
        '    note = notes.add_note(sqlgen_connection, title="Hello", body=None)\n'
        "    assert notes.list_notes(sqlgen_connection) == [note]\n"
    )
    for tool in (("mypy", "--strict", "."), ("pytest", "-q", "-p", "no:cacheprovider")):
        done = subprocess.run(
            [sys.executable, "-m", *tool],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [None, "setup.cfg", "tox.ini"])
def test_init_configures_pytest_where_nothing_else_may(
    tmp_path: Path, name: str | None
) -> None:
    if name:
        (tmp_path / name).write_text("")
    assert sqlgen(tmp_path, "init").exit_code == 0
    settings = tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]
    assert settings["sqlgen"]["output"] == "generated"
    assert ("pytest" in settings) is (name is None)


def test_init_names_no_database_of_another_tool(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE notes (id int);")
    printed = sqlgen(tmp_path, "init").stdout
    assert "sqlgen build" in printed
    assert "migrate" not in printed


def test_init_changes_nothing_that_exists(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    first = sqlgen(tmp_path, "init")
    assert first.exit_code == 0, first.output
    settings = (tmp_path / "pyproject.toml").read_text()
    assert settings.startswith('[project]\nname = "mine"\n\n[tool.sqlgen]\n')
    assert (tmp_path / "queries/notes.sql").exists()
    again = sqlgen(tmp_path, "init")
    assert again.stdout == "nothing to do: this is a sqlgen project already\n"
    assert (tmp_path / "pyproject.toml").read_text() == settings


def test_a_class_that_is_gone_from_its_module(project: Path) -> None:
    types = project / "app" / "types.py"
    types.parent.mkdir()
    types.write_text("class Name(str): ...\n")
    (project / "queries/names.sql").write_text(
        '-- name: names :many\nSELECT name AS "name: app.types.Name" FROM patients;\n'
    )
    assert sqlgen(project, "build").exit_code == 0
    assert sqlgen(project, "build").stdout == "generated/ is current\n"
    types.write_text("class Nam(str): ...\n")
    for command in (("build",), ("check",), ("check", "--offline")):
        result = sqlgen(project, *command)
        assert result.exit_code == 1
        assert "error[unknown-class]: `app/types.py` has no `Name`" in result.stderr
    types.write_text("from .names import Name\n")
    assert sqlgen(project, "build").exit_code == 0
    types.write_text("Nam = str\n")
    other = sqlgen(project, "build", str(project / "queries/patients.sql"))
    assert other.exit_code == 0, other.output
    assert sqlgen(project, "build").exit_code == 1
