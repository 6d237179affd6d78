"""Sources are regular files of the project, wherever the links of a checkout lead."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from sqlgen import read, report
from sqlgen.model.config import Config
from sqlgen.model.diagnostic import Diagnostic, Label, SqlgenError
from sqlgen.model.extension_shims import shim_files
from sqlgen.model.source import SourceFile, Span
from sqlgen.read import project_files

SECRET = "token-of-someone"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project beside which there are files that it must not show."""
    root = tmp_path / "project"
    for folder in ("queries", "templates", "migrations", "seeds", "generated", "db"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    for name in ("secret.sql", "secret.jinja", "secret.toml", ".env"):
        (tmp_path / "secret" / name).write_text(SECRET)
    (root / ".env").write_text(SECRET)
    (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
    return root


def refused(action: Callable[[], object]) -> str:
    """Return what is printed of the error that the action raises."""
    with pytest.raises(SqlgenError) as caught:
        action()
    text = report.text(caught.value.diagnostics)
    assert SECRET not in text
    assert SECRET not in report.json(caught.value.diagnostics)
    return text.splitlines()[0]


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "queries": ("queries/a.sql", lambda root: read.queries(Config(root=root))),
    "migrations": (
        "migrations/0001_a.sql",
        lambda root: read.migrations(Config(root=root)),
    ),
    "seeds": ("seeds/a.sql", lambda root: read.sources(root, "seeds")),
    "templates": ("templates/a.jinja", lambda root: read.templates(root, "templates")),
    "fixtures": ("db/a.sql", lambda root: read.source(root, "db/a.sql")),
}
TARGETS = {
    "/proc/self/environ": "is outside of the project: it leads to `/proc/",
    "/dev/zero": "is outside of the project: it leads to `/dev/zero`",
    "../../secret/.env": "is outside of the project: it leads to ",
    "../../secret/secret.sql": "is outside of the project: it leads to ",
    "../../secret/secret.jinja": "is outside of the project: it leads to ",
    "../.env": "is a link to another kind of file, `.env`",
    "nowhere": "is a link to another kind of file, ",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("reader", READERS)
def test_links_lead_nowhere_else(root: Path, reader: str, target: str) -> None:
    path, action = READERS[reader]
    if reader == "templates" and target == "../queries":
        return  # a link to a folder is none of the templates
    if target == "../queries" and reader in ("queries", "migrations", "seeds"):
        (root / path).symlink_to(target)
        action(root)  # a folder, whatever its name
        return
    (root / path).symlink_to(target)
    expected = f"`{path}` {TARGETS[target]}"
    if target.startswith("nowhere"):
        expected = (
            f"`{path}` is a link to another kind of file, `{Path(path).parent}/nowhere`"
        )
    assert expected in refused(lambda: action(root))


@pytest.mark.parametrize(
    "target", ["/", "/proc/self", "../../secret", "../../project2"]
)
def test_folders_lead_nowhere_else(root: Path, target: str) -> None:
    (root.parent / "project2").mkdir()
    (root / "queries/deep").symlink_to(target)
    assert "error[outside-project]: `queries/deep` is outside of the project" in (
        refused(lambda: read.queries(Config(root=root)))
    )
    (root / "link").symlink_to((root / "queries" / target).resolve())
    for reader in (read.sources, read.templates):
        assert "error[outside-project]" in refused(partial(reader, root, "link"))
    assert "error[outside-project]" in refused(
        lambda: read.source(root, "link/secret.sql")
    )


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(here)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(pipe, "a named pipe"), (listening, "a socket"), (Path.mkdir, "a folder")],
)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_regular_file_is_not_opened(
    root: Path, reader: str, make: Callable[[Path], None], kind: str
) -> None:
    path, action = READERS[reader]
    make(root / path)
    if kind == "a folder" and reader != "fixtures":
        action(root)
        return
    message = f"error[unreadable]: `{path}` is not a regular file, but {kind}"
    assert refused(lambda: action(root)) == message


def test_links_within_the_project_are_followed(root: Path) -> None:
    (root / "db/a.sql").write_text("a")
    (root / "queries/a.sql").symlink_to("../db/a.sql")
    (root / "queries/deep").symlink_to(root / "db")
    files = read.queries(Config(root=root))
    assert [(file.path, file.text, file.is_outside) for file in files] == [
        ("queries/a.sql", "a", False),
        ("queries/deep/a.sql", "a", False),
    ]


