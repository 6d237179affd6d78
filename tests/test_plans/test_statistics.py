"""The plans of a server with rows, by its statistics, without a row."""

import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from sqlgen import database
from sqlgen.cli.group import main
from sqlgen.database import Server
from sqlgen.embedded.programs.binaries import Binaries
from sqlgen.embedded.throwaway import MOST_SEGMENTS, throwaway
from sqlgen.model.source import SourceFile
from sqlgen.plans.statistics_file import read_statistics
from tests.conftest import INSTALLED, SYSTEM, WHEEL

SCHEMA = """
CREATE TABLE owners (id bigint PRIMARY KEY, name text NOT NULL, tags text[], span int4range);
CREATE TABLE pets (
    id bigint PRIMARY KEY,
    owner_id bigint NOT NULL,
    name text NOT NULL,
    born timestamptz NOT NULL
);
CREATE INDEX pets_owner ON pets (owner_id);
CREATE INDEX pets_lower ON pets (lower(name));
CREATE SEQUENCE counter;
CREATE TABLE readings (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
"""
QUERIES = """
-- name: of_owner :many
SELECT id FROM pets WHERE owner_id = :owner;
-- name: by_name :many
SELECT id FROM pets WHERE name = :name;
-- name: small :many
SELECT id FROM owners WHERE name = :name;
-- name: all_readings :many
SELECT value FROM readings WHERE value > :value;
-- name: rename :exec
UPDATE pets SET name = :name WHERE id = :id;
"""


def relation(name: str, pages: int, rows: int, schema: str = "public") -> str:
    return f"""SELECT * FROM pg_catalog.pg_restore_relation_stats(
\t'version', '180006'::integer,
\t'schemaname', '{schema}',
\t'relname', '{name}',
\t'relpages', '{pages}'::integer,
\t'reltuples', '{rows}'::real,
\t'relallvisible', '0'::integer
);
"""


def column(table: str, name: str, *more: str) -> str:
    arguments = ",\n\t".join(
        [
            "'version', '180006'::integer",
            "'schemaname', 'public'",
            f"'relname', '{table}'",
            f"'attname', '{name}'",
            "'inherited', 'f'::boolean",
            "'null_frac', '0'::real",
            "'avg_width', '8'::integer",
            *more,
        ]
    )
    return f"SELECT * FROM pg_catalog.pg_restore_attribute_stats(\n\t{arguments}\n);\n"


BIG = (
    relation("pets", 400_000, 5_000_000)  # more than three files of a gigabyte
    + relation("pets_owner", 14_000, 5_000_000)
    + relation("pets_pkey", 14_000, 5_000_000)
    + relation("owners", 2, 100)
    + relation("readings_1", 50_000, 1_000_000)
    + relation("readings_2", 50_000, 2_000_000)
    + column("pets", "owner_id", "'n_distinct', '1000000'::real")
    + column("pets", "name", "'n_distinct', '-0.5'::real")
)


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Path:
    return write(
        tmp_path,
        {
            "pyproject.toml": f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n",
            "migrations/1_base.sql": SCHEMA,
            "queries/q.sql": QUERIES,
            "stats.sql": BIG,
        },
    )


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return folder


def plans(folder: Path, *arguments: str) -> Result:
    stats = str(folder / "stats.sql")
    command = ["-C", str(folder), "plans", "--statistics", stats, *arguments]
    return CliRunner().invoke(main, command)


