"""Connection strings that cannot be read, and messages that must not show a password."""

import pytest

from sqlgen.conninfo import parse_conninfo, redact
from sqlgen.model.diagnostic import ConfigurationError, ServerUnavailableError


@pytest.mark.parametrize(
    ("conninfo", "parameters"),
    [
        ("postgresql://me:pw@host:1/x", {"user": "me", "password": "pw", "host": "host", "port": "1", "dbname": "x"}),
        ("postgresql://me@host/x?application_name=a@b", {"user": "me", "host": "host", "dbname": "x", "application_name": "a@b"}),
        ("postgresql+psycopg://me:pw@host:1/x", {"user": "me", "password": "pw", "host": "host", "port": "1", "dbname": "x"}),
        ("postgres+asyncpg:///x?host=/tmp", {"host": "/tmp", "dbname": "x"}),
        ("host=@abstract dbname=x", {"host": "@abstract", "dbname": "x"}),
    ],
)  # fmt: skip
def test_parameters_are_read(conninfo: str, parameters: dict[str, str]) -> None:
    assert parse_conninfo(conninfo) == parameters


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://me:s3cret@more@host/x",
        "postgresql//me:s3cret@host/x",
        "postgresql+psycopg://me:s3cret@more@host/x",
        "mysql+psycopg://me:s3cret@host/x",
        "postgresql://me:%ZZs3cret@host/x",
        "postgresql://me:s3cret@host/x?s3cret=1",
        "s3cret",
        "",
        "postgresql://",
    ],
)
def test_an_unreadable_one_is_not_quoted(conninfo: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_conninfo(conninfo)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "bad-database-url"
    assert diagnostic.message == "the connection URL cannot be read"
    assert "s3cret" not in diagnostic.hint
    assert caught.value.__context__ is None


def test_the_caller_chooses_the_error_and_whether_defaults_will_do() -> None:
    with pytest.raises(ServerUnavailableError):
        parse_conninfo("s3cret", raises=ServerUnavailableError)
    assert parse_conninfo("postgresql://", allow_empty=True) == {}


def test_messages_of_libpq_are_redacted() -> None:
    message = 'invalid integer value "s3cret" for connection option "port"\n'
    assert redact(message, {}) == 'invalid integer value … for connection option "port"'
    assert redact("no s3cret\n  at all\n", {"password": "s3cret"}) == "no …; at all"
