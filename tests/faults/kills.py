"""Kill commands at random moments, and look at what is left: `python -m tests.faults.kills N [SEED]`.

Each of the N rounds starts `build`, `watch`, `migrate up` or `db start` in a project that has just
changed, kills it (SIGKILL or SIGHUP) after a random time, and runs the next command at once, which
must succeed. It prints for each command how many rounds ran, how many were killed before they had
ended, the slowest next start, and every fault:

- the next command fails;
- the generated files are not those of a build that nobody has killed;
- a temporary file or a journal is left in the project;
- a process of the project's embedded servers is left, other than the development server.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SQLGEN = Path(sys.executable).with_name("sqlgen")
COMMANDS = {
    "build": ("build",),
    "watch": ("watch",),
    "migrate up": ("migrate", "up"),
    "db start": ("db", "start"),
}
NEXT = {"watch": ("build",)}
"""The command that runs after the kill, where that is another one."""
LONGEST = {"build": 1.5, "watch": 2.0, "migrate up": 1.2, "db start": 2.0}
"""Seconds within which a command is killed; a little more than it takes."""
QUERIES = 12


class Project:
    """A project in *folder*, which changes before each round."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("SQLGEN_NO_CACHE", "DATABASE_URL")
        } | {"SQLGEN_CACHE_DIR": str(folder / "cache"), "NO_COLOR": "1"}
        for part in ("migrations", "queries"):
            (self.root / part).mkdir(parents=True)
        (self.root / "pyproject.toml").write_text("[tool.sqlgen]\n")
        self._migrations = 0

    def change(self, number: int) -> None:
        """Change all queries, and add a migration from time to time."""
        if number % 3 == 0:
            self._migrations += 1
            name = f"{self._migrations:04}_t.sql"
            table = f"CREATE TABLE t{self._migrations} (id int NOT NULL, note text);\n"
            (self.root / "migrations" / name).write_text(table)
        for query in range(QUERIES):
            text = f"-- name: q :many\nSELECT id, {number} AS n{number} FROM t1;\n"
            (self.root / "queries" / f"q{query}.sql").write_text(text)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command of sqlgen, in a process group of its own."""
        return subprocess.Popen(
            [SQLGEN, *command],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, *command: str) -> str:
        """Run a command of sqlgen; return what it says if it fails."""
        result = subprocess.run(
            [SQLGEN, *command],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if result.returncode == 0 else result.stdout + result.stderr

    def faults(self, number: int) -> Iterator[str]:
        """Yield what is wrong with the project's files after a build."""
        if message := self.run("check"):
            yield f"not current: {message}"
        for query in range(QUERIES):
            module = self.root / "generated" / f"q{query}.py"
            if f"n{number}:" not in module.read_text():
                yield f"{module.name} is not of this build"

    def leftovers(self) -> Iterator[str]:
        """Yield the temporary files that are left."""
        for path in self.root.rglob("*"):
            if path.suffix == ".tmp" or path.name == ".sqlgen-write":
                yield f"left: {path.relative_to(self.root)}"


def servers() -> set[int]:
    """Return the ids of all processes of PostgreSQL whose data directory is an embedded cluster."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        is_cluster = len(arguments) > 2 and arguments[1] in (b"-D", b"--pgdata")
        if is_cluster and arguments[0].endswith((b"/postgres", b"/initdb")):
            found.add(int(process.name))
    return found


def descendants_left(before: set[int], project: Project) -> set[int]:
    """Return the servers that have outlived the killed command, after a moment for their watchdogs."""
    deadline = time.monotonic() + 5
    while left := {n for n in servers() - before if not _is_of(n, project)}:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.02)
    return set()


def _is_of(number: int, project: Project) -> bool:
    """Return whether a server is a project's development server, or another process's own."""
    try:
        arguments = Path(f"/proc/{number}/cmdline").read_bytes()
        environment = Path(f"/proc/{number}/environ").read_bytes()
    except OSError:
        return True  # it has ended
    cache = os.fsencode(project.environment["SQLGEN_CACHE_DIR"])
    development = b".sqlgen/postgresql" in arguments or b"/project-" in arguments
    return development or cache not in environment


def main(rounds: int, seed: int) -> int:
    """Run the rounds, print the figures, and return the number of faults."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` has commands ignore it
    choose = random.Random(seed)
    count, killed, faults = Counter[str](), Counter[str](), list[str]()
    slowest = dict.fromkeys(COMMANDS, 0.0)
    folder = Path(tempfile.mkdtemp(prefix="sqlgen-kills-"))
    folder.chmod(0o755)
    project = Project(folder)
    try:
        for number in range(rounds):
            name = choose.choice(list(COMMANDS))
            if name == "db start":
                project.run("db", "stop")
            project.change(number)
            before = servers()
            started = project.start(*COMMANDS[name])
            try:
                started.wait(choose.uniform(0, LONGEST[name]))
            except subprocess.TimeoutExpired:
                killed[name] += 1
                started.send_signal(choose.choice([signal.SIGKILL, signal.SIGHUP]))
                started.wait()
            count[name] += 1
            here = f"round {number}, {name}: "
            start = time.monotonic()
            if message := project.run(*NEXT.get(name, COMMANDS[name])):
                faults.append(f"{here}the next one fails: {message}")
            slowest[name] = max(slowest[name], time.monotonic() - start)
            if name in ("build", "watch"):
                faults += [here + fault for fault in project.faults(number)]
            faults += [here + fault for fault in project.leftovers()]
            if left := descendants_left(before, project):
                faults.append(f"{here}processes left: {sorted(left)}")
        project.run("db", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'command':12} {'rounds':>6} {'killed':>6}  slowest next start")
    for name in COMMANDS:
        print(f"{name:12} {count[name]:6} {killed[name]:6}  {slowest[name]:.2f} s")
    print(f"{len(faults)} faults in {rounds} rounds, seed {seed}")
    for fault in faults:
        print(fault)
    return len(faults)


if __name__ == "__main__":
    default_seed = random.randrange(10**6)
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(bool(main(arguments[0], *(arguments[1:] or [default_seed]))))
