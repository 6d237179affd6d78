"""`sqlgen lsp` as an editor starts it: over pipes, with the client of pytest-lsp."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient
from pytest_lsp.client import make_test_lsp_client

from sqlgen.lsp.documents.uris import uri_of
from sqlgen.lsp.protocol.framing import framed
from tests.test_lsp.conftest import FILES, write

SQLGEN = str(Path(sys.executable).with_name("sqlgen"))
PATIENCE = 60.0
"""Seconds after which what is waited for will never come."""


def environment(folder: Path) -> dict[str, str]:
    return dict(os.environ, SQLGEN_CACHE_DIR=str(folder / ".cache"))


def converse(
    root: Path, conversation: Callable[[LanguageClient], Awaitable[None]]
) -> None:
    """Start the server, and run *conversation* with a client that has initialized it."""

    async def run() -> None:
        client = make_test_lsp_client()
        os.environ["SQLGEN_CACHE_DIR"] = str(root / ".cache")
        await client.start_io(SQLGEN, "--directory", str(root), "lsp")
        try:
            capabilities = types.ClientCapabilities()
            await client.initialize_session(
                types.InitializeParams(capabilities=capabilities, root_uri=uri_of(root))
            )
            await asyncio.wait_for(conversation(client), PATIENCE)
            await client.shutdown_session()
        except BaseException:
            assert client._server
            client._server.kill()  # else `stop` waits for its end
            raise
        finally:
            await client.stop()  # type: ignore[no-untyped-call]  # pytest-lsp's

    asyncio.run(run())


def test_a_session_of_an_editor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open, type, hover, save: each message is one that lsprotocol can read."""
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / ".cache"))
    write(tmp_path, FILES)
    path = tmp_path / "queries" / "patients.sql"
    uri = uri_of(path)

    async def conversation(client: LanguageClient) -> None:
        async def wait_for_diagnostics(*codes: str) -> None:
            """Wait until these are shown; those of the syntax may be shown before all."""
            await client.wait_for_notification("textDocument/publishDiagnostics")
            while [str(one.code) for one in client.diagnostics.get(uri, [])] != [
                *codes
            ]:
                await client.wait_for_notification("textDocument/publishDiagnostics")

        client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(uri, "sql", 1, path.read_text())
            )
        )
        await wait_for_diagnostics()
        place = types.Position(4, 0)
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=2, uri=uri),
                [
                    types.TextDocumentContentChangePartial(
                        range=types.Range(place, place), text="x"
                    )
                ],
            )
        )
        await wait_for_diagnostics("42601")
        hover = await client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(6, 12))
        )
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "rename_patient(name: str, id: int) -> int" in hover.contents.value

    converse(tmp_path, conversation)


def message(**content: object) -> bytes:
    return framed(json.dumps({"jsonrpc": "2.0", **content}).encode())


def start(root: Path) -> "subprocess.Popen[bytes]":
    """Start the server on a project, with one document open that has an error."""
    write(root, FILES)
    process = subprocess.Popen(
        [SQLGEN, "lsp"],
        cwd=root,
        env=environment(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    send(process, message(id=1, method="initialize", params={"rootUri": uri_of(root)}))
    send(process, message(method="initialized", params={}))
    uri = uri_of(root / "queries" / "patients.sql")
    document = {"uri": uri, "version": 1, "text": "SELECT nothing"}
    opened = {"textDocument": document}
    send(process, message(method="textDocument/didOpen", params=opened))
    return process


def send(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert process.stdin
    process.stdin.write(data)
    process.stdin.flush()


def until(process: "subprocess.Popen[bytes]", text: bytes) -> bytes:
    """Return the first line of the output that has *text*."""
    assert process.stdout
    read = b""
    while text not in read:
        data = os.read(process.stdout.fileno(), 65536)
        assert data, read
        read += data
    return read


def children(pid: int) -> list[int]:
    """Return the processes below a process."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return [*direct, *(deeper for child in direct for deeper in children(child))]


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids)


@pytest.mark.parametrize("end", ["eof", "exit", "kill", "terminate"])
def test_nothing_is_left_once_the_editor_is_gone(tmp_path: Path, end: str) -> None:
    with start(tmp_path) as process:
        until(process, b"42703")
        servers = children(process.pid)
        assert servers
        assert process.stdin
        if end == "exit":
            send(process, message(id=2, method="shutdown"))
            send(process, message(method="exit"))
        elif end == "kill":
            process.kill()
        elif end == "terminate":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        status = process.wait(PATIENCE)
        assert process.stderr
        assert process.stderr.read() == b""
    expected = {"eof": 1, "exit": 0, "kill": -signal.SIGKILL, "terminate": 143}
    assert status == expected[end]
    deadline = time.monotonic() + PATIENCE
    while not are_gone(servers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_long_analysis_does_not_outlive_the_editor(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/0000_slow.sql": "SELECT pg_sleep(600);\n"} | FILES)
    with start(tmp_path) as process:
        until(process, b'"id":1')
        time.sleep(1)  # so that the migration has begun
        assert process.stdin
        process.stdin.close()
        servers = children(process.pid)
        # 143 if the end of the migration takes longer than the patience with it.
        assert process.wait(PATIENCE) in (1, 143)
    assert are_gone(servers)


def test_what_is_no_message_is_answered_and_the_next_is_taken(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        send(process, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        until(process, b"-32700")
        send(process, framed(b"{"))
        until(process, b"-32700")
        send(process, message(id=9, method="textDocument/teleport"))
        until(process, b"-32601")
        assert process.stdin
        process.stdin.close()
        assert process.wait(PATIENCE) == 1
