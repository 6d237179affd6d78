"""No password is in what sqlgen prints, logs, writes or shows in the list of processes."""

import logging
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate, read, report
from sqlgen.cli import main
from sqlgen.conninfo import mask_arguments, mask_urls, parse_conninfo, redact
from sqlgen.database import Server
from sqlgen.model.diagnostic import Diagnostic, SqlgenError

# A password is these words, with hostile characters around them. No word may be seen anywhere.
WORDS = ("Hunter2", "Qwertz", "Swordfish")
HOSTILE = [
    *"@/?#%&=:;,+'\"\\ \t\n[](){}$`~!*<>|^-_.",
    "://",
    "%4",
    "%ef",
    "%00",
    "\0",
    "ä",
]
PIECES = [*WORDS, *HOSTILE]


def _password(choices: bytes) -> str:
    pieces = [PIECES[byte % len(PIECES)] for byte in choices]
    return "".join([*pieces[:2], WORDS[0], *pieces[2:]])


# One choice of bytes for each is faster than a strategy of strategies.
passwords = st.binary(max_size=8).map(_password)
SHAPES = [
    "postgresql://app:{}@127.0.0.1:1/app",
    "postgres://app:{}@127.0.0.1/app?connect_timeout=1",
    "postgresql+psycopg://app:{}@127.0.0.1:1/app",
    "postgresql://app:{}@127.0.0.1:1,127.0.0.1:2/app",
    "postgresql://app:{}@[::1]:1/app?sslmode=disable",
    "postgresql://app:{}@/app?host=/nowhere",
    "postgresql://app:12/app?application_name={}@127.0.0.1/app",
    "postgresql:///app?host=127.0.0.1&password={}",
    "postgresql://127.0.0.1:1/app?password={}&user=app",
    "postgresql://127.0.0.1?password={}",
    "postgresql//app:{}@127.0.0.1/app",
    "postgresq://app:{}@127.0.0.1/app?sslmode=disable",
    "host=127.0.0.1 port=1 password={}",
    "host=127.0.0.1 port=1 password={} user=app",
    "host=127.0.0.1 port=1 password='{}' user=app",
    "host= password={} user=app",
    "user= password={}",
    "password = {}",
    "dbname=postgresql://app:{}@127.0.0.1/app host=127.0.0.1",
    "host=127.0.0.1 port=1 sslpassword={}",
]
dsns = st.builds(str.format, st.sampled_from(SHAPES), passwords)


def assert_hidden(*texts: str) -> None:
    for text in texts:
        for word in WORDS:
            assert word not in text, text


def diagnostics_of(error: SqlgenError) -> list[str]:
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    shown = error.diagnostics
    return [str(error), report.text(shown), report.json(shown), report.github(shown)]


@settings(max_examples=600)
@given(password=passwords)
def test_ten_thousand_connection_strings(password: str) -> None:
    for shape in (*SHAPES, "{}"):
        assert_password_is_hidden(shape.format(password))


def assert_password_is_hidden(dsn: str) -> None:
    try:
        parameters = parse_conninfo(dsn)
    except SqlgenError as error:
        assert_hidden(*diagnostics_of(error))
        return
    assert_hidden(database.url(dsn, with_password=False))
    secrets = {"password", "sslpassword"}
    # libpq and psycopg quote any parameter but these.
    for name, value in parameters.items():
        if name not in secrets:
            assert_hidden(f"{name}={value}")
    rejected = parameters.get("password", "")
    message = f'invalid integer value "{rejected}" for connection option "port"'
    assert_hidden(redact(message, {}), redact(f"bad value: '{rejected}'", parameters))


@settings(max_examples=500)
@given(dsn=dsns, other=st.sampled_from(["--to", "up", "x"]))
def test_arguments_of_the_command_line(dsn: str, other: str) -> None:
    for arguments in ([other, dsn], [*dsn.split(" "), other]):
        quoted = " ".join(filter(None, arguments))
        for message in (
            f"Got unexpected extra arguments ({quoted})",
            f"{dsn!r} is not a valid integer.",
            f"unknown command `{dsn}`",
            f"No such option: {dsn}",
        ):
            assert_hidden(mask_arguments(message, arguments))


TOML = [
    "server = {}",
    "[tool.sqlgen\nserver = {}",
    "server = {}\nmode = 1 2",
    "server = {}]",
]
VALUES = ['"{}"', "'{}'", '"""{}"""', "'''\n{}'''", '"{}', "'''{}", "{}"]
values = st.builds(str.format, st.sampled_from(VALUES), dsns)


