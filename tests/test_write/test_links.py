"""Nothing is written through the links of a checkout."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen import write
from sqlgen.cli import main
from sqlgen.database import development
from sqlgen.embedded.account import Account
from sqlgen.model.diagnostic import ServerUnavailableError, SqlgenError
from sqlgen.model.output import Change


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project beside a folder that must stay as it is."""
    (tmp_path / "project").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/file").write_text("before")
    return tmp_path / "project"


def assert_untouched(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    assert [path.name for path in elsewhere.iterdir()] == ["file"]
    assert (elsewhere / "file").read_text() == "before"


@pytest.mark.parametrize("link", ["generated", "generated/deep", "generated/deep/file"])
@pytest.mark.parametrize("before", [None, "before"])
@pytest.mark.parametrize("after", [None, "after"])
def test_generated_files_are_not_written_through_links(
    root: Path, link: str, before: str | None, after: str | None
) -> None:
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    target = root.parent / "elsewhere"
    (root / link).symlink_to(target / "file" if link.endswith("file") else target)
    change = Change("generated/deep/file", before, after)
    with pytest.raises(
        SqlgenError, match=f"is not (written|deleted): `{link}` is a link"
    ):
        write.apply(root, [change])
    assert_untouched(root)


class Swap:
    """A neighbour, who at the n-th step of the writer puts a link in the place of a folder."""

    def __init__(self, folder: Path, target: Path, steps: int) -> None:
        self._folder = folder
        self._target = target
        self._steps = steps
        self.is_done = False
        sys.addaudithook(self._count)

    def _count(self, event: str, arguments: tuple[object, ...]) -> None:
        # The writer's paths are relative to an open folder.
        names = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
        if self.is_done or event not in names or "/" in str(arguments[0]):
            return
        self._steps -= 1
        if self._steps < 0:
            self.is_done = True
            self._folder.rename(self._folder.with_name("moved"))
            self._folder.symlink_to(self._target)


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    steps = 0
    while True:
        root = tmp_path / str(steps) / "project"
        elsewhere = root.parent / "elsewhere"
        for folder in (root / "made", elsewhere):
            folder.mkdir(parents=True)
        for path in (root / "made/old.py", elsewhere / "old.py", elsewhere / "file"):
            path.write_text("before")
        swap = Swap(root / "made", elsewhere, steps)
        with suppress(SqlgenError):
            changes = [
                Change("made/new.py", None, "after"),
                Change("made/old.py", "before", None),
            ]
            write.apply(root, changes)
        assert sorted(path.name for path in elsewhere.iterdir()) == ["file", "old.py"]
        if not swap.is_done:
            swap.is_done = True
            break
        steps += 1
    assert steps > 8


@pytest.mark.parametrize(
    "link",
    [
        ".sqlgen",
        ".sqlgen/postgresql",
        ".sqlgen/.gitignore",
        ".sqlgen/postgresql.lock",
    ],
)
def test_the_development_server_follows_no_links(
    root: Path, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development, "server_account", Account.current)
    (root / link).parent.mkdir(exist_ok=True)
    is_file = link.endswith(("lock", "ignore"))
    target = root.parent / ("elsewhere/file" if is_file else "elsewhere")
    (root / link).symlink_to(target)
    with pytest.raises(ServerUnavailableError, match="is a link"):
        development.start(root)
    assert_untouched(root)


COMMANDS = {
    ("init",): ["pyproject.toml", "migrations", "queries"],
    ("migrate", "new", "start"): ["migrations"],
    ("templates", "eject"): ["templates", "templates/row.jinja"],
    ("templates", "eject", "--force"): ["templates", "templates/row.jinja"],
}
"""What in a checkout may be a link when a command writes there."""


@pytest.mark.parametrize("target", ["elsewhere", "elsewhere/file", "nowhere"])
@pytest.mark.parametrize(
    ("command", "link"),
    [(command, link) for command, links in COMMANDS.items() for link in links],
)
def test_commands_write_through_no_links(
    root: Path, command: tuple[str, ...], link: str, target: str
) -> None:
    if command != ("init",):
        (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(root.parent / target)
    outcome = CliRunner().invoke(main, ["-C", str(root), *command])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert_untouched(root)
    assert not (root.parent / "nowhere").exists()


@pytest.mark.parametrize("folder", ["../new", "../elsewhere", "a/../../new"])
def test_new_migrations_are_in_the_project(root: Path, folder: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.sqlgen]\nmigrations = '{folder}'\n")
    command = ["-C", str(root), "migrate", "new", "start"]
    outcome = CliRunner().invoke(main, command)
    assert "error[outside-project]" in outcome.stderr
    assert_untouched(root)
    with (root / "pyproject.toml").open("a") as settings:
        settings.write(f"outside_folders = ['{folder}']\n")
    if not folder.startswith("a/"):
        assert CliRunner().invoke(main, command).exit_code == 0
        assert (root / folder / "0001_start.up.sql").exists()


def test_stopping_no_server_writes_nothing(root: Path) -> None:
    assert not development.stop(root)
    assert development.running(root) is None
    assert list(root.iterdir()) == []
