"""Time the editor server: from a keystroke to its diagnostics, and from the start to the first answer.

    python tests/benchmarks/editor.py [--keystrokes 200] [--rounds 5]

The project has 1,000 queries in files of 20, and was built before. Exits with 1 if a median misses its goal.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlgen.lsp.documents.uris import uri_of
from sqlgen.lsp.protocol.framing import framed
from tests.benchmarks.workload import Size, write_sqlgen

SQLGEN = Path(sys.executable).with_name("sqlgen")
GOALS = {"first answer": 1.0, "keystroke": 0.1}
"""Seconds that the median may take."""
TYPED = " AND title <> 'x' AND quantity > 1"


class Client:
    """An editor with one document open: it types, and waits for the diagnostics."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.start = time.perf_counter()
        environment = {k: v for k, v in os.environ.items() if k != "SQLGEN_NO_CACHE"}
        self.process = subprocess.Popen(
            [SQLGEN, "lsp"],
            cwd=root,
            env=environment | {"SQLGEN_CACHE_DIR": str(cache)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.path = root / "queries" / "items_7.sql"
        self.uri = uri_of(self.path)
        self.version = 1
        self.send("initialize", {"rootUri": uri_of(root), "capabilities": {}}, 1)
        self.send("initialized", {})
        document = {"uri": self.uri, "version": 1, "text": self.path.read_text()}
        self.send("textDocument/didOpen", {"textDocument": document})

    def send(self, method: str, params: Any, id_: int | None = None) -> None:
        content = {"jsonrpc": "2.0", "method": method, "params": params}
        if id_ is not None:
            content["id"] = id_
        assert self.process.stdin
        self.process.stdin.write(framed(json.dumps(content).encode()))
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            length = int(line.rpartition(b":")[2])
        return json.loads(self.process.stdout.read(length))

    def diagnostics(self) -> list[Any]:
        """Return the diagnostics of the document's current version."""
        while True:
            params = self.receive().get("params", {})
            if params.get("uri") == self.uri and params["version"] == self.version:
                found: list[Any] = params["diagnostics"]
                return found

    def insert(self, line: int, column: int, text: str) -> float:
        """Type a text, and return the seconds until its diagnostics are there."""
        start, self.version = time.perf_counter(), self.version + 1
        place = {"line": line, "character": column}
        change = {"range": {"start": place, "end": place}, "text": text}
        document = {"uri": self.uri, "version": self.version}
        self.send(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [change]},
        )
        self.diagnostics()
        return time.perf_counter() - start

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def measure(root: Path, cache: Path, keystrokes: int) -> tuple[float, list[float]]:
    """Return the seconds to the first diagnostics, and those of each keystroke after them."""
    client = Client(root, cache)
    try:
        client.diagnostics()
        first = time.perf_counter() - client.start
        client.insert(0, 0, "\n")  # the other files are analysed by now
        lines = client.path.read_text().splitlines()
        line = next(n for n, text in enumerate(lines) if text == "WHERE id = :id;") + 1
        column = len("WHERE id = :id")
        taken = [
            client.insert(line, column + number, TYPED[number % len(TYPED)])
            for number in range(keystrokes)
        ]
    finally:
        client.end()
    return first, taken


def main() -> int:
    """Measure, print the medians, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keystrokes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {title: [] for title in GOALS}
    with tempfile.TemporaryDirectory(prefix="sqlgen-editor-") as folder:
        root, cache = Path(folder, "project"), Path(folder, "cache")
        write_sqlgen(root, Size(queries=1000, files=50, tables=100))
        environment = os.environ | {"SQLGEN_CACHE_DIR": str(cache)}
        subprocess.run(
            [SQLGEN, "build"],
            cwd=root,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(arguments.rounds):
            first, taken = measure(root, cache, arguments.keystrokes)
            times["first answer"].append(first)
            times["keystroke"] += taken
    missed = False
    for title, goal in GOALS.items():
        median = statistics.median(times[title])
        worst = max(times[title])
        missed |= median > goal
        print(
            f"{title:14} median {median * 1000:6.0f} ms  worst {worst * 1000:6.0f} ms"
            f"  goal {goal * 1000:.0f} ms"
        )
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
