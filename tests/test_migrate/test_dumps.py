"""What pg_dump writes runs as it is: by a build, by `migrate up`, and with its rows."""

import hashlib
import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from sqlgen import database, migrate, parse
from sqlgen.embedded.programs import binaries
from sqlgen.migrate.adaptations.dumps import without_surroundings
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

Connection = psycopg.Connection[TupleRow]

SHOP = r"""
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('open', 'it''s \ paid');
CREATE DOMAIN shop.email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE shop.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email shop.email, note text DEFAULT E'\\x');
CREATE TABLE shop.orders (
    id int PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customers, state shop.state NOT NULL,
    at timestamptz NOT NULL DEFAULT now()) PARTITION BY RANGE (id);
CREATE TABLE shop.orders_1 PARTITION OF shop.orders FOR VALUES FROM (0) TO (1000);
CREATE TABLE public."odd ; name" ("from stdin" int, "a\b" text);
CREATE VIEW shop.open_orders AS SELECT o.*, c.name FROM shop.orders o JOIN shop.customers c ON c.id = customer_id;
CREATE MATERIALIZED VIEW shop.totals AS SELECT state, count(*) FROM shop.orders GROUP BY 1;
CREATE FUNCTION shop.copy_text() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
    RETURN 'COPY x FROM stdin;
\.
\connect elsewhere';
END $body$;
CREATE FUNCTION shop.double(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN n > 0 THEN 2 * n END; END;
INSERT INTO shop.customers (name, email, note) VALUES ('Ada; --', 'a@b', E'tab\there'), (E'new\nline', NULL, '\.'), ('''', 'ß@é', '\N');
INSERT INTO shop.orders VALUES (1, 1, 'open'), (2, 2, 'it''s \ paid');
INSERT INTO public."odd ; name" VALUES (1, '$$');
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
CREATE INDEX ON shop.customers (lower(name));
COMMENT ON TABLE shop.customers IS 'GRANT; \.
\. not the end';
"""

OWNED = """
ALTER TABLE shop.customers OWNER TO {role};
GRANT SELECT ON shop.customers TO {role};
CREATE POLICY own ON shop.orders TO {role} USING (true);
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO {role};
ALTER SCHEMA public OWNER TO {role};
"""

PROGRAMS = {
    f"pg{b.major}": b.folder / "pg_dump"
    for b in (binaries.from_wheel(), *binaries.installed())
    if b is not None
}

OPTIONS: dict[str, tuple[str, ...]] = {
    "all": (),
    "create": ("--create",),
    "clean": ("--clean",),
    "clean-if-exists": ("--clean", "--if-exists"),
    "schema-only": ("--schema-only",),
    "inserts": ("--inserts",),
    "public": ("-n", "public", "-n", "shop"),
    "session-authorization": ("--use-set-session-authorization",),
    "no-owner": ("-O", "-x"),
}


