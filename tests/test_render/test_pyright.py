"""What is generated is strictly typed for pyright too; for mypy the golden projects tell."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


def test_generated_packages_are_strictly_typed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "generated", tmp_path / "clinic")
    shutil.copytree(GOLDEN / "app", tmp_path / "app")
    for made in GOLDEN.glob("*/expected/__init__.py"):
        shutil.copytree(made.parent, tmp_path / made.parents[1].name)
    settings = {"include": ["."], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = Path(sys.executable).with_name("basedpyright")
    done = subprocess.run(
        [pyright, "--pythonpath", sys.executable, "--project", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in done.stdout
