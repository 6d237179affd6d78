"""Golden projects: small projects, and every byte that sqlgen writes for them.

`tests/golden/<case>/` holds `migrations/` and `queries/`, perhaps a `pyproject.toml`, and in
`expected/` either the generated package or `diagnostics.txt`, and `warnings.txt` if there are any; with
`plans = true` also `plans.txt`, which is what `sqlgen plans` tells. `earlier/` is what an earlier build left in the
folder of the lock.
`pytest --update-golden` rewrites `expected/`; read the difference before you commit it.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import black
import pytest
from mypy import api as mypy

from sqlgen import build, plans, read, report
from sqlgen.cli.plan_findings import as_diagnostics, as_text
from sqlgen.database import Server
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.output import LOCK_FOLDER

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
    if (project / "earlier").is_dir():
        (project / "expected").mkdir()
        (project / "earlier").rename(project / "expected" / LOCK_FOLDER)
    actual = outputs(project, server)
    if request.config.getoption("--update-golden"):
        shutil.rmtree(case / "expected", ignore_errors=True)
        for path, text in actual.items():
            (case / path).parent.mkdir(parents=True, exist_ok=True)
            (case / path).write_text(text)
    assert actual == texts(case, "expected")


def outputs(project: Path, server: Server) -> dict[str, str]:
    """Return the text of each file that sqlgen writes for *project*, by path."""
    try:
        config = replace(read.config(project), server=server.conninfo)
        plan = build.build(config)
    except SqlgenError as error:
        assert not texts(project, "expected"), "something was written"
        return {"expected/diagnostics.txt": rendered(error.diagnostics)}
    again = build.plan(config)
    assert again.changes == (), "a second build changes something"
    offline = build.check_offline(config)
    assert offline.changes == (), "the lock does not give what the analysis gave"
    files = texts(project, "expected")
    for path, text in files.items():
        if path.endswith(".py") and text:
            assert black.format_str(text, mode=black.Mode()) == text, path
    if diagnostics := (*plan.warnings, *plan.notes):
        files["expected/warnings.txt"] = rendered(diagnostics)
    if config.plans:
        found = plans.plans(config)
        files["expected/plans.txt"] = "\n".join(
            [as_text(found), "", rendered(as_diagnostics(found))]
        )
    return files


def rendered(diagnostics: object) -> str:
    return report.text(diagnostics, color=False) + "\n"  # type: ignore[arg-type]


def texts(root: Path, folder: str) -> dict[str, str]:
    """Return the texts of the files below *folder*, without caches, by path below *root*."""
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