@settings(max_examples=500)
@example(text="server = 'postgresql:///app?password=\0Hunter2'")
@example(text='server = "postgresql://app:\\\nHunter2@127.0.0.1:1/app"')
@example(text='server = "postgresql://app:"\nHunter2@127.0.0.1:1/app"')
@given(text=st.builds(str.format, st.sampled_from(TOML), values))
def test_excerpts_of_the_configuration(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "configuration"
    root.mkdir(exist_ok=True)
    content = f"[tool.sqlgen]\n{text}\nrows = 1\n"
    (root / "pyproject.toml").write_bytes(content.encode())
    try:
        read.config(root)
    except SqlgenError as error:
        assert_hidden(*diagnostics_of(error))


def test_a_url_in_any_diagnostic() -> None:
    url = "postgresql://app:Hunter2@Qwertz@host/app"
    assert mask_urls(f"see {url}") == f"see postgresql://{'…' * 18}@host/app"
    diagnostic = Diagnostic(code="x", message=url, label=None, hint=f"not `{url}`")
    shown = [diagnostic]
    assert_hidden(report.text(shown), report.json(shown), report.github(shown))


COMMANDS = [
    ["migrate", "up", "--database-url", "{}"],
    ["migrate", "reset", "--yes", "--database-url={}"],
    ["migrate", "status", "{}"],
    ["migrate", "up", "--to", "{}"],
    ["migrate", "{}"],
    ["migrate", "up", "--database", "{}"],
    ["db", "url", "--database", "{}"],
    ["build", "{}"],
    ["describe", "{}"],
    ["where", "{}"],
    ["check", "-{}"],
    ["-C", "{}", "check"],
    ["{}"],
]
BAD = [
    "postgresql://app:Hunter2@Qwertz@127.0.0.1/app",
    "postgresql://app:Hunter2/Qwertz@127.0.0.1:1/app",
    "postgresql://app:100%efHunter2@127.0.0.1/app",
    "postgresql+psycopg://app:Hunter2@Qwertz@127.0.0.1/app",
    "postgresql+psycopg://app:Hunter2@127.0.0.1:1/app",
    "host= password=Hunter2",
    "postgresql://app:Hunter2@127.0.0.1:1/app",
    "postgresql://127.0.0.1:1/app?password=Hunter2&connect_timeout=x",
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "queries").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def assert_no_file_has_it(root: Path) -> None:
    for file in filter(Path.is_file, root.rglob("*")):
        assert_hidden(str(file), file.read_bytes().decode(errors="replace"))


@pytest.mark.parametrize("dsn", BAD)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands(
    root: Path,
    dsn: str,
    command: list[str],
    server: Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    arguments = [argument.format(dsn) for argument in command]
    environment = {"SQLGEN_SERVER_URL": server.conninfo, "DATABASE_URL": ""}
    result = CliRunner().invoke(main, arguments, env=environment)
    assert isinstance(result.exception, SystemExit), result.exception
    assert_hidden(result.stdout, result.stderr, caplog.text)
    assert_no_file_has_it(root)


@pytest.mark.parametrize("dsn", BAD)
@pytest.mark.parametrize("place", ["environment", "configuration"])
def test_the_server_to_build_with(root: Path, dsn: str, place: str) -> None:
    environment = {"SQLGEN_SERVER_URL": dsn if place == "environment" else ""}
    if place == "configuration":
        (root / "pyproject.toml").write_text(f"[tool.sqlgen]\nserver = '{dsn}'\n")
    (root / "queries/q.sql").write_text("-- name: q :one\nSELECT 1 AS n;\n")
    for command in (["build"], ["check"], ["migrate", "verify"]):
        result = CliRunner().invoke(main, command, env=environment)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 3
        assert_hidden(result.stdout, result.stderr)


@pytest.mark.parametrize("dsn", BAD)
def test_the_library(root: Path, dsn: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        migrate.apply(dsn, root / "migrations")
    assert_hidden(*diagnostics_of(caught.value))
    with pytest.raises(TypeError) as wrong:
        migrate.apply(dsn.encode(), root / "migrations")  # type: ignore[arg-type] # on purpose
    assert_hidden(str(wrong.value))


def test_a_good_one(
    root: Path,
    server: Server,
    connection: psycopg.Connection[TupleRow],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the server shows of its sessions is also the title of its processes."""
    caplog.set_level(logging.DEBUG)
    dsn = make_conninfo(
        server.conninfo, dbname=connection.info.dbname, password="Hunter2"
    )
    (root / "migrations/0001_seen.up.sql").write_text(
        "CREATE TABLE seen AS SELECT a::text FROM pg_stat_activity AS a;"
    )
    for command in ("up", "status", "check"):
        result = CliRunner().invoke(main, ["migrate", command, "--database-url", dsn])
        assert result.exit_code == 0, result.output
        assert_hidden(result.stdout, result.stderr, caplog.text)
    assert_no_file_has_it(root)
    assert_hidden(*(row[0] for row in connection.execute("SELECT a FROM seen")))
