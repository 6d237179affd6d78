"""A bug of sqlgen's is told at the query that it came from, and the others are analysed."""

from dataclasses import replace
from pathlib import Path

import pytest

from sqlgen import build, infer, read, report, translate
from sqlgen.build.live_project import LiveProject
from sqlgen.database import Server
from sqlgen.infer import statement
from sqlgen.lsp.protocol.messages import IncomingNotification, IncomingRequest
from sqlgen.lsp.session.editor_session import EditorSession
from sqlgen.model.diagnostic import SqlgenError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("migrations", "queries"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (tmp_path / "migrations" / "0001_t.sql").write_text("CREATE TABLE t (id int);\n")
    (tmp_path / "queries" / "t.sql").write_text(
        "-- name: good :many\nSELECT id FROM t;\n\n"
        "-- name: bad :many\nSELECT id FROM t;\n\n"
        "-- name: wrong :many\nSELECT idd FROM t;\n"
    )
    return tmp_path


def test_an_internal_error(
    root: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def query(description: object, *args: object, **named: object) -> object:
        typed = statement.query(description, *args, **named)  # type: ignore[arg-type]
        if typed.query.name == "bad":
            raise IndexError("list index\nout of range")
        return typed

    monkeypatch.setattr(infer, "query", query)
    config = replace(read.config(root), server=server.conninfo)
    with pytest.raises(SqlgenError) as caught:
        build.build(config)
    text = report.text(caught.value.diagnostics, color=False)
    assert text.startswith(
        """\
error[internal-error]: a bug of sqlgen's: IndexError: list index out of range (build/analysis/database_analyzer.py:"""
    )
    assert " --> queries/t.sql:4:10\n" in text
    assert "error[42703]" in text
    assert not (root / "generated").exists()
    described, errors = build.describe_queries(config)
    assert [one.query.query.name for one in described] == ["good"]
    assert [error.code for error in errors] == ["internal-error", "42703"]


def test_an_internal_error_in_a_module(
    root: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "queries" / "t.sql").write_text("-- name: good :many\nSELECT id FROM t;\n")

    def module(*_: object) -> object:
        raise KeyError("name")

    monkeypatch.setattr(translate, "module", module)
    config = replace(read.config(root), server=server.conninfo)
    with pytest.raises(SqlgenError) as caught:
        build.build(config)
    [error] = caught.value.diagnostics
    assert (error.code, error.label is not None) == ("internal-error", True)
    assert "KeyError: 'name' (build/file_tasks.py:" in error.message


def test_a_bug_that_no_query_is_at_fault_for_is_told_in_the_same_words(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compare the editor's window with the diagnostic: same words, same place in sqlgen's code."""

    def state(_: object) -> object:
        raise KeyError("nothing")

    monkeypatch.setattr(LiveProject, "state", state)
    sent: list[bytes] = []
    with EditorSession(read.config, sent.append) as session:
        session.handle(IncomingRequest(1, "initialize", {"rootUri": root.as_uri()}))
        session.handle(IncomingNotification("initialized"))
        session.work()
    assert (
        b"a bug of sqlgen's: KeyError: 'nothing' (lsp/session/open_project.py:"
        in sent[-1]
    )
