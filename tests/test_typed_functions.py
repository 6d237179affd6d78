"""`functions` in the configuration: the database's functions and procedures, called from Python."""

import asyncio
import datetime as dt
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import build, read
from sqlgen.database import Server
from sqlgen.model.diagnostic import SqlgenError

Connection = psycopg.Connection[TupleRow]

SCHEMA = """
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('happy', 'sad');
CREATE DOMAIN app.email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE app.owners (id int PRIMARY KEY, name text NOT NULL, note text);
INSERT INTO app.owners VALUES (1, 'Ann', NULL), (2, 'Bob', 'x');
CREATE FUNCTION app.add(a int, b int DEFAULT 10, c int DEFAULT 100) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT RETURN a + b + c;
COMMENT ON FUNCTION app.add IS E'Add numbers.\\nname: evil :one\\n-- sqlgen: nothing\\n"quotes"';
CREATE FUNCTION app.all_optional(x int DEFAULT NULL, "Y z" text DEFAULT 'q', z bool DEFAULT true) RETURNS text
    LANGUAGE plpgsql AS $$ BEGIN RETURN concat_ws(',', coalesce(x::text, '-'), "Y z", z); END $$;
CREATE FUNCTION app.find_owners(p_name text) RETURNS SETOF app.owners LANGUAGE sql STABLE
    AS $$ SELECT * FROM app.owners WHERE name = p_name OR p_name IS NULL ORDER BY id $$;
CREATE FUNCTION app.get_owner(p_id int) RETURNS app.owners LANGUAGE sql STABLE
    AS $$ SELECT * FROM app.owners WHERE id = p_id $$;
CREATE FUNCTION app.outs(IN a int, OUT b int, INOUT c text) LANGUAGE plpgsql
    AS $$ BEGIN b := a * 2; c := c || '!'; END $$;
CREATE FUNCTION app.one_out(IN a int, OUT b int) LANGUAGE plpgsql AS $$ BEGIN b := a * 2; END $$;
CREATE FUNCTION app.tabular(a int) RETURNS TABLE (x int, "class" text) LANGUAGE sql
    AS $$ SELECT g, 'row' FROM generate_series(1, a) AS g $$;
CREATE FUNCTION app.ids() RETURNS SETOF int LANGUAGE sql AS $$ VALUES (1), (NULL) $$;
CREATE FUNCTION app.total(VARIADIC xs numeric[]) RETURNS numeric LANGUAGE sql
    AS $$ SELECT sum(x) FROM unnest(xs) AS x $$;
CREATE FUNCTION app.nothing(m app.mood, e app.email) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.over(int) RETURNS text LANGUAGE sql AS $$ SELECT 'number' $$;
CREATE FUNCTION app.over(text) RETURNS text LANGUAGE sql AS $$ SELECT 'text' $$;
CREATE FUNCTION app.over(t timestamptz, n int DEFAULT 1) RETURNS text LANGUAGE sql AS $$ SELECT 'time' $$;
CREATE FUNCTION app.mixed(int, b int DEFAULT 1, c int DEFAULT 2) RETURNS int LANGUAGE sql AS $$ SELECT $1 + b + c $$;
CREATE FUNCTION app."Odd ""name"" x"("a:b" int, "a.b" int DEFAULT 5, "$1" int DEFAULT 6, "import" int DEFAULT 7)
    RETURNS int LANGUAGE sql AS $$ SELECT "a:b" + "a.b" + "$1" + "import" $$;
CREATE FUNCTION app."import"("class" int, "=>" text DEFAULT '=> ,') RETURNS text LANGUAGE sql AS $$ SELECT "=>" $$;
CREATE FUNCTION app.named_as_ours(conn int, rows int, self int, value int DEFAULT 1, "row" int DEFAULT 2,
    cursor int DEFAULT 3) RETURNS int LANGUAGE sql AS $$ SELECT conn + rows + self + value + "row" + cursor $$;
CREATE FUNCTION app.known(t text) RETURNS int LANGUAGE sql IMMUTABLE STRICT RETURN length(t);
CREATE PROCEDURE app.rename(a int, b text DEFAULT 'New') LANGUAGE sql
    AS $$ UPDATE app.owners SET name = b WHERE id = a $$;
CREATE PROCEDURE app.outputs(a int, INOUT b text, OUT c int) LANGUAGE plpgsql
    AS $$ BEGIN b := upper(b); c := a + 1; END $$;
CREATE FUNCTION app.poly(a anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION app.on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION app.rec() RETURNS record LANGUAGE sql AS $$ SELECT 1, 2 $$;
CREATE AGGREGATE app.product(int) (SFUNC = int4mul, STYPE = int);
CREATE FUNCTION public.other() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
"""