def test_links_lead_to_folders_that_the_settings_allow(root: Path) -> None:
    (root / "pyproject.toml").write_text(
        "[tool.sqlgen]\noutside_folders = ['../secret']\nqueries = '../secret'"
    )
    config = read.config(root)
    assert config.outside_folders == ("../secret",)
    [file] = read.queries(config)
    assert (file.path, file.text) == ("../secret/secret.sql", SECRET)
    (root / "migrations/0001_a.sql").symlink_to("../../secret/secret.sql")
    [migration] = read.migrations(config)
    assert (migration.text, migration.is_outside) == (SECRET, True)
    (root / "migrations/0001_a.sql").unlink()
    (root / "migrations/0001_a.sql").symlink_to("../../secret/.env")
    refused(lambda: read.migrations(config))


def test_messages_show_no_line_of_a_file_outside() -> None:
    source = SourceFile("queries/a.sql", f"SELECT\n{SECRET};", is_outside=True)
    label = Label(Span(source, 7, 12), "here")
    diagnostic = Diagnostic(
        code="42601", message="wrong", label=label, related=(label,), hint="fix it"
    )
    assert report.text([diagnostic]) == (
        "error[42601]: wrong\n"
        " --> queries/a.sql:2:1\n"
        "  | here\n"
        "  |\n"
        " ::: queries/a.sql:2:1\n"
        "  | here\n"
        "  |\n"
        "  = hint: fix it"
    )
    assert SECRET not in report.json([diagnostic]) + report.github([diagnostic])


@pytest.mark.parametrize("target", ["../secret/secret.toml", "/proc/self/environ"])
def test_the_configuration_is_in_the_project(root: Path, target: str) -> None:
    (root / "pyproject.toml").unlink()
    (root / "pyproject.toml").symlink_to(target)
    assert "error[outside-project]" in refused(lambda: read.config(root))


def test_files_that_say_they_are_empty_are_not_read() -> None:
    """Those of /proc do, as here in a folder that is allowed."""
    message = refused(lambda: read.source(Path("/proc/self"), "environ"))
    assert message == (
        "error[unreadable]: `environ` cannot be read: it changes while it is read"
    )


def test_files_have_a_size_limit(root: Path) -> None:
    for path in ("queries/a.sql", "migrations/0001_a.sql", "pyproject.toml"):
        (root / path).write_bytes(b" " * (project_files.SMALL + 1))
    assert refused(lambda: read.queries(Config(root=root))) == (
        "error[unreadable]: `queries/a.sql` has 17 MB, more than the 16 MB that sqlgen reads"
    )
    refused(lambda: read.config(root))
    [migration] = read.migrations(Config(root=root))
    assert len(migration.text) == project_files.SMALL + 1
    with (root / "migrations/0001_a.sql").open("wb") as file:
        file.truncate(2**40)
    assert "more than the 256 MB" in refused(lambda: read.migrations(Config(root=root)))


def test_links_in_the_output_are_not_read(root: Path) -> None:
    (root / "generated/a.py").symlink_to("../../secret/.env")
    (root / "generated/deep").symlink_to("../../secret")
    (root / "generated/b.py").write_text("b")
    assert read.generated(root, "generated") == {"generated/b.py": b"b"}


def test_the_output_is_no_link(root: Path) -> None:
    (root / "link").symlink_to("../secret")
    (root / "inner").symlink_to("db")
    for folder in ("link", "inner"):
        below = f"{folder}/out"
        assert refused(partial(read.generated, root, folder)) == (
            f"error[missing-folder]: the output `{folder}` is not a folder, but a link"
        )
        assert refused(partial(read.generated, root, below)) == (
            f"error[missing-folder]: the output `{below}` is below a link, `{folder}`"
        )


@pytest.mark.parametrize("folder", ["../secret", "linked", ".", "missing"])
def test_extension_shims_are_of_the_project(root: Path, folder: str) -> None:
    (root / "linked").symlink_to(root.parent / "secret")
    settings = f"[tool.sqlgen]\nextensions = '{folder}'\n"
    (root / "pyproject.toml").write_text(settings)
    if folder in (".", "missing"):
        assert read.config(root).extensions == folder
        return
    first = refused(lambda: read.config(root))
    assert first.startswith(f"error[outside-project]: `{folder}` is outside of the")
    settings += "outside_folders = ['../secret']\n"
    (root / "pyproject.toml").write_text(settings)
    assert read.config(root).extensions == folder


def test_extension_shims_have_a_limit(root: Path) -> None:
    with (root / "db/big.sql").open("wb") as file:
        file.truncate(2**40)
    first = refused(lambda: shim_files(root / "db"))
    assert first == "error[unreadable]: `big.sql` of `extensions` has more than 16 MB"
