"""Time `sqlgen docs` on a project of the size of `builds.py`, and print medians.

    python -m tests.benchmarks.pages [--rounds 5] [--queries 1000] [--tables 100]

The floor is what the same pages need that nobody looks at: reading the records of a build, and writing files of
the same size.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.builds import Project
from tests.benchmarks.workload import Size

GOAL = 2.0
"""Seconds in which the pages of 1,000 queries are there, after a build."""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def written(pages: dict[Path, bytes], folder: Path) -> None:
    """Write files as they are, and nothing else."""
    for path, content in pages.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--tables", type=int, default=100)
    arguments = parser.parse_args()
    size = Size(queries=arguments.queries, tables=arguments.tables)
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="sqlgen-bench-") as place:
        project = Project(Path(place) / "project", size)
        site = project.folder / "sqlgen-pages"
        project.sqlgen("build")
        for number in range(arguments.rounds):
            project.forget(site)
            times.setdefault("first pages", []).append(project.sqlgen("docs").seconds)
            again = project.sqlgen("docs").seconds
            times.setdefault("nothing to do", []).append(again)
            pages = {
                file.relative_to(site): file.read_bytes()
                for file in site.rglob("*")
                if file.is_file()
            }
            floor = project.sqlgen("describe", "--format", "json", "get_item_0").seconds
            times.setdefault("floor: sqlgen describe of one query", []).append(floor)
            copy = Path(place) / f"copy-{number}"
            times.setdefault(f"floor: {len(pages)} files written", []).append(
                seconds(lambda pages=pages, copy=copy: written(pages, copy))  # type: ignore[misc] # bound now
            )
    for title, values in times.items():
        print(f"{title:<40} {statistics.median(values):6.2f} s")
    first = statistics.median(times["first pages"])
    print(f"{'goal':<40} {GOAL:6.2f} s, {'met' if first <= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
