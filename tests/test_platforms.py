"""Platforms that sqlgen does not run on, or only in part: a sentence, not a traceback."""

import platform
import subprocess
import sys

import pytest

from sqlgen.embedded import server
from sqlgen.embedded.programs import binaries
from sqlgen.model.diagnostic import ServerUnavailableError

ON_WINDOWS = """
import os, sys

class NotOnWindows:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "grp", "pwd", "resource", "termios"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotOnWindows())
for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_PATH", "fork"):
    delattr(os, name)
sys.platform = "win32"
"""
"""Takes away what Python for Windows does not have."""


def on_windows(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ON_WINDOWS + program],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [[], ["build"], ["check", "--offline"]])
def test_commands_on_windows(arguments: list[str]) -> None:
    done = on_windows(f"sys.argv[1:] = {arguments}\nfrom sqlgen.cli import run; run()")
    assert done.returncode == 2
    assert done.stderr.startswith("sqlgen runs on Linux and macOS. On Windows, ")
    assert "Traceback" not in done.stderr


def test_the_library_on_windows() -> None:
    done = on_windows("import sqlgen.migrate")
    assert "ImportError: sqlgen.migrate runs on Linux and macOS" in done.stderr


def test_pytest_on_windows() -> None:
    """The plugin is imported by every run of pytest where sqlgen is installed."""
    assert on_windows("import sqlgen.testing.plugin").returncode == 0


@pytest.mark.parametrize(("c_library", "words"), [("", "apk add"), ("glibc", "pip")])
def test_no_postgresql(
    monkeypatch: pytest.MonkeyPatch, c_library: str, words: str
) -> None:
    monkeypatch.setattr(binaries, "from_wheel", lambda: None)
    monkeypatch.setattr(binaries, "installed", lambda: ())
    monkeypatch.setattr(platform, "libc_ver", lambda: (c_library, ""))
    with pytest.raises(ServerUnavailableError) as caught:
        server.find_binaries()
    assert words in caught.value.diagnostics[0].hint
