"""The files of another tool's project: only those below its folder, and no more than can be read."""

import os
from pathlib import Path

import pytest

from sqlgen.model.diagnostic import ConfigurationError, SqlgenError
from sqlgen.read import ForeignProject, foreign_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with files of all kinds."""
    for path in (
        *(
            "a.sql",
            "b.txt",
            ".hidden.sql",
            "sql/c.sql",
            "sql/deep/d.sql",
            "sql/e.down.sql",
        ),
        *(
            "node_modules/x.sql",
            "target/x.sql",
            ".git/x.sql",
            "sql-more/f.sql",
            ".sqlx/query-1.json",
        ),
    ):
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text("SELECT 1")
    (tmp_path / "secret.sql").write_text("SELECT 'secret'")
    return tmp_path / "root"


def test_files_below_a_folder(root: Path) -> None:
    (root / "link").symlink_to(root / "sql")  # its files are found once
    with ForeignProject(root) as files:
        assert files.below(".", ".sql") == (
            *(
                "a.sql",
                "sql-more/f.sql",
                "sql/c.sql",
                "sql/deep/d.sql",
                "sql/e.down.sql",
            ),
        )
        assert files.below("sql/deep", ".sql", ".txt") == ("sql/deep/d.sql",)
        assert files.below(".sqlx", ".json") == (".sqlx/query-1.json",)


PATTERNS = {
    "a.sql": ("a.sql",),
    "./sql/": ("sql/c.sql", "sql/e.down.sql"),
    "sql*/*.sql": ("sql-more/f.sql", "sql/c.sql", "sql/e.down.sql"),
    "sql/**/*.sql": ("sql/deep/d.sql",),  # two stars are as one, as in sqlc
    "*.sql": ("a.sql",),
    "sql/[ce].sql": ("sql/c.sql",),
    "nowhere": (),
    "nowhere/*.sql": (),
    "*": ("a.sql", "b.txt"),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns(pattern: str, root: Path) -> None:
    with ForeignProject(root) as files:
        assert files.matching(pattern, ".sql") == PATTERNS[pattern]


@pytest.mark.parametrize("pattern", ["..", "../*.sql", "sql/../../*", "out/*.sql"])
def test_no_name_is_read_elsewhere(pattern: str, root: Path) -> None:
    (root / "out").symlink_to(root.parent)
    with (
        ForeignProject(root) as files,
        pytest.raises(ConfigurationError, match="outside"),
    ):
        files.matching(pattern, ".sql")


@pytest.mark.parametrize("path", ["../secret.sql", "link.sql", "out/secret.sql"])
def test_no_file_is_read_elsewhere(path: str, root: Path) -> None:
    (root / "out").symlink_to(root.parent)
    (root / "link.sql").symlink_to(root.parent / "secret.sql")
    with (
        ForeignProject(root) as files,
        pytest.raises(SqlgenError, match="outside") as caught,
    ):
        files.read(path)
    assert "in a folder that has all of the files" in caught.value.diagnostics[0].hint


def test_a_path_from_the_root_of_the_system_is_none_of_the_project(root: Path) -> None:
    with ForeignProject(root) as files:
        assert files.matching("/etc/*", "") == ()
        assert files.matching("/etc/passwd", "") == ()
        assert not files.is_file("/etc/passwd")
        with pytest.raises(SqlgenError, match="cannot be read"):
            files.read("/etc/passwd")


def test_a_folder_outside_may_be_allowed(root: Path) -> None:
    with ForeignProject(root, [".."]) as files:
        assert files.read("../secret.sql").is_outside


def test_limits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.truncate(root / "a.sql", 16 * 2**20 + 1)
    with ForeignProject(root) as files:
        with pytest.raises(SqlgenError, match="more than the 16 MB"):
            files.read("a.sql")
        monkeypatch.setattr(foreign_project, "_MOST_FILES", 5)
        with pytest.raises(SqlgenError, match="more than 5 files"):
            files.below(".", ".sql")
        monkeypatch.setattr(foreign_project, "_LARGEST", 20)
        files.read("b.txt")
        files.read("b.txt")
        with pytest.raises(SqlgenError, match="more than sqlgen reads"):
            files.read("b.txt")
