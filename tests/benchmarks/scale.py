"""Time builds of a large repository and measure their memory; print a row for each size.

    python -m tests.benchmarks.scale 5000 20000 100000 [--queries-per-file 10] [--tables 100] [--all]

With `--all`, other commands than `build`, `check` and `watch` are measured too, after a build.
Each measurement runs once: it takes seconds, and the growth from size to size is what matters. Memory is
the peak of the largest process, and the most that all of sqlgen's processes had at once: a forked process shares
pages with the one that it was forked from, and each counts its share (`Pss`). PostgreSQL is not counted.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any, NamedTuple

from tests.benchmarks.builds import SQLGEN, environment
from tests.benchmarks.workload import Size, write_sqlgen


class Taken(NamedTuple):
    """The seconds on the clock and of the processors, and the peaks of memory in MB."""

    seconds: float
    work: float
    largest: float
    together: float


class Memory(Thread):
    """Looks every 50 ms at the memory that a process and its forks have together."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._process = process
        self._stop_looking = Event()

    def run(self) -> None:
        while not self._stop_looking.wait(0.05):
            self.peak = max(self.peak, sum(map(_share, _family(self._process))))

    def stop(self) -> float:
        """Return the peak in MB."""
        self._stop_looking.set()
        self.join()
        return self.peak / 1024


def _family(process: int) -> Iterator[int]:
    """Yield the process and those forked from it that run Python."""
    yield process
    with suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text()
        for child in children.split():
            if "python" in str(Path(f"/proc/{child}/exe").readlink()):
                yield from _family(int(child))


def _share(process: int) -> int:
    """Return the kB of a process, those that it shares divided by the number of sharers."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _received(messages: IO[bytes]) -> object:
    """Read the next message of the editor server; return the request that it answers, if it does."""
    size = 0
    while line := messages.readline().strip():
        name, _, value = line.partition(b":")
        size = int(value) if name == b"Content-Length" else size
    message: dict[str, Any] = json.loads(messages.read(size))
    return None if "method" in message else message.get("id")


class Repository:
    """A generated project with a cache of its own."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder, self._cache = folder / "project", folder / "cache"
        write_sqlgen(self.folder, size)
        self._query_file = self.folder / "queries" / "items_7.sql"
        self._module = self.folder / "generated" / "items_7.py"
        self._saves = 0

    def sqlgen(self, *arguments: str) -> Taken:
        """Run a command to its end."""
        with self._started(*arguments, stdout=subprocess.DEVNULL) as (process, taken):
            pass
        if process.returncode:
            raise SystemExit(f"sqlgen {' '.join(arguments)} failed")
        return taken()

    def one_changed(self) -> Taken:
        """Build after a literal of one query was changed."""
        self._save()
        return self.sqlgen("build")

    def watched_save(self) -> Taken:
        """Change a query while `sqlgen watch` runs, and wait until its module is on disk."""
        with self._started("watch", stdout=subprocess.PIPE) as (process, taken):
            assert process.stdout
            while b"current" not in process.stdout.readline():
                pass
            time.sleep(3)  # it prepares for the next build
            before, start = self._module.stat().st_ino, time.perf_counter()
            self._save()
            while self._module.stat().st_ino == before:
                time.sleep(0.001)
            seconds = time.perf_counter() - start
            process.stdout.readline()  # it has written the lock file, too
            process.send_signal(signal.SIGINT)
            process.stdout.read()
        return taken()._replace(seconds=seconds)

    def impact(self) -> Taken:
        """Compare with a revision that is without a new column."""
        git = ["git", "-c", "user.name=x", "-c", "user.email=x@localhost"]
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
            subprocess.run([*git, *arguments], cwd=self.folder, check=True)
        path = self.folder / "migrations" / "9999_more.sql"
        path.write_text("ALTER TABLE item_5 ADD COLUMN more text;\n")
        taken = self.sqlgen("impact", "--from", "HEAD")
        path.unlink()
        return taken

    def opened(self) -> Taken:
        """Open a query file in an editor, and wait until the project is known."""
        text = self._query_file.read_text()
        file = {"uri": self._query_file.as_uri(), "languageId": "sql", "version": 1}
        place = {"textDocument": file, "position": {"line": 1, "character": 8}}
        messages: list[dict[str, Any]] = [
            {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
            {"method": "initialized", "params": {}},
            {
                "method": "textDocument/didOpen",
                "params": {"textDocument": {**file, "text": text}},
            },
            {"id": 2, "method": "textDocument/hover", "params": place},
            {"id": 3, "method": "shutdown"},
            {"method": "exit"},
        ]
        with self._started("lsp", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as (
            process,
            taken,
        ):
            assert process.stdin
            assert process.stdout
            for message in messages:
                content = json.dumps({"jsonrpc": "2.0", **message}).encode()
                process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content))
                process.stdin.write(content)
                process.stdin.flush()
                while message.get("id") == 2 and _received(process.stdout) != 2:
                    pass
            process.stdout.read()
        return taken()

    def _save(self) -> None:
        self._saves += 1
        text = self._query_file.read_text()
        self._query_file.write_text(
            text.replace("count(*) >", f"{self._saves} + count(*) >", 1)
        )

    @contextmanager
    def _started(
        self, *arguments: str, stdout: int, stdin: int | None = None
    ) -> Iterator[tuple["subprocess.Popen[bytes]", Callable[[], Taken]]]:
        """Run a command during the block and until it ends; lend what tells afterwards what it took."""
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(SQLGEN), *arguments],
            cwd=self.folder,
            env=environment(self._cache),
            stdin=stdin,
            stdout=stdout,
        )
        memory = Memory(process.pid)
        memory.start()
        results: list[Taken] = []
        yield process, lambda: results[0]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        work = usage.ru_utime + usage.ru_stime
        results.append(Taken(seconds, work, usage.ru_maxrss / 1024, memory.stop()))


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="QUERIES")
    parser.add_argument("--queries-per-file", type=int, default=10)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    print("| queries | work | clock s | CPU s | largest process MB | together MB |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for queries in arguments.sizes:
        files = queries // arguments.queries_per_file
        size = Size(queries=queries, files=files, tables=arguments.tables)
        folder = Path(tempfile.mkdtemp(prefix="sqlgen-scale-"))
        try:
            repository = Repository(folder, size)
            if arguments.all:
                _print(queries, _others(repository))
            else:
                _print(queries, _works(repository))
        finally:
            shutil.rmtree(folder)


Works = Mapping[str, Callable[[], Taken]]
"""What is measured, in order."""


def _works(repository: Repository) -> Works:
    return {
        "`build`, nothing cached": lambda: repository.sqlgen("build"),
        "`build`, nothing changed": lambda: repository.sqlgen("build"),
        "`check`, nothing changed": lambda: repository.sqlgen("check"),
        "`build`, one query changed": repository.one_changed,
        "`watch`, from a save to the module": repository.watched_save,
        "`check --offline`": lambda: repository.sqlgen("check", "--offline"),
        "`check --no-cache`": lambda: repository.sqlgen("check", "--no-cache"),
    }


def _others(repository: Repository) -> Works:
    repository.sqlgen("build")
    return {
        "`lsp`, until the first hover": repository.opened,
        "`plans`": lambda: repository.sqlgen("plans"),
        "`impact`": repository.impact,
        "`docs`": lambda: repository.sqlgen("docs"),
    }


def _print(queries: int, works: Works) -> None:
    for title, work in works.items():
        taken = work()
        print(
            f"| {queries:,} | {title} | {taken.seconds:.2f} | {taken.work:.2f} |"
            f" {taken.largest:.0f} | {taken.together:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
