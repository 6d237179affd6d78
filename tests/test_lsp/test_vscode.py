"""The extension for Visual Studio Code: npm checks, builds and packages it."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "editors" / "vscode"
BUILT = shutil.ignore_patterns("node_modules", "dist", "*.vsix", "test")


@pytest.mark.system
def test_the_extension_is_built_and_packaged(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    assert npm, "`.ci/system-programs` installs npm"
    folder = tmp_path / "vscode"
    shutil.copytree(SOURCES, folder, ignore=BUILT)
    for command in (
        ["ci", "--no-audit", "--no-fund"],
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
        output = process.stdout + process.stderr
        assert process.returncode == 0, output
        assert "WARNING" not in output
    with zipfile.ZipFile(folder / "sqlgen.vsix") as package:
        names = {name for name in package.namelist() if name.startswith("extension/")}
        bundle = package.read("extension/dist/extension.js").decode()
    assert {name.lower() for name in names} == {
        "extension/package.json",
        "extension/readme.md",
        "extension/license.txt",
        "extension/icon.png",
        "extension/dist/extension.js",
    }
    assert "sqlgen.command" in bundle


def test_the_settings_and_commands_are_those_of_the_source() -> None:
    contributes = json.loads((SOURCES / "package.json").read_text())["contributes"]
    source = "".join(
        [file.read_text() for file in sorted((SOURCES / "src").glob("*.ts"))]
    )
    settings = set(contributes["configuration"]["properties"])
    settings.remove("sqlgen.trace.server")  # vscode-languageclient reads it
    commands = [command["command"] for command in contributes["commands"]]
    assert settings == {"sqlgen.command"}
    for name in (*settings, *commands):
        assert f'"{name}"' in source


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    package = json.loads((SOURCES / "package.json").read_text())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert all("resolved" not in one for one in packages.values())
    assert all("integrity" in one for one in packages.values())


def test_the_licence_is_that_of_the_whole() -> None:
    assert (SOURCES / "LICENSE").read_bytes() == (
        SOURCES.parents[1] / "LICENSE"
    ).read_bytes()
