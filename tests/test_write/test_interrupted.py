"""A process that is killed while it writes leaves nothing: the next one finishes what it began."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sqlgen import write
from sqlgen.model.output import MARKER
from sqlgen.write import journal
from sqlgen.write.project_folders import ProjectFolders

KILLED = """
import os, signal, sys
from pathlib import Path
from sqlgen import write
from sqlgen.model.output import MARKER, Change

steps = int(sys.argv[2])
def step(event, arguments):
    global steps
    # The writer's paths are relative to an open folder.
    if event in ("open", "os.rename", "os.remove") and not os.path.isabs(str(arguments[0])):
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)

root = Path(sys.argv[1])
sys.addaudithook(step)
write.apply(root, [Change(f"made/{n}.py", MARKER + "old" if n != 2 else None, MARKER + "new" if n != 1 else None) for n in range(4)])
print("done")
"""


def contents(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text().removeprefix(MARKER)
        for path in root.rglob("*")
        if path.is_file()
    }


OLD = {"made/0.py": "old", "made/1.py": "old", "made/3.py": "old"}
NEW = {"made/0.py": "new", "made/2.py": "new", "made/3.py": "new"}


def test_every_moment_of_a_kill_ends_with_all_old_or_all_new(tmp_path: Path) -> None:
    outcomes = []
    for steps in range(60):
        root = tmp_path / f"project {steps}"
        (root / "made").mkdir(parents=True)
        for path, text in OLD.items():
            (root / path).write_text(MARKER + text)
        command = [sys.executable, "-c", KILLED, str(root), str(steps)]
        killed = subprocess.run(command, capture_output=True, text=True, check=False)
        write.finish_interrupted(root)
        outcomes.append(contents(root))
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert all(outcome in (OLD, NEW) for outcome in outcomes)
    assert outcomes[0] == OLD
    assert outcomes[-1] == NEW
    assert len(outcomes) > 10


def test_what_another_process_writes_is_left_to_it(tmp_path: Path) -> None:
    with ProjectFolders(tmp_path) as folders, journal.locked_journal(folders) as lent:
        (tmp_path / ".a.py.1.tmp").write_text(MARKER)
        lent.record({".a.py.1.tmp": "a.py"}, [])
        write.finish_interrupted(tmp_path)
        assert (tmp_path / ".a.py.1.tmp").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        "{",
        '{"renames": [], "deletions": {}}',
        '{"renames": {"mine.py": "made/mine.py"}, "deletions": ["mine.py"]}',
        '{"renames": {".mine.py.1.tmp": "mine.py"}, "deletions": [".", "made", "none"]}',
        '{"renames": {"../.out.py.1.tmp": "../out.py"}, "deletions": ["../out.py"]}',
        '{"renames": {"link/.out.py.1.tmp": "link/out.py"}, "deletions": ["link/out.py"]}',
        '{"renames": {"\\u0000": 1, "": ""}, "deletions": [null, 1, "\\u0000"]}',
    ],
)
def test_a_journal_of_somebody_elses_harms_nothing(
    tmp_path: Path, content: str
) -> None:
    outside, root = tmp_path, tmp_path / "project"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "mine.py").write_text("mine")
    for name in ("out.py", ".out.py.1.tmp"):
        (outside / name).write_text(MARKER)
    (root / ".mine.py.1.tmp").write_text(MARKER + "theirs")
    (root / journal.NAME).write_text(content)
    write.finish_interrupted(root)
    assert (root / "mine.py").read_text() == "mine"
    assert sorted(path.name for path in outside.iterdir()) == [
        ".out.py.1.tmp",
        "out.py",
        "project",
    ]
    assert not (root / journal.NAME).exists()
