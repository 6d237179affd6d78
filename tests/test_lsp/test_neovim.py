"""A real editor without a window: Neovim attaches, shows errors, hovers and renames."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sqlgen import build, read
from tests.test_lsp.conftest import FILES, write

SCRIPT = Path(__file__).with_name("neovim.lua")


@pytest.mark.system
def test_neovim_shows_errors_hovers_and_renames(tmp_path: Path) -> None:
    neovim = shutil.which("nvim")
    assert neovim, "`.ci/system-programs` installs Neovim"
    root = tmp_path / "project"
    write(root, FILES)
    build.build(read.config(root))
    environment = os.environ | {
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "SQLGEN": str(Path(sys.executable).with_name("sqlgen")),
        "SQLGEN_CACHE_DIR": str(tmp_path / "cache"),
        "RESULT": str(tmp_path / "result.json"),
    }
    process = subprocess.run(
        [neovim, "--headless", "--clean", "-S", str(SCRIPT)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    seen = json.loads((tmp_path / "result.json").read_text())
    assert "problem" not in seen, (seen, process.stderr)
    assert {error["source"] for error in seen["errors"]} == {"sqlgen"}
    assert {error["code"] for error in seen["errors"]} == {"42703"}
    assert "get_patient(id: int) -> Patient | None" in seen["hover"]
    assert seen["header"] == "-- name: find_patient :optional -> Patient"
    assert "    patients.find_patient(conn, id=1)" in seen["app"]
    # `get_patient` has another name in the editor by now.
    assert seen["lenses"] == ["queries/patients.sql:7"]
    assert seen["back"].startswith("-- name: rename_patient")
