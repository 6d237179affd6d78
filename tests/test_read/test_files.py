import hashlib
import os
from pathlib import Path

import pytest

from sqlgen import read, report
from sqlgen.model.diagnostic import SqlgenError


def write(path: Path, content: bytes | str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def check(root: Path, folder: str, expected: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        read.sources(root, folder)
    assert report.text(caught.value.diagnostics) == expected.strip("\n")


def test_all_sql_files_in_order(tmp_path: Path) -> None:
    for name in (
        "b.sql",
        "a/z.sql",
        "a/é 日.sql",
        "a.sql",
        "a/x.txt",
        ".#b.sql",
        ".git/c.sql",
    ):
        write(tmp_path / "queries" / name, name)
    files = read.sources(tmp_path, "queries")
    assert [(file.path, file.text) for file in files] == [
        ("queries/a.sql", "a.sql"),
        ("queries/a/z.sql", "a/z.sql"),
        ("queries/a/é 日.sql", "a/é 日.sql"),
        ("queries/b.sql", "b.sql"),
    ]


def test_text_and_digest(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfselect 1;\r\n\xc3\xa9\rx"
    write(tmp_path / "q/a.sql", content)
    (file,) = read.sources(tmp_path, "q")
    assert file.text == "select 1;\r\né\rx"
    assert file.sha384 == hashlib.sha384(content).digest()


def test_folder_outside_the_project(tmp_path: Path) -> None:
    write(tmp_path / "shared/a.sql")
    (tmp_path / "project").mkdir()
    (file,) = read.sources(tmp_path / "project", "../shared", outside=["../shared"])
    assert file.path == "../shared/a.sql"
    check(
        tmp_path / "project",
        "../shared",
        """
error[outside-project]: `../shared` is outside of the project
  = hint: move it into the project, or name its folder in `outside_folders` of `[tool.sqlgen]`
""",
    )


def test_symbolic_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/b.sql", "b")
    write(tmp_path / "queries/a.sql", "a")
    (tmp_path / "queries/d.sql").symlink_to("a.sql")
    (tmp_path / "queries/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "queries/c.sql").symlink_to(tmp_path / "elsewhere/b.sql")
    (tmp_path / "queries/self").symlink_to(tmp_path / "queries")
    (tmp_path / "elsewhere/up").symlink_to(tmp_path)
    texts = {file.path: file.text for file in read.sources(tmp_path, "queries")}
    assert texts["queries/link/b.sql"] == texts["queries/c.sql"] == "b"
    assert not any("self" in path for path in texts)
    assert len(texts) < 10


def test_generated_files_are_not_looked_for_in_other_packages(tmp_path: Path) -> None:
    for name in (
        *("py.typed", "a.py", "aio/b.py", ".sqlgen/c.json", "__pycache__/a.pyc"),
        *("other/py.typed", "other/d.py", "other/deep/e.py"),
        *("project/pyproject.toml", "project/f.py"),
    ):
        write(tmp_path / "db" / name, "x")
    assert list(read.generated(tmp_path, "db")) == [
        "db/.sqlgen/c.json",
        "db/a.py",
        "db/aio/b.py",
        "db/py.typed",
    ]


def test_a_missing_folder(tmp_path: Path) -> None:
    check(
        tmp_path,
        "queries",
        """
error[missing-folder]: the folder `queries` does not exist
  = hint: create it, or set its path in `[tool.sqlgen]`
""",
    )


def test_a_file_for_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "queries")
    check(
        tmp_path,
        "queries",
        """
error[missing-folder]: the folder `queries` is not a folder
  = hint: create it, or set its path in `[tool.sqlgen]`
""",
    )


def test_unreadable_files_are_reported_together(tmp_path: Path) -> None:
    write(tmp_path / "q/a.sql", b"select 1;\nselect '\xc3\xa9\xe9';\n")
    (tmp_path / "q/b.sql").symlink_to("nowhere.sql")
    check(
        tmp_path,
        "q",
        """
error[not-utf-8]: `q/a.sql` is not UTF-8
 --> q/a.sql:2:10
  |
2 | select 'é\ufffd';
  |          ^ byte 0xe9
  |
  = hint: save the file as UTF-8

error[unreadable]: `q/b.sql` cannot be read: No such file or directory
  = hint: check that it exists and that you may read it

2 errors
""",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_nul_character_is_refused(tmp_path: Path, encoding: str) -> None:
    """PostgreSQL would run what is before it, and pass over the rest."""
    write(tmp_path / "q/a.sql", "select 1;\n\0drop table t;\n".encode(encoding))
    with pytest.raises(SqlgenError) as caught:
        read.sources(tmp_path, "q")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "nul-character"
    assert "UTF-16" in diagnostic.hint


def test_a_name_that_is_not_unicode(tmp_path: Path) -> None:
    write(tmp_path / "q/a.sql")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/q/\xff.sql")).write_text("")
    check(
        tmp_path,
        "q",
        """
error[unreadable]: `q/\\udcff.sql` has a name that is not UTF-8
  = hint: rename the file
""",
    )


def test_generated(tmp_path: Path) -> None:
    assert read.generated(tmp_path, "out") == {}
    write(tmp_path / "out/b.py", "# x\r\n")
    write(tmp_path / "out/a/empty")
    write(tmp_path / "out/.sqlgen/a.json", "{}")
    write(tmp_path / "out/__pycache__/b.cpython-311.pyc", b"\xff")
    write(tmp_path / "out/image", b"\xff")
    assert read.generated(tmp_path, "out") == {
        "out/.sqlgen/a.json": b"{}",
        "out/a/empty": b"",
        "out/b.py": b"# x\r\n",
        "out/image": b"\xff",
    }


def test_generated_is_a_file(tmp_path: Path) -> None:
    write(tmp_path / "out")
    with pytest.raises(SqlgenError, match="the output `out` is not a folder"):
        read.generated(tmp_path, "out")


def test_templates_are_those_of_the_folder_itself(tmp_path: Path) -> None:
    others = (
        *("README.md", ".row.jinja", "row.jinja~", "alias.j2~", "row.jinja.orig"),
        *(".row.jinja.swp", "#row.jinja#", "below/enum.jinja"),
    )
    for name in ("row.jinja", "alias.j2", *others):
        write(tmp_path / "shapes" / name, "{{ a }}")
    paths = [file.path for file in read.templates(tmp_path, "shapes")]
    assert paths == ["shapes/alias.j2", "shapes/row.jinja"]
    assert read.templates(tmp_path, None) == ()
    with pytest.raises(SqlgenError, match="the folder `templates` does not exist"):
        read.templates(tmp_path, "templates")


CONFLICT = "<<<<<<< HEAD\nselect 1;\n=======\nselect 2;\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    "text",
    [
        CONFLICT,
        f"-- name: a :one\n{CONFLICT}",
        CONFLICT.replace("=======", "||||||| 0123456\n======="),
        CONFLICT.replace("\n", "\r\n"),
        CONFLICT.replace(" HEAD", "").replace(" branch", ""),
    ],
)
def test_a_merge_conflict_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path / "q/a.sql", text.encode())
    with pytest.raises(SqlgenError) as caught:
        read.sources(tmp_path, "q")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "merge-conflict"
    assert diagnostic.label
    assert diagnostic.label.span.text.startswith("<<<<<<<")


@pytest.mark.parametrize(
    "text",
    [
        "select 1 <<<<<<< 2;\n=======\nselect 1 >>>>>>> 2;\n",
        "/*\n=======\nTitle\n=======\n*/\n",
        ">>>>>>> b\n=======\n<<<<<<< a\n",
        "<<<<<<<<< a\n=========\n>>>>>>>>> b\n",
    ],
)
def test_other_lines_of_such_characters_are_text(tmp_path: Path, text: str) -> None:
    write(tmp_path / "q/a.sql", text.encode())
    assert [source.text for source in read.sources(tmp_path, "q")] == [text]
