"""The extension in VS Code: a server of it with the packaged extension, and a window in a browser."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Browser, BrowserPage, chromium

from .workbench import SETTINGS, Workbench

ROOT = Path(__file__).parents[3]
EXTENSION = ROOT / "editors" / "vscode" / "sqlgen.vsix"
PYTHON_EXTENSION = {
    "package.json": """{
      "name": "python", "publisher": "ms-python", "version": "0.0.1", "engines": {"vscode": "^1.91.0"},
      "main": "./main.js", "activationEvents": []
    }""",
    # What https://github.com/microsoft/vscode-python documents of its API, for one chosen environment.
    "main.js": """
      const fs = require("fs"), path = require("path");
      exports.activate = () => ({
        ready: Promise.resolve(),
        environments: {
          onDidChangeActiveEnvironmentPath: () => ({ dispose() {} }),
          getActiveEnvironmentPath: (uri) => {
            const file = path.join(uri.fsPath, "chosen");
            return fs.existsSync(file) ? { path: fs.readFileSync(file, "utf8").trim() } : undefined;
          },
        },
      });
    """,
}
"""An extension with the name and the API of Microsoft's: it chooses what the file `chosen` of a folder names."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--code-server", required=True, help="the command; `.ci/vscode` installs it"
    )


@dataclass(frozen=True)
class CodeServer:
    """A running server of windows, and the command that installs extensions."""

    address: str
    install: tuple[str, ...]
    environment: dict[str, str]


@pytest.fixture(scope="session")
def code_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    folder = tmp_path_factory.mktemp("code")
    (folder / "data" / "User").mkdir(parents=True)
    (folder / "data" / "User" / "settings.json").write_text(SETTINGS)
    (folder / "config.yaml").write_text("auth: none\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shlex.split(request.config.getoption("--code-server"))
    options = [
        *("--config", str(folder / "config.yaml")),
        *("--user-data-dir", str(folder / "data")),
        *("--extensions-dir", str(folder / "extensions")),
    ]
    environment = {
        **os.environ,
        # A sqlgen on the PATH would be found where a test says that there is none.
        "PATH": os.pathsep.join([str(Path(program[0]).parent), "/usr/bin", "/bin"]),
        "SQLGEN_CACHE_DIR": str(folder / "cache"),
    }
    install = (*program, *options, "--install-extension")
    subprocess.run([*install, str(EXTENSION)], env=environment, check=True, timeout=120)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                *(*program, *options, "--auth", "none", "--disable-telemetry"),
                *("--disable-update-check", "--disable-workspace-trust"),
                *("--bind-addr", f"127.0.0.1:{port}"),
            ],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 60
        while "HTTP server listening" not in (folder / "log").read_text():
            assert time.monotonic() < end, (folder / "log").read_text()
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield CodeServer(f"http://127.0.0.1:{port}", install, environment)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def workbench(browser: Browser, code_server: CodeServer) -> Iterator[Workbench]:
    """A window in which nothing is open yet."""
    page = BrowserPage(browser)
    page.size(1400, 900)
    opened = Workbench(page, code_server.address)
    yield opened
    opened.close()


@pytest.fixture
def python_extension(code_server: CodeServer, tmp_path: Path) -> None:
    """Install the extension that chooses an interpreter."""
    folder = tmp_path / "python"
    folder.mkdir()
    for name, text in PYTHON_EXTENSION.items():
        (folder / name).write_text(text)
    vsce = ROOT / "editors" / "vscode" / "node_modules" / ".bin" / "vsce"
    run: dict[str, Any] = {"env": code_server.environment, "check": True}
    package = ["package", "--allow-missing-repository", "--skip-license"]
    (folder / "README.md").write_text("For a test.\n")
    subprocess.run([vsce, *package, "--out", "python.vsix"], cwd=folder, **run)
    subprocess.run([*code_server.install, str(folder / "python.vsix")], **run)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this repository's own project, in which sqlgen is installed."""
    return made_project(tmp_path / "clinic", is_installed=True)


def made_project(folder: Path, *, is_installed: bool) -> Path:
    """Return the folder of a copy of this repository's own project."""
    folder.mkdir()
    for name in ("migrations", "queries", "generated"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "pyproject.toml").write_text(
        '[tool.sqlgen]\nmode = "both"\nprotocols = true\nmodels = "all"\n'
        'functions = ["dosing.*", "public.close_day"]\n'
    )
    if is_installed:
        install_sqlgen(folder / ".venv")
    return folder


def install_sqlgen(environment: Path) -> None:
    """Make a virtual environment whose sqlgen is this one."""
    (environment / "bin").mkdir(parents=True)
    program = environment / "bin" / "sqlgen"
    program.symlink_to(Path(sys.executable).parent / "sqlgen")
