import stat
from pathlib import Path

import pytest

from sqlgen import report, write
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.output import Change


def tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def folders(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_dir())


def fails(root: Path, *changes: Change) -> str:
    """Return the reported text, and check that nothing on disk has changed."""
    before = tree(root), folders(root)
    with pytest.raises(SqlgenError) as caught:
        write.apply(root, changes)
    assert (tree(root), folders(root)) == before
    text = report.text(caught.value.diagnostics)
    assert str(root) not in text
    return text


def test_created_rewritten_deleted(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db/b.py").write_text("old")
    (tmp_path / "db/c.py").write_text("old")
    write.apply(
        tmp_path,
        [
            Change("db/a/x/y.py", None, "é\r\n"),
            Change("db/b.py", "old", "new\n"),
            Change("db/c.py", "old", None),
        ],
    )
    assert tree(tmp_path) == {"db/a/x/y.py": "é\r\n", "db/b.py": "new\n"}


def test_nothing(tmp_path: Path) -> None:
    write.apply(tmp_path, [])
    assert tree(tmp_path) == {}


def test_modes_are_kept_and_ordinary(tmp_path: Path) -> None:
    old = tmp_path / "old.py"
    old.write_text("old")
    old.chmod(0o640)
    (tmp_path / "ordinary").touch()
    write.apply(tmp_path, [Change("old.py", "old", "x"), Change("new.py", None, "x")])
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    ordinary = (tmp_path / "ordinary").stat().st_mode
    assert (tmp_path / "new.py").stat().st_mode == ordinary


def test_only_folders_that_became_empty_are_removed(tmp_path: Path) -> None:
    for path in ("db/a/b/x.py", "db/c/x.py", "db/c/mine.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "db/empty").mkdir()
    write.apply(
        tmp_path, [Change("db/a/b/x.py", "x", None), Change("db/c/x.py", "x", None)]
    )
    assert folders(tmp_path) == ["db", "db/c", "db/empty"]


EDITED = """\
error[edited-meanwhile]: `b.py` was changed during the build
  = hint: run `sqlgen build` again"""


@pytest.mark.parametrize("after", ["new", None])
def test_a_file_that_was_edited(tmp_path: Path, after: str | None) -> None:
    (tmp_path / "b.py").write_text("edited")
    assert (
        fails(tmp_path, Change("a/a.py", None, "x"), Change("b.py", "old", after))
        == EDITED
    )


def test_a_file_that_appeared_or_vanished(tmp_path: Path) -> None:
    assert fails(tmp_path, Change("b.py", "old", "new")) == EDITED
    (tmp_path / "b.py").write_text("")
    assert fails(tmp_path, Change("b.py", None, "new")) == EDITED


def test_a_folder_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "b.py").mkdir()
    assert fails(tmp_path, Change("a.py", None, "x"), Change("b.py", None, "x")) == """\
error[unwritable]: `b.py` cannot be written: Is a directory
  = hint: check who may write in its folder, and that the disk is not full"""


def test_a_file_stands_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "z").write_text("")
    assert fails(
        tmp_path, Change("a/b.py", None, "x"), Change("z/b.py", None, "x")
    ) == (
        "error[unwritable]: `z/b.py` cannot be written: Not a directory\n"
        "  = hint: check who may write in its folder, and that the disk is not full"
    )


def test_a_name_too_long_leaves_no_trace(tmp_path: Path) -> None:
    name = "x" * 300 + ".py"
    assert "File name too long" in fails(
        tmp_path, Change("a/b.py", None, "x"), Change(name, None, "x")
    )


def test_replaced_files_are_restored(tmp_path: Path) -> None:
    """The last step fails because its own folder is one that the first change needs."""
    (tmp_path / "a.py").write_text("old")
    (tmp_path / "b.py").write_text("old")
    changes = [
        Change("a.py", "old", "new"),
        Change("b.py", "old", None),
        # The same file once more: it is gone when its turn comes.
        Change("b.py", "old", None),
    ]
    assert "`b.py` cannot be deleted: No such file" in fails(tmp_path, *changes)


def test_another_build_wrote_the_same_first(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("new")
    write.apply(tmp_path, [Change("a.py", "old", "new"), Change("b.py", None, "new")])
    assert (tmp_path / "a.py").read_text() == (tmp_path / "b.py").read_text() == "new"


@pytest.mark.parametrize("name", ["x" * 252 + ".py", "é" * 126 + ".py"])
def test_names_may_be_as_long_as_the_disk_allows(tmp_path: Path, name: str) -> None:
    write.apply(tmp_path, [Change(path=name, old=None, new="one")])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with pytest.raises(SqlgenError) as caught:
        write.apply(tmp_path, [Change(path=f"x{name}", old=None, new="one")])
    assert caught.value.diagnostics[0].code == "unwritable"
    assert [path.name for path in tmp_path.iterdir()] == [name]
