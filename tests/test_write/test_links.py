"""Nothing is written through the links of a checkout."""

from pathlib import Path

import pytest

from sqlgen import write
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
    with pytest.raises(SqlgenError, match=f"is not written: `{link}` is a link"):
        write.apply(root, [change])
    assert_untouched(root)


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


def test_stopping_no_server_writes_nothing(root: Path) -> None:
    assert not development.stop(root)
    assert development.running(root) is None
    assert list(root.iterdir()) == []
