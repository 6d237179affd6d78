"""Tests of the rules of this repository that a machine can check."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sqlgen"
ROOMS = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}
KNOWN_BY = {
    # Libraries, and the rooms that may import them. `render/runtime` is code of generated packages,
    # which imports psycopg.
    "psycopg": {
        "build",
        "cli",
        "conninfo",
        "database",
        "describe",
        "doctor",
        "impact",
        "plans",
        "lsp",
        "migrate",
        "render",
        "risk",
        "testing",
    },
    "black": {"build", "cli", "impact", "lsp", "plans", "render", "testing"},
    "jinja2": {"build", "cli", "impact", "lsp", "plans", "pages", "render", "testing"},
    "click": {"build", "cli", "impact", "lsp", "plans", "report", "testing"},
}
WITHOUT_GOLDEN = {
    # Codes about the state of a disk, a server, a command line or a database's ledger, which a
    # golden project cannot show. Tests of their stages show them.
    "bad-sqlc-configuration",
    "edited-meanwhile",
    "existing-role",
    "imported-differently",
    "internal-error",
    "no-configuration",
    "no-such-migration",
    "not-statistics",
    "refused-statistics",
    "statistics-need-18",
    "interrupted",
    "no-such-name",
    "no-such-query",
    "pages-among-sources",
    "no-such-query-file",
    "no-such-table",
    "no-yaml",
    "not-imported",
    "nothing-to-import",
    "nothing-to-scaffold",
    "query-file-exists",
    "not-generated",
    "server-unavailable",
    "slow-migrations",
    "stale",
    "nothing-watched",
    "no-repository",
    "unknown-revision",
    "outside-repository",
    "deploy-order",
    "schema-command-empty",
    "schema-command-failed",
    "schema-from-elsewhere",
    "unreadable",
    "unwritable",
    "changed-migration",
    "line-endings",
    "migrations-locked",
    "missing-migration",
    "unreadable-lock",
    "stale-lock",
    "missing-lock",
    "no-down-migration",
    "invalid-index",
    "open-transaction",
    "transaction-control",
    "transaction-pooler",
    "unfinished-statement",
    "out-of-order-migration",
    "bad-database-url",
    "bad-description",
    "needs-confirmation",
    "no-psql",
    "reset-refused",
    "bad-schema",
    "no-schema",
    "squash-refused",
    "squashed-migration",
    "schema-not-usable",
    "sqlx-ledger",
    "stopped-migration",
    "unknown-version",
}


def contracts() -> list[dict[str, Any]]:
    """Return the import contracts of `pyproject.toml`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def test_import_contracts_hold() -> None:
    process = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout


def test_no_imports_go_in_a_circle() -> None:
    """Imports within functions, and those for types only, count as well."""
    graph = grimp.build_graph("sqlgen", cache_dir=None)
    imports = {
        module: graph.find_modules_directly_imported_by(module)
        for module in graph.modules
    }
    TopologicalSorter(imports).prepare()  # raises `CycleError`, with the circle


@pytest.mark.parametrize("module", ["sqlgen", "sqlgen.migrate"])
def test_a_service_loads_no_build_tools(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"black", "click", "jinja2", "rich"} & set(loaded)


def test_every_code_is_in_a_golden_project() -> None:
    """Check that each code, which users search for, has an example of its whole output."""
    codes = {
        str(node.value.value)
        for file in (ROOT / "sqlgen").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.keyword)
        and node.arg == "code"
        and isinstance(node.value, ast.Constant)
    }
    outputs = "".join(
        file.read_text() for file in (ROOT / "tests" / "golden").rglob("*.txt")
    )
    missing = {code for code in codes if f"[{code}]" not in outputs}
    assert missing <= WITHOUT_GOLDEN, missing - WITHOUT_GOLDEN


def test_a_name_stands_for_one_class() -> None:
    """Check that no two classes are called the same; the emitted files are programs of their own."""
    emitted = PACKAGE / "render" / "runtime"
    places: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.is_relative_to(emitted):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                place = str(file.relative_to(PACKAGE))
                places.setdefault(node.name, []).append(place)
    shared = {name: files for name, files in places.items() if len(files) > 1}
    assert not shared


RIDDLES = re.compile(r"\W*(?:What|Whether|Those|Nothing|Some|How)\b")


def test_docstrings_and_comments_begin_plainly() -> None:
    """Check the first words that docs/style.md rules out, also of strings below constants."""
    riddles = []
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text()
        openings = [
            (node.lineno, node.value.value)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ]
        lines = text.splitlines()
        openings += [
            (number, line)
            for number, line in enumerate(lines, 1)
            if line.lstrip().startswith("# ")
            and not lines[number - 2].lstrip().startswith("#")
        ]
        riddles += [
            f"{file.relative_to(ROOT)}:{line} {opening[:40]}"
            for line, opening in openings
            if isinstance(opening, str) and RIDDLES.match(opening)
        ]
    assert riddles == []


def test_the_architecture_page_has_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)/` \| (.*) \|$", page, re.MULTILINE))
    assert set(rows) == ROOMS
    for room, row in rows.items():
        inner = {file.parent.name for file in (PACKAGE / room).glob("*/__init__.py")}
        _, _, listed = row.partition("rooms: ")
        assert set(re.findall(r"`(\w+)/`", listed)) == inner, f"list them: {room}/"


def test_the_layers_on_the_architecture_page_are_the_contract() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    [layers] = [c["layers"] for c in contracts() if c.get("containers") == ["sqlgen"]]
    assert "\n".join(layers) in page
    assert set(re.findall(r"\w+", " ".join(layers))) == ROOMS


def test_the_package_docstring_has_every_room() -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / "__init__.py").read_text()))
    lines = re.findall(r"^    (\w+) +\S", docstring or "", re.MULTILINE)
    assert len(lines) == len(set(lines))
    assert set(lines) == ROOMS


@pytest.mark.parametrize("library", KNOWN_BY)
def test_a_contract_on_a_library_names_every_other_room(library: str) -> None:
    [contract] = [c for c in contracts() if library in c.get("forbidden_modules", ())]
    rooms = {f"sqlgen.{room}" for room in ROOMS - KNOWN_BY[library]}
    assert rooms <= set(contract["source_modules"])


def test_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text()
    assert re.findall(r"\]\((.*\.md)\)", index) == [file.name for file in records]
    for number, file in enumerate(records, 1):
        title = file.read_text().partition("\n")[0].removeprefix("# ")
        assert title.startswith(f"{number:04}. ")
        assert f"[{title}]({file.name})" in index


@pytest.mark.parametrize(
    "page",
    sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_paths_and_links_in_the_docs_exist(page: Path) -> None:
    text = page.read_text()
    # A path that heads a block names a file of the reader's project.
    paths = re.findall(r"`((?:sqlgen|tests|docs|\.ci)/[\w./-]+)`(?!:\n\n```)", text)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [link for link in links if not (page.parent / link).exists()]
    assert missing == []