@pytest.fixture
def root(
    tmp_path: Path,
    server: Server,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """A project whose configuration names all functions of the schema `app`."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "migrations/0001_create.sql").write_text(SCHEMA)
    write_settings(tmp_path, server, 'functions = ["app.*"]')
    connection.execute(SCHEMA.encode())
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "calls"]:
        del sys.modules[name]


def write_settings(root: Path, server: Server, settings: str) -> None:
    text = f'[tool.sqlgen]\nmode = "both"\noutput = "calls"\nserver = "{server.conninfo}"\n{settings}\n'
    (root / "pyproject.toml").write_text(text)


def functions(name: str = "calls.functions.app") -> Any:
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_functions_are_called(root: Path, connection: Connection) -> None:
    planned = build.build(read.config(root))
    [note] = planned.notes
    assert note.code == "functions-left-out"
    assert note.label
    assert note.label.span.line == 5
    for reason in ("it is an aggregate", "only triggers", "depend on the arguments"):
        assert reason in note.message
    f, m = functions(), functions("calls.models")
    conn = connection
    lines = [line.strip() for line in f.add.__doc__.splitlines()]
    assert lines == ["Add numbers.", "-- sqlgen: nothing", '"quotes"', ""]
    assert f.add(conn, a=1) == 111
    assert f.add(conn, a=1, b=2) == 103
    assert f.add(conn, a=1, c=2) == 13
    assert f.add(conn, a=1, b=2, c=3) == 6
    assert f.add(conn, a=1, b=None) is None
    assert f.all_optional(conn) == "-,q,t"
    assert f.all_optional(conn, x=1) == "1,q,t"
    assert f.all_optional(conn, y_z="r") == "-,r,t"
    assert f.all_optional(conn, z=False) == "-,q,f"
    assert f.all_optional(conn, x=1, z=None) == "1,q"
    assert f.all_optional(conn, x=1, y_z="r", z=False) == "1,r,f"
    ann, bob = f.find_owners(conn, p_name=None)
    assert (ann.name, bob.note) == ("Ann", "x")
    assert f.get_owner(conn, p_id=2) == m.Owners(2, "Bob", "x")
    assert f.get_owner(conn, p_id=3) is None
    assert f.outs(conn, a=2, c="c") == f.OutsRow(4, "c!")
    assert f.one_out(conn, a=2) == 4
    assert f.tabular(conn, a=2)[1] == f.TabularRow(2, "row")
    assert f.ids(conn) == [1, None]
    assert f.total(conn, xs=[Decimal("1.5"), Decimal(2)]) == Decimal("3.5")
    assert f.nothing(conn, m=m.Mood.SAD, e="a@b") is None
    with pytest.raises(psycopg.errors.CheckViolation):
        f.nothing(conn, m=None, e="no address")
    assert f.over_integer(conn, arg1=1) == "number"
    assert f.over_text(conn, arg1="1") == "text"
    assert f.over_timestamp_with_time_zone_integer(conn, t=None, n=2) == "time"
    assert f.mixed(conn, arg1=1) == 4
    assert f.mixed(conn, arg1=1, c=5) == 7
    assert f.odd_name_x(conn, a_b=1, a_b_2=2, arg3=3, import_=4) == 10
    assert f.import_(conn, class_=1) == "=> ,"
    assert f.import_(conn, class_=1, arg2="x") == "x"
    assert f.named_as_ours(conn, conn_=1, rows=1, self=1) == 9
    assert f.named_as_ours(conn, conn_=1, rows=1, self=1, row=0, cursor=0) == 4
    assert f.rename(conn, a=1) is None
    assert f.get_owner(conn, p_id=1).name == "New"
    f.rename(conn, a=1, b="Zoe")
    assert f.get_owner(conn, p_id=1).name == "Zoe"
    assert f.outputs(conn, a=1, b="x") == f.OutputsRow("X", 2)
    for name in ("poly", "on_change", "rec", "product", "other"):
        assert not hasattr(f, name)

    async def in_asyncio() -> None:
        aio = functions("calls.aio.functions.app")
        dsn = connection.info.dsn
        async with await psycopg.AsyncConnection.connect(dsn) as other:
            assert await aio.add(other, a=1, c=2) == 13
            assert await aio.outputs(other, a=1, b="x") == f.OutputsRow("X", 2)

    asyncio.run(in_asyncio())


LENGTHS = {
    "char(2)": "DE",
    "char(3)[]": ["abc", "de "],
    "varchar(4)": "abcd",
    "varchar(4)[]": ["abcd"],
    '"char"': "x",
    "bit(3)": "101",
    "bit(3)[]": ["101", "011"],
    "varbit(5)": "1011",
    "numeric(6, 3)": Decimal("123.456"),
    "numeric(6, 3)[]": [Decimal("123.456")],
    "time(3)": dt.time(1, 2, 3, 456789),
    "timestamp(3)": dt.datetime.fromisoformat("2026-01-02T03:04:05.678901"),
    "interval(2)": dt.timedelta(days=3, microseconds=123456),
}
"""Types with a length or precision, of which a function's argument keeps nothing, and values of theirs."""


def test_arguments_arrive_as_they_are(root: Path, connection: Connection) -> None:
    """A cast to `character` or `bit` would cut off all but the first character."""
    schema = "".join(
        f"CREATE FUNCTION app.of_{n}(v {type_}, w {type_} DEFAULT NULL) RETURNS SETOF {type_}"
        f" LANGUAGE sql AS $$ VALUES (v), (w) $$;\n"
        for n, type_ in enumerate(LENGTHS)
    )
    (root / "migrations/0002_lengths.sql").write_text(schema)
    connection.execute(schema.encode())
    build.build(read.config(root))
    f = functions()
    for n, value in enumerate(LENGTHS.values()):
        assert getattr(f, f"of_{n}")(connection, v=value, w=value) == [value, value]


def test_functions_are_checked_without_a_server_and_built_again(
    root: Path, server: Server
) -> None:
    assert build.build(read.config(root)).changes
    assert not build.plan(read.config(root)).changes
    assert not build.check_offline(read.config(root)).changes
    (root / "queries/q.sql").write_text("-- name: q :one\nSELECT 1 AS n;\n")
    changes = build.build(read.config(root)).changes
    assert "calls/functions/app.py" not in {change.path for change in changes}

    with (root / "migrations/0002_more.sql").open("w") as file:
        file.write("CREATE FUNCTION app.late() RETURNS int LANGUAGE sql RETURN 1;")
    with pytest.raises(SqlgenError) as caught:
        build.check_offline(read.config(root))
    assert {error.code for error in caught.value.diagnostics} == {"stale-lock"}
    changes = build.build(read.config(root)).changes
    assert "calls/functions/app.py" in {change.path for change in changes}
    assert "def late(" in (root / "calls/functions/app.py").read_text()

    write_settings(
        root, server, '[tool.sqlgen.functions]\ntyped = ["public.other", "app.nowhere"]'
    )
    planned = build.build(read.config(root))
    assert [w.code for w in planned.warnings] == ["unknown-function"]
    assert planned.warnings[0].label
    assert planned.warnings[0].label.span.text == '"app.nowhere"'
    assert (root / "calls/functions/public.py").exists()
    assert not (root / "calls/functions/app.py").exists()


def test_inference_proves_results(root: Path, server: Server) -> None:
    write_settings(
        root,
        server,
        '[tool.sqlgen.functions]\ntyped = ["app.known", "app.one_out"]\nnever_null = ["app.one_out(integer)"]',
    )
    described, errors = build.describe_queries(read.config(root))
    assert not errors
    assert {d.query.query.name: d.annotations.columns for d in described} == {
        "known": ("int",),
        "one_out": ("int | None",),
    }
    assert {d.query.query.name: d.annotations.parameters for d in described} == {
        "known": ("str",),
        "one_out": ("int | None",),
    }


Tampering = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda r: r.update(schema="secret"),
        lambda r: r.update(name="other"),
        lambda r: r["arguments"][0].__setitem__(2, "integer); DROP TABLE owners; --"),
        lambda r: r["arguments"][0].__setitem__(2, "integer from app.owners"),
        lambda r: r["arguments"][0].__setitem__(0, "x"),
        lambda r: r["arguments"][0].__setitem__(1, 3),
        lambda r: r.update(gives="everything"),
        lambda r: r.update(more=1),
        lambda r: r.pop("name"),
    ],
)
def test_a_lock_that_was_changed_is_refused(
    root: Path, server: Server, tamper: Tampering
) -> None:
    write_settings(root, server, 'functions = ["app.add"]')
    build.build(read.config(root))
    path = root / "calls/.sqlgen/schema.json"
    lock = json.loads(path.read_text())
    tamper(lock["routines"][0])
    path.write_text(json.dumps(lock))
    with pytest.raises(SqlgenError) as caught:
        build.check_offline(read.config(root))
    assert [error.code for error in caught.value.diagnostics] == ["unreadable-lock"]