@pytest.fixture
def dump(server: database.Server, options: str) -> str:
    """Return what pg_dump of the server's version or newer writes of the shop, whose role is dropped."""
    fitting = [p for p in PROGRAMS.values() if _major(p) >= server.version // 10000]
    program = min(fitting, key=_major)
    role = f"sqlgen_owner_{options.replace('-', '_')}"
    with database.scratch(server) as connection:
        connection.execute(SHOP.encode())
        connection.execute(f"CREATE ROLE {role}".encode())
        try:
            connection.execute(OWNED.format(role=role).encode())
            name = connection.info.dbname
            connection.execute(f"ALTER DATABASE {name} SET work_mem = '8MB'".encode())
            url = database.url(
                psycopg.conninfo.make_conninfo(server.conninfo, dbname=name)
            )
            command = (str(program), *OPTIONS[options], url)
            text = subprocess.run(
                command, check=True, capture_output=True, text=True
            ).stdout
        finally:
            for statement in (
                "REASSIGN OWNED BY {} TO CURRENT_USER",
                "DROP OWNED BY {}",
            ):
                connection.execute(sql.SQL(statement).format(sql.Identifier(role)))
            connection.execute(f"DROP ROLE {role}".encode())
    return text


@pytest.mark.parametrize("options", OPTIONS)
def test_a_dump_runs_as_it_is(connection: Connection, dump: str, options: str) -> None:
    migrate.execute(connection, _migration(dump))
    assert connection.execute("SHOW search_path").fetchone() == ('"public"',)
    facts = connection.execute(
        "SELECT to_regclass('shop.open_orders')::text, shop.double(4),"
        " (SELECT count(*) FROM shop.customers), obj_description('shop.customers'::regclass)"
    ).fetchone()
    rows = 0 if options == "schema-only" else 3
    assert facts == ("shop.open_orders", 8, rows, "GRANT; \\.\n\\. not the end")
    if rows:
        notes = connection.execute("SELECT name, note FROM shop.customers ORDER BY id")
        assert notes.fetchall() == [
            ("Ada; --", "tab\there"),
            ("new\nline", "\\."),
            ("'", "\\N"),
        ]


@pytest.mark.parametrize("options", ["all", "schema-only"])
def test_a_dump_of_another_version_runs(connection: Connection, options: str) -> None:
    """A newer pg_dump writes settings that an older server does not know."""
    for program in PROGRAMS.values():
        if _major(program) < connection.info.server_version // 10000:
            continue
        with database.scratch(_server(connection)) as other:
            other.execute("CREATE TABLE t (a int)")
            url = database.url(
                psycopg.conninfo.make_conninfo(
                    _server(connection).conninfo, dbname=other.info.dbname
                )
            )
            command = (str(program), *OPTIONS[options], url)
            text = subprocess.run(
                command, check=True, capture_output=True, text=True
            ).stdout
        migrate.execute(connection, _migration(text))
        connection.execute("DROP TABLE t")


def test_migrate_up_runs_a_dump_with_its_rows(connection: Connection) -> None:
    text = (
        "--\n-- PostgreSQL database dump\n--\n\\restrict x\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "CREATE TABLE public.t (n int, s text);\n"
        "COPY public.t (n, s) FROM stdin;\n1\tone; 'two\n2\t\\N\n\\.\n\n"
        "CREATE INDEX i ON public.t (n);\n\\unrestrict x\n"
    )
    for first_line in ("", "-- no-transaction\n"):
        with database.scratch(_server(connection)) as target:
            conninfo = psycopg.conninfo.make_conninfo(
                _server(connection).conninfo, dbname=target.info.dbname
            )
            migrate.up(conninfo, [_migration(first_line + text)])
            rows = target.execute("SELECT * FROM t ORDER BY n").fetchall()
            assert rows == [(1, "one; 'two"), (2, None)]
            assert target.execute(
                "SELECT success FROM _sqlgen_migrations"
            ).fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "CREATE TABLE t (n int, s text);\nCOPY t FROM stdin;\n1\ta\nmany\tb\n\\.\nSELECT 1;",
            '22P02 4:1 [many\tb] invalid input syntax for type integer: "many"',
        ),
        (
            "CREATE TABLE t (n int);\nCOPY t (n) FROM STDIN WITH (FORMAT csv);\n1\n2,3\n\\.\n",
            "22P04 4:1 [2,3] extra data after last expected column",
        ),
        (
            "\\restrict x\nCREATE TABLE t (n int);\nSELECT 'é';\nSELECT nowhere;\n",
            '42703 4:8 [nowhere] column "nowhere" does not exist',
        ),
        (
            "COPY nowhere FROM stdin;\n1\n\\.\n",
            '42P01 1:1 [COPY nowhere FROM stdin;] relation "nowhere" does not exist',
        ),
        (
            "CREATE TABLE t (s text);\nSET client_encoding = 'LATIN1';\nCOPY t FROM stdin;\n中\n\\.\n",
            "22P05 3:1 [COPY t FROM stdin;] `中` is not in the encoding that the script has set",
        ),
    ],
)
def test_errors_are_at_their_lines(
    connection: Connection, text: str, expected: str
) -> None:
    with pytest.raises(SqlgenError) as caught:
        migrate.execute(connection, _migration(text))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.label is not None
    span = diagnostic.label.span
    place = f"{span.line}:{span.column} [{span.text}]"
    assert f"{diagnostic.code} {place} {diagnostic.message}" == expected


def test_many_rows_are_copied(connection: Connection) -> None:
    rows = "".join(f"{n}\t{'x' * 40}\n" for n in range(20_000))
    text = f"CREATE TABLE t (n int, s text);\nCOPY t FROM stdin;\n{rows}\\.\n"
    migrate.execute(connection, _migration(text))
    assert connection.execute("SELECT count(*), max(n) FROM t").fetchone() == (
        20_000,
        19_999,
    )


@pytest.mark.parametrize(
    ("head", "is_dump"),
    [
        ("--\n-- PostgreSQL database dump\n--\n\n\\restrict a\n", True),
        ("-- PostgreSQL database dump\n", True),
        ("\\restrict a\n\nSET statement_timeout = 0;\nSET lock_timeout = 0;", True),
        ("SET statement_timeout = 0;\nSET lock_timeout = 0;\n", True),
        ("-- ours\nSET lock_timeout = 0;\n", False),
        ("\\restrict a\n", False),
        ("-- not a PostgreSQL database dump\n", False),
    ],
)
def test_dumps_are_known_by_their_head(head: str, is_dump: bool) -> None:
    assert parse.is_dump(head + "CREATE TABLE t ();") is is_dump


def test_dumps_lose_their_surroundings() -> None:
    text = "CREATE TABLE t ();\nGRANT SELECT ON t TO shop;\nDROP TABLE t;"
    head = "--\n-- PostgreSQL database dump\n--\nSET transaction_timeout = 0;\n"
    blanked = f"{head}CREATE TABLE t ();\n{' ' * 25};\nDROP TABLE t;"
    assert without_surroundings(head + text, 180000) == blanked
    assert "transaction_timeout" not in without_surroundings(head + text, 150000)


def _migration(text: str) -> Migration:
    source = SourceFile(
        "migrations/0001_a.up.sql", text, hashlib.sha384(text.encode()).digest()
    )
    (migration,) = parse.migrations([source])
    return migration


def _server(connection: Connection) -> database.Server:
    info = connection.info
    conninfo = psycopg.conninfo.make_conninfo(
        host=info.host, port=info.port, user=info.user, dbname="postgres"
    )
    return database.Server(
        conninfo=conninfo, version=info.server_version, embedded=False
    )


def _major(program: Path) -> int:
    output = subprocess.run(
        (program, "--version"), check=True, capture_output=True, text=True
    ).stdout
    return int(output.split()[-1 if "(" not in output.split()[-1] else 2].split(".")[0])