def document(folder: Path, *arguments: str) -> dict[str, Any]:
    result = plans(folder, "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_table_of_five_million_rows(project: Path) -> None:
    found = {plan["query"]: plan for plan in document(project)["plans"]}
    [scan] = found["by_name"]["scans"]
    assert scan == {
        "scan": "Seq Scan",
        "table": "pets",
        "index": None,
        "table_rows": 5_000_000,
    }
    assert found["by_name"]["cost"] > 400_000  # its pages, one by one
    assert found["by_name"]["rows"] == 2
    [scan] = found["of_owner"]["scans"]
    assert (scan["scan"], scan["index"]) == ("Index Scan", "pets_owner")
    assert found["of_owner"]["rows"] == 5
    assert found["of_owner"]["cost"] < 100
    [scan] = found["rename"]["scans"]
    assert scan["index"] == "pets_pkey"
    # A small table is read whole, although there might be an index.
    assert found["small"]["scans"][0]["table_rows"] == 100
    assert found["all_readings"]["scans"][0]["table_rows"] == 3_000_000


def test_the_largest_come_first_in_text(project: Path) -> None:
    lines = plans(project).stdout.splitlines()
    heads = [line for line in lines if "  queries/q.sql:" in line]
    assert [head.split()[0] for head in heads][:3] == [
        "by_name",
        "all_readings",
        "small",
    ]
    assert lines[1].startswith("  Seq Scan pets (5,000,000 rows); 2 rows, cost ")
    assert lines[3].startswith("  Seq Scan readings (3,000,000 rows); ")
    assert lines[5].startswith("  Seq Scan owners (100 rows); ")
    assert any(line.startswith("  Index Scan pets_owner; ") for line in lines)


def test_the_files_take_no_space() -> None:
    assert WHEEL
    with (
        throwaway(WHEEL) as cluster,
        database.scratch(database.embedded_server(cluster.server)) as connection,
    ):
        folder = cluster.server.folder
        connection.execute("CREATE TABLE t (id int)")
        path = file_of(connection)
        assert cluster.grow(path, 400_000, block_size=8192, segment=131_072)
        files = sorted((folder / "data" / path).parent.glob(f"{Path(path).name}*"))
        assert sum(file.stat().st_size for file in files) == 400_000 * 8192
        assert sum(file.stat().st_blocks for file in files) == 0
        assert [file.stat().st_size for file in files[:-1]] == [2**30] * 3
        size = connection.execute("SELECT pg_relation_size('t')").fetchone()
        assert size == (400_000 * 8192,)
        # A file that is longer stays as it is.
        assert cluster.grow(path, 1, block_size=8192, segment=131_072)
        assert files[0].stat().st_size == 2**30
        for other in (
            "../x",
            "base/1/../../postgresql.conf",
            "pg_tblspc/1/2",
            "",
            "/etc/x",
        ):
            assert not cluster.grow(other, 1, block_size=8192, segment=131_072)
        with pytest.raises(OverflowError):
            cluster.grow(
                path, MOST_SEGMENTS * 131_072, block_size=8192, segment=131_072
            )
    assert not folder.parent.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    assert WHEEL
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    with throwaway(WHEEL) as cluster:
        base = cluster.server.folder / "data" / "base"
        (base / "1" / "99").symlink_to(victim)
        (base / "98").symlink_to(tmp_path)
        for path in ("base/1/99", "base/98/1"):
            with pytest.raises(OSError, match=r"symbolic|directory"):
                cluster.grow(path, 1, block_size=8192, segment=131_072)
        (base / "1" / "97").hardlink_to(base / "1" / "112")
        with pytest.raises(PermissionError):
            cluster.grow("base/1/97", 1, block_size=8192, segment=131_072)
    assert victim.read_bytes() == b""


def file_of(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("SELECT pg_relation_filepath('t')").fetchone()
    assert row
    path: str = row[0]
    return path


ROWS = """
INSERT INTO owners SELECT g, 'Ada ' || g % 3, ARRAY['secret-tag'], int4range(g, g + 5)
FROM generate_series(1, 3000) AS g;
INSERT INTO pets SELECT g, g % 3000, 'It''s \\ "Rex', now() FROM generate_series(1, 20000) AS g;
ANALYZE;
"""


def dumped(connection: psycopg.Connection[Any]) -> str:
    """Return what pg_dump writes of the statistics of a server with rows."""
    assert WHEEL
    info = connection.info
    connection.execute(SCHEMA + ROWS)
    conninfo = (
        f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"
    )
    return subprocess.run(
        [WHEEL.folder / "pg_dump", "--statistics-only", conninfo],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_what_pg_dump_writes(
    project: Path, newest_connection: psycopg.Connection[Any]
) -> None:
    text = dumped(newest_connection)
    assert "secret-tag" in text
    (project / "stats.sql").write_text(text)
    found: dict[str, Any] = {}
    for arguments in ((), ("--with-values",)):
        found = {p["query"]: p for p in document(project, *arguments)["plans"]}
        assert found["of_owner"]["scans"][0]["index"] == "pets_owner"
        assert found["by_name"]["scans"][0]["table_rows"] == 20_000
        # Without the values, the most common name is thought to be as rare as any.
        assert found["small"]["rows"] == 1000
    # The same plan as the server's own.
    own = newest_connection.execute(
        "EXPLAIN (FORMAT JSON, GENERIC_PLAN) SELECT id FROM pets WHERE owner_id = $1"
    ).fetchone()
    assert own
    # Only the height of the index's tree is unknown.
    assert own[0][0]["Plan"]["Total Cost"] == pytest.approx(
        found["of_owner"]["cost"], abs=1
    )


def test_values_stay_out(newest_connection: psycopg.Connection[Any]) -> None:
    source = SourceFile("stats.sql", dumped(newest_connection))
    kept = read_statistics(source, with_values=False)
    sent = repr([one.statement() for one in kept])
    assert "secret-tag" not in sent
    assert "Ada" not in sent
    assert "Rex" not in sent
    assert "histogram" not in sent
    assert "most_common" not in sent
    everything = repr(
        [one.statement() for one in read_statistics(source, with_values=True)]
    )
    assert "secret-tag" in everything


def test_what_the_schema_does_not_have(project: Path) -> None:
    more = relation("gone", 3, 3) + column("pets", "gone") + column("owners", "name")
    (project / "stats.sql").write_text(BIG + more)
    assert document(project)["not_in_the_schema"] == ["public.gone"]
    assert "not in the schema: public.gone" in plans(project).stdout


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("SELECT 1;\n", 1, "this is not what `pg_dump --statistics-only` writes"),
        (relation("pets", 1, 1) + "DROP TABLE pets;\n", 9, "this is not what"),
        ("SET statement_timeout = (SELECT 1);\n", 1, "this is not what"),
        ("SET standard_conforming_strings = off;\n", 1, "are not those of standard"),
        ("\\! touch /tmp/x\n", 1, "this is not what"),
        ("\\restrict x \\! touch /tmp/x\n", 1, "this is not what"),
        ("SELECT pg_catalog.set_config('role', 'x', false);\n", 1, "this is not what"),
        ("CREATE TABLE x();\n", 1, "this is not what"),
        ("COPY pets FROM stdin;\n", 1, "this is not what"),
        (
            relation("pets", 1, 1).replace("relpages", "x"),
            5,
            "no argument of statistics",
        ),
        (relation("pets", 1, 1).replace("'1'", "(SELECT 1)"), 5, "no argument"),
        (relation("pets", 1, 1).replace("::integer", "::text"), 2, "no argument"),
        (relation("pets", 1, 1).replace("::real", "::real || ''"), 6, "no argument"),
        (relation("pets", 1, 1).replace("'public'", "E'public'"), 3, "no argument"),
        (relation("pets", 1, 1).replace("relallvisible", "relpages"), 7, "no argument"),
        (
            column("pets", "name", "'relpages', '1'::integer"),
            1,
            "has not the arguments",
        ),
        (relation("pets", 1, 1)[:-4], 7, "no argument"),
        (relation("pets", 1, 1).replace("'0'::i", "'x'::i"), 1, "cannot be restored"),
        # Nobody restores those of a sequence: what they are is seen here alone.
        (relation("counter", 1, 1).replace("'1'::i", "'x'::i"), 5, "no argument"),
        (relation("counter", 1, 1).replace("'1'::i", "'0x1'::i"), 5, "no argument"),
        (relation("counter", 1, 1).replace("'1'::r", "'x'::r"), 6, "no argument"),
        (relation("counter", 1, 1).replace("'1'::r", "'1_0'::r"), 6, "no argument"),
        (
            relation("pets", 1, 1).replace("\t'reltuples', '1'::real,\n", ""),
            1,
            "has not the arguments",
        ),
        (relation("pets", 2**31 - 1, 1) * 2, 9, "too many pages"),
    ],
)
def test_a_hostile_file(project: Path, text: str, line: int, message: str) -> None:
    (project / "stats.sql").write_text(text)
    result = plans(project, "--format", "github")
    assert result.exit_code == 1, result.output
    assert message in result.stdout
    assert f"line={line}," in result.stdout


def test_files_that_cannot_be_read(project: Path) -> None:
    (project / "stats.sql").write_bytes(b"\xff")
    assert "is not text in UTF-8" in plans(project).stderr
    (project / "stats.sql").unlink()
    assert "cannot be read" in plans(project).stderr


@pytest.mark.parametrize(
    "programs", [pytest.param(INSTALLED[-1:], marks=pytest.mark.system, id=SYSTEM)]
)
def test_older_programs_say_so(project: Path, programs: tuple[Binaries, ...]) -> None:
    [oldest] = programs
    (project / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{oldest.folder}'\n"
    )
    result = plans(project)
    assert result.exit_code == 2
    assert "statistics can be restored by PostgreSQL 18 and newer" in result.stderr


def test_values_need_statistics(project: Path) -> None:
    result = CliRunner().invoke(main, ["-C", str(project), "plans", "--with-values"])
    assert result.exit_code == 2
    assert "needs `--statistics FILE`" in result.stderr
