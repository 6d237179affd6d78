"""Whole projects in miniature: what users write, and every byte that they get for it.

`tests/golden/<case>/` holds `migrations/` and `queries/`, perhaps a `pyproject.toml`, and
in `expected/` either the generated package or `diagnostics.txt`, and `warnings.txt` where
there are any. `pytest --update-golden` rewrites `expected/`; read what it wrote.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import black
import pytest
from mypy import api as mypy

from sqlgen import build, read, report
from sqlgen.database import Server
from sqlgen.model.diagnostic import SqlgenError

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path for path in GOLDEN.iterdir() if (path / "queries").is_dir())
DEFAULT = '[tool.sqlgen]\noutput = "expected"\n'


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_golden(
    case: Path, server: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    project = tmp_path / case.name
    shutil.copytree(case, project, ignore=shutil.ignore_patterns("expected"))
    if not (project / "pyproject.toml").exists():
        (project / "pyproject.toml").write_text(DEFAULT)
    found = outputs(project, server)
    if request.config.getoption("--update-golden"):
        shutil.rmtree(case / "expected", ignore_errors=True)
        for path, text in found.items():
            (case / path).parent.mkdir(parents=True, exist_ok=True)
            (case / path).write_text(text)
    assert found == texts(case, "expected")


def outputs(project: Path, server: Server) -> dict[str, str]:
    """What sqlgen makes of *project*, by path."""
    try:
        config = replace(read.config(project), server=server.conninfo)
        plan = build.build(config)
    except SqlgenError as error:
        assert not texts(project, "expected"), "something was written"
        return {"expected/diagnostics.txt": shown(error.diagnostics)}
    again = build.plan(config)
    assert again.changes == (), "a second build changes something"
    offline = build.check_offline(config)
    assert offline.changes == (), "the lock does not give what the analysis gave"
    found = texts(project, "expected")
    for path, text in found.items():
        if path.endswith(".py") and text:
            assert black.format_str(text, mode=black.Mode()) == text, path
    if plan.warnings:
        found["expected/warnings.txt"] = shown(plan.warnings)
    return found


def shown(diagnostics: object) -> str:
    return report.text(diagnostics, color=False) + "\n"  # type: ignore[arg-type]


def texts(root: Path, folder: str) -> dict[str, str]:
    """The files below *folder*, caches aside, by their paths below *root*."""
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not {"__pycache__", ".sqlgen"} & set(path.parts)
    }


def test_all_golden_packages_are_strictly_typed(tmp_path: Path) -> None:
    for case in CASES:
        if (case / "expected" / "__init__.py").exists():
            shutil.copytree(case / "expected", tmp_path / case.name)
    shutil.copytree(GOLDEN / "app", tmp_path / "app")
    out, err, status = mypy.run(
        ["--strict", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    )
    assert status == 0, out + err
