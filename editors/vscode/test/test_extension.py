"""What the extension does in VS Code, as its users see it."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import install_sqlgen, made_project
from .workbench import Workbench

TOAST = ".notification-toast"
PROBLEM = ".markers-panel .monaco-list-row"
OUTPUT = ".output-view .view-lines"
LINES = ".editor-instance .view-lines"


def servers(folder: Path) -> list[int]:
    """Return the servers that run in a folder."""
    pids = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
            if b"\0lsp\0" in command and (entry / "cwd").readlink() == folder:
                pids.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or no process
    return pids


def query_file(folder: Path) -> Path:
    return folder / "queries" / "allergies.sql"


def line_of(path: Path, text: str) -> tuple[int, int]:
    """Return the line and the column behind a text, counted from 1."""
    before, _, _ = path.read_text().partition(text)
    line = before.count("\n") + 1
    return line, len((before + text).rsplit("\n", 1)[-1]) + 1


def test_hints_problems_and_fixes_of_a_text_that_is_not_saved(
    workbench: Workbench, project: Path
) -> None:
    path = query_file(project)
    saved = path.read_text()
    workbench.open_folder(project)
    workbench.open_file(path)
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    workbench.show_problems()
    workbench.open_file(path)
    workbench.go_to(*line_of(path, "allergies WHERE severity = ANY(:severities)"))
    workbench.insert(" AND nothing_here")
    workbench.wait_for_text(PROBLEM, 'column "nothing_here" does not exist')
    workbench.command("File: Revert File")
    workbench.wait_for(f"document.querySelectorAll('{PROBLEM}').length === 0")
    workbench.go_to(*line_of(path, "DELETE FROM allergies WHERE id = :allergy_id;"))
    workbench.insert(
        "\n\n-- name: some :many\nSELECT id FROM allergies WHERE id IN (:ids);"
    )
    workbench.wait_for_text(PROBLEM, "compares with one value")
    line = saved.count("\n") + 3
    workbench.go_to(line, len("SELECT id FROM allergies WHERE id IN (:i"))
    workbench.press(".", "ctrl")
    workbench.wait_for_text(".action-widget", "Write `= ANY(:ids)`")
    workbench.press("Enter")
    workbench.wait_for_text(LINES, "id = ANY(:ids)")
    workbench.wait_for(f"document.querySelectorAll('{PROBLEM}').length === 0")
    assert path.read_text() == saved


def test_hover_completion_definition_and_rename(
    workbench: Workbench, project: Path
) -> None:
    path = query_file(project)
    workbench.open_folder(project)
    workbench.open_file(path)
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    reactions = line_of(path, "SELECT allergen, severity, reaction FROM aller")
    workbench.go_to(*reactions)
    workbench.command("Show or Focus Hover")
    workbench.wait_for_text(".monaco-hover", "patient_id uuid NOT NULL")
    workbench.press("Escape")
    workbench.go_to(*line_of(path, "SELECT allergen, severity"))
    workbench.insert(", onset")
    workbench.press(" ", "ctrl")
    workbench.wait_for_text(".suggest-widget .monaco-list-row", "onset_date")
    workbench.press("Escape")
    workbench.command("File: Revert File")
    workbench.go_to(*line_of(path, "-- name: list_allergy_rea"))
    workbench.press("F2")
    workbench.wait(".rename-box input:focus")
    workbench.press("a", "ctrl")
    workbench.insert("list_seen")
    workbench.press("Enter")
    workbench.wait_for_text(LINES, "-- name: list_seen :many")
    workbench.command("File: Revert File")
    workbench.go_to(*reactions)
    workbench.press("F12")
    workbench.wait_for("document.title.includes('0007_create_allergies.up.sql')")
    workbench.open_file(path)
    workbench.go_to(*line_of(path, "-- name: list_allergy_rea"))
    workbench.press("F12")
    workbench.wait_for("document.title.includes('allergies.py')")
    # The way back: a lens above each generated function.
    lens = workbench.wait_for_text(".codelens-decoration a", "queries/allergies.sql:")
    workbench.point_and_click(".codelens-decoration a", lens)
    workbench.wait_for("document.title.includes('allergies.sql')")


def test_a_project_without_sqlgen_is_told_once_and_served_after_its_installation(
    workbench: Workbench, tmp_path: Path
) -> None:
    folder = made_project(tmp_path / "bare", is_installed=False)
    workbench.open_folder(folder)
    workbench.open_file(query_file(folder))
    workbench.wait_for_text(TOAST, f"sqlgen is not installed for {folder}")
    assert len(workbench.texts(TOAST)) == 1
    install_sqlgen(folder / "venv")
    workbench.click(f"{TOAST} a.monaco-button", "Try again")
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    assert workbench.texts(TOAST) == []
    workbench.command("sqlgen: Show the output")
    workbench.wait_for_text(OUTPUT, f"{folder}/venv/bin/sqlgen lsp")


def test_a_file_of_no_project_starts_nothing(
    workbench: Workbench, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.other]\nname = "sqlgen"\n')
    (tmp_path / "plain.sql").write_text("SELECT 1;\n")
    workbench.open_folder(tmp_path)
    workbench.open_file(tmp_path / "plain.sql")
    workbench.command("sqlgen: Show the output")
    workbench.wait(".output-view")
    workbench.wait('[id="status.languageStatus"]')
    assert workbench.texts(TOAST) == []
    # It becomes a project: its server starts by itself.
    (tmp_path / "sqlgen.toml").write_text("[tool.sqlgen]\n")
    workbench.wait_for_text(TOAST, "sqlgen is not installed")


def test_each_project_of_a_workspace_has_the_server_of_its_own_environment(
    workbench: Workbench, tmp_path: Path
) -> None:
    first = made_project(tmp_path / "first", is_installed=True)
    second = made_project(tmp_path / "[second]", is_installed=True)
    workspace = tmp_path / "all.code-workspace"
    workspace.write_text(
        json.dumps({"folders": [{"path": "first"}, {"path": "[second]"}]})
    )
    workbench.open_folder(workspace)
    workbench.open_file(query_file(first))
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    workbench.open_file(second / "queries" / "patients.sql")
    workbench.wait_for_text(LINES, "-> Patient | None")
    assert servers(first)
    assert servers(second)
    workbench.command("sqlgen: Show the output")
    workbench.wait_for_text(OUTPUT, f"{first}/.venv/bin/sqlgen lsp")
    workbench.wait_for_text(OUTPUT, f"{second}/.venv/bin/sqlgen lsp")


def test_a_command_that_fails_is_told_with_its_own_words(
    workbench: Workbench, project: Path
) -> None:
    (project / ".vscode").mkdir()
    settings = project / ".vscode" / "settings.json"
    command = ["/bin/sh", "-c", "echo unknown command: lsp >&2; exit 2"]
    settings.write_text(json.dumps({"sqlgen.command": command}))
    workbench.open_folder(project)
    workbench.open_file(query_file(project))
    workbench.wait_for_text(TOAST, "could not be started")
    assert len(workbench.texts(TOAST)) == 1
    workbench.click(f"{TOAST} a.monaco-button", "Show the output")
    workbench.wait_for_text(OUTPUT, "unknown command: lsp")
    own = ["${workspaceFolder}/.venv/bin/sqlgen", "lsp"]
    settings.write_text(json.dumps({"sqlgen.command": own}))
    workbench.wait_for_text(LINES, "-> list[Allergy]")


def test_a_server_that_ends_is_started_again(
    workbench: Workbench, project: Path
) -> None:
    workbench.open_folder(project)
    workbench.open_file(query_file(project))
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    for pid in servers(project):
        os.kill(pid, signal.SIGKILL)
    workbench.go_to(1, 1)
    workbench.insert("-- name: wrong :one\nSELECT nothing_here;\n\n")
    workbench.show_problems()
    workbench.wait_for_text(PROBLEM, 'column "nothing_here" does not exist')
    assert workbench.texts(TOAST) == []


@pytest.mark.usefixtures("python_extension")
def test_the_interpreter_that_is_chosen_comes_before_a_virtual_environment(
    workbench: Workbench, project: Path, tmp_path: Path
) -> None:
    chosen = tmp_path / "chosen-environment"
    install_sqlgen(chosen)
    (project / "chosen").write_text(str(chosen / "bin" / "python3.12"))
    workbench.open_folder(project)
    workbench.open_file(query_file(project))
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    workbench.command("sqlgen: Show the output")
    workbench.wait_for_text(OUTPUT, f"{chosen}/bin/sqlgen lsp")
    (project / "chosen").write_text(str(chosen))
    workbench.command("sqlgen: Restart the server")
    workbench.wait_for_text(OUTPUT, f"{chosen}/bin/sqlgen lsp")


def test_the_window_leaves_no_server_behind(
    workbench: Workbench, project: Path
) -> None:
    workbench.open_folder(project)
    workbench.open_file(query_file(project))
    workbench.wait_for_text(LINES, "-> list[Allergy]")
    [pid, *_] = servers(project)
    workbench.command("sqlgen: Restart the server")
    subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=60, check=True)
    workbench.wait_for_text(LINES, "-> list[Allergy]")
