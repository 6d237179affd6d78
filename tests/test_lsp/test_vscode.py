"""The extension for Visual Studio Code: npm checks, builds and packages it."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "editors" / "vscode"
BUILT = shutil.ignore_patterns("node_modules", "dist", "*.vsix", "package-lock.json")


@pytest.mark.system
def test_the_extension_is_built_and_packaged(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    assert npm, "`.ci/system-programs` installs npm"
    folder = tmp_path / "vscode"
    shutil.copytree(SOURCES, folder, ignore=BUILT)
    for command in (
        ["install", "--no-audit", "--no-fund", "--no-package-lock"],
        ["run", "package"],
    ):
        process = subprocess.run(
            [npm, *command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert process.returncode == 0, process.stdout + process.stderr
    with zipfile.ZipFile(folder / "sqlgen.vsix") as package:
        names = {name for name in package.namelist() if name.startswith("extension/")}
        bundle = package.read("extension/dist/extension.js").decode()
    assert {name.lower() for name in names} == {
        "extension/package.json",
        "extension/readme.md",
        "extension/dist/extension.js",
    }
    assert "sqlgen.command" in bundle


def test_the_settings_and_commands_are_those_of_the_source() -> None:
    contributes = json.loads((SOURCES / "package.json").read_text())["contributes"]
    source = (SOURCES / "src" / "extension.ts").read_text()
    settings = contributes["configuration"]["properties"]
    commands = [command["command"] for command in contributes["commands"]]
    for name in (*settings, *commands):
        assert f'"{name}"' in source