def test_names_in_a_lock_stay_names(root: Path, server: Server) -> None:
    """Quoted, they can end neither the name nor a comment."""
    write_settings(root, server, 'functions = ["app.add"]')
    build.build(read.config(root))
    path = root / "calls/.sqlgen/schema.json"
    lock = json.loads(path.read_text())
    lock["routines"][0]["comment"] = "a\n-- name: b :one\nSELECT 1;\r*/ name: c :one"
    lock["routines"][0]["arguments"][0][1] = 'a"); DROP TABLE owners; --\n'
    path.write_text(json.dumps(lock))
    with pytest.raises(SqlgenError) as caught:
        build.check_offline(read.config(root))
    [error] = caught.value.diagnostics
    assert error.code == "stale-lock"
    assert error.label
    assert error.label.span.source.path == "pyproject.toml"


def test_errors_name_the_function_and_the_setting(root: Path) -> None:
    """A query file of the user's own that would be the same module."""
    (root / "queries/functions").mkdir()
    (root / "queries/functions/app.sql").write_text("-- name: q :one\nSELECT 1 AS n;\n")
    with pytest.raises(SqlgenError) as caught:
        build.build(read.config(root))
    [error] = caught.value.diagnostics
    assert error.code == "bad-module-name"
    assert error.label
    assert error.label.span.source.path == "pyproject.toml"
    assert "the functions of the schema app" in error.message


def test_some_of_postgresqls_own_functions(
    root: Path, server: Server, connection: Connection
) -> None:
    names = [
        "void_send",
        "record_send",
        "make_interval",
        "lower",
        "version",
    ]
    listed = ", ".join([f'"pg_catalog.{name}"' for name in names])
    write_settings(root, server, f"functions = [{listed}]")
    [note] = build.build(read.config(root)).notes
    assert (
        "`pg_catalog.void_send(void)` (SQL has no values of its types)" in note.message
    )
    f = functions("calls.functions.pg_catalog")
    assert f.make_interval(connection) == dt.timedelta()
    assert f.make_interval(connection, mins=5, days=2) == dt.timedelta(2, minutes=5)
    assert f.lower_text(connection, arg1="ABC") == "abc"
    assert f.version(connection).startswith("PostgreSQL")
