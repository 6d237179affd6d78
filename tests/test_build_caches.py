"""A build with any cache, also a damaged one, writes what a build without caches writes."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from sqlgen import build, read
from sqlgen.build import worker
from sqlgen.build.worker import Workers
from sqlgen.database import Server
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.source import SourceFile

FILES = {
    "pyproject.toml": '[tool.sqlgen]\nextensions = "extensions"\nmode = "sync"\n',
    "migrations/0001_create_notes.sql": (
        "CREATE TABLE notes (id int PRIMARY KEY, title text NOT NULL, body text);\n"
        "CREATE FUNCTION slug(t text) RETURNS text LANGUAGE sql RETURN lower(t);\n"
    ),
    "migrations/0002_create_tags.sql": (
        "-- Words that tell what a note is about.\n"
        "CREATE TABLE tags (note_id int NOT NULL REFERENCES notes, word text NOT NULL);\n"
    ),
    "queries/notes.sql": (
        "-- name: get_note :optional\nSELECT * FROM notes WHERE id = :id;\n\n"
        '-- name: count_notes :one\nSELECT count(*) AS "count!" FROM notes;\n'
    ),
    "queries/tags.sql": "-- name: list_tags :many\nSELECT word FROM tags WHERE note_id = :id;\n",
    "migrations/0003_create_words.sql": (
        "CREATE EXTENSION words;\nCREATE TABLE dictionary (word words);\n"
    ),
    "queries/changes.sql": (
        "-- name: drop_note :exec\nDELETE FROM notes WHERE id = :id;\n\n"
        "-- name: add_tag :exec\nINSERT INTO tags VALUES (:note_id, :word);\n"
    ),
    "queries/words.sql": "-- name: all_words :many\nSELECT word FROM dictionary;\n",
    "extensions/words.control": "default_version = '1'\n",
    "extensions/words--1.sql": "CREATE DOMAIN words AS text NOT NULL;\n",
}

Change = Callable[[Path], None]


def replaced(path: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    return change


def moved(path: str, to: str) -> Change:
    def change(root: Path) -> None:
        (root / path).rename(root / to)

    return change


def removed(path: str) -> Change:
    return lambda root: (root / path).unlink()


def both(first: Change, second: Change) -> Change:
    def change(root: Path) -> None:
        first(root)
        second(root)

    return change


CHANGES: dict[str, Change] = {
    "nothing": lambda _: None,
    "a migration's comment": replaced(
        "migrations/0002_create_tags.sql", "Words that", "Words which"
    ),
    "a migration's column": replaced(
        "migrations/0001_create_notes.sql", "body text", "body text NOT NULL"
    ),
    "comments of a table and a column": lambda root: _write(
        root,
        "migrations/0004_comments.sql",
        "COMMENT ON TABLE notes IS 'What is noted.'; COMMENT ON COLUMN notes.body IS 'In words.';",
    ),
    "one more migration": lambda root: _write(
        root,
        "migrations/0004_more.sql",
        "ALTER TABLE notes ADD at date; ALTER TABLE tags ALTER word DROP NOT NULL;",
    ),
    "one migration less": both(
        removed("migrations/0002_create_tags.sql"),
        both(removed("queries/tags.sql"), removed("queries/changes.sql")),
    ),
    "a migration's name": moved(
        "migrations/0002_create_tags.sql", "migrations/0002_tags.sql"
    ),
    "the order of migrations": moved(
        "migrations/0001_create_notes.sql", "migrations/0000_create_notes.sql"
    ),
    "white space in a query": replaced("queries/notes.sql", "SELECT *", "SELECT  *"),
    "a comment on a query": replaced(
        "queries/notes.sql", ":optional\n", ":optional\n-- A note by its id.\n"
    ),
    "a query's command": replaced("queries/notes.sql", ":optional", ":one"),
    "a query's name": replaced("queries/notes.sql", "get_note", "find_note"),
    "a mark": replaced("queries/notes.sql", "= :id", "= :id?"),
    "a query's file": moved("queries/tags.sql", "queries/labels.sql"),
    "the order of files": moved("queries/tags.sql", "queries/a_first.sql"),
    "a query in another file": lambda root: _write(
        root,
        "queries/more.sql",
        "-- name: list_words :many -> Word\nSELECT word, note_id FROM tags;\n",
    ),
    "a file less": removed("queries/tags.sql"),
    "the mode": replaced("pyproject.toml", '"sync"', '"both"'),
    "the rows": replaced("pyproject.toml", "mode", 'rows = "namedtuple"\nmode'),
    "the keys in JSON": replaced(
        "pyproject.toml", "mode", 'rows = "msgspec"\nfields = "camel"\nmode'
    ),
    "the parameters": replaced("pyproject.toml", "mode", 'parameters = "object"\nmode'),
    "a class of parameters": replaced("queries/notes.sql", "get_note", "get_note(Key)"),
    "the models": replaced("pyproject.toml", "mode", 'models = "all"\nmode'),
    "the protocols": replaced("pyproject.toml", "mode", "protocols = true\nmode"),
    "the plans": replaced("pyproject.toml", "mode", "plans = true\nmode"),
    "the check": replaced("pyproject.toml", "mode", "schema_check = false\nmode"),
    "no errors": replaced("pyproject.toml", "mode", "errors = false\nmode"),
    "a constraint": lambda root: _write(
        root, "migrations/0004_more.sql", "ALTER TABLE tags ADD CHECK (word <> '');"
    ),
    "a key that refers to a table": lambda root: _write(
        root,
        "migrations/0004_more.sql",
        "CREATE TABLE stars (note_id int REFERENCES notes);",
    ),
    "a key on a key": lambda root: _write(
        root,
        "migrations/0004_more.sql",
        "ALTER TABLE tags ADD id int UNIQUE, DROP CONSTRAINT tags_note_id_fkey,"
        " ADD FOREIGN KEY (note_id) REFERENCES notes ON DELETE CASCADE;"
        "CREATE TABLE uses (tag_id int REFERENCES tags (id));",
    ),
    "a CHECK of a domain": lambda root: _write(
        root,
        "migrations/0004_more.sql",
        "CREATE DOMAIN plain AS text CHECK (VALUE <> ''); ALTER TABLE tags ALTER word TYPE plain;",
    ),
    "a type": replaced(
        "pyproject.toml", '"sync"\n', '"sync"\n[tool.sqlgen.types]\ntext = "bytes"\n'
    ),
    "the name of a class": replaced(
        "pyproject.toml",
        '"sync"\n',
        '"sync"\n[tool.sqlgen.names]\nnotes = "Note"\nmissing = "Missing"\n',
    ),
    "the name of a field": replaced(
        "pyproject.toml",
        '"sync"\n',
        '"sync"\n[tool.sqlgen.names]\nnotes.body = "text"\nmissing = "other"\n',
    ),
    "the search path": replaced(
        "pyproject.toml", "mode", 'search_path = ["public", "other"]\nmode'
    ),
    "the role": both(
        replaced("pyproject.toml", "mode", 'role = "pg_read_all_data"\nmode'),
        removed("queries/changes.sql"),
    ),
    "the functions that are typed": replaced(
        "pyproject.toml", "mode", 'functions = ["public.*"]\nmode'
    ),
    "the type of fractions in JSON": replaced(
        "pyproject.toml", "mode", 'json_numbers = "decimal"\nmode'
    ),
    "the output": replaced("pyproject.toml", "mode", 'output = "made"\nmode'),
    "a temporary table": replaced(
        "migrations/0002_create_tags.sql",
        "CREATE",
        "CREATE TEMP TABLE tags ();\nCREATE",
    ),
    "a stand-in for an extension": replaced(
        "extensions/words--1.sql", "text NOT NULL", "text"
    ),
    "an edited generated file": replaced("generated/notes.py", "notes", "motes"),
    "a missing generated file": removed("generated/tags.py"),
    "a generated file too many": lambda root: _write(
        root, "generated/old.py", "# Generated by sqlgen. Do not edit.\n"
    ),
    "a conflict in the lock": replaced(
        "generated/.sqlgen/schema.json", '"types"', '<<<<<<< ours\n"types"'
    ),
    "no generated files": lambda root: shutil.rmtree(root / "generated"),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a cache of its own, which an earlier build has filled."""
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    for path, text in FILES.items():
        _write(tmp_path / "project", path, text)
    build.build(read.config(tmp_path / "project"))
    return tmp_path / "project"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_build_after_any_change_equals_one_without_caches(
    root: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(root)
    check(root, monkeypatch)


def test_caches_of_one_server_are_not_used_for_another(
    root: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build on a server given by its URL, which does not have the stand-in for the extension."""
    for path in ("migrations/0003_create_words.sql", "queries/words.sql"):
        (root / path).unlink()
    build.build(read.config(root))
    settings = f"[tool.sqlgen]\nserver = '{server.conninfo}'\n"
    (root / "pyproject.toml").write_text(settings)
    check(root, monkeypatch)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"e", b"f")),
    ],
)
def test_a_damaged_cache_is_not_used(
    root: Path, damage: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (root.parent / "cache").rglob("*"):
        if path.is_file():
            damage(path)
    shutil.rmtree(root / "generated")
    check(root, monkeypatch)


def test_a_build_after_a_failed_one_is_complete(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced("queries/tags.sql", "word FROM", "word, nothing FROM")(root)
    with pytest.raises(SqlgenError):
        build.build(read.config(root))
    replaced("queries/tags.sql", "word, nothing FROM", "word, note_id FROM")(root)
    check(root, monkeypatch)


def test_all_errors_are_reported_by_each_build(root: Path) -> None:
    config = read.config(root)
    build.build(config)
    _write(root, "queries/a.sql", '-- name: a :one\nSELECT 1 AS "id: Nope";\n')
    _write(root, "queries/b.sql", "-- name: b :many\nSELECT nope FROM notes;\n")
    for _ in range(2):
        with pytest.raises(SqlgenError) as caught:
            build.build(config)
        codes = [error.code for error in caught.value.diagnostics]
        assert codes == ["bad-type", "42703"]


def test_concurrent_and_killed_builds_leave_a_valid_cache(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced("migrations/0001_create_notes.sql", "title text", "title varchar")(root)
    command = [sys.executable, "-c", "from sqlgen.cli import main; main()", "check"]
    running = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL) for _ in range(3)
    ]
    for number, process in enumerate(running):
        if number:
            process.wait()
        else:
            cache = root.parent / "cache"
            known = len(list(cache.rglob("*")))
            while process.poll() is None and len(list(cache.rglob("*"))) == known:
                os.sched_yield()
            process.send_signal(signal.SIGKILL)
            process.wait()
    check(root, monkeypatch)


def test_a_build_with_all_cached_imports_neither_psycopg_nor_a_renderer(
    root: Path,
) -> None:
    """Check the imports with and without generated files."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom sqlgen import build, read\n"
        "build.build(read.config(Path()))\nprint(*sorted(sys.modules))"
    )
    for missing in (False, True):
        if missing:
            shutil.rmtree(root / "generated")
        command = [sys.executable, "-c", code]
        process = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=True
        )
        loaded = set(process.stdout.splitlines()[-1].split())
        assert not {"psycopg", "black", "rich", "click"} & loaded
        assert missing or "sqlgen.embedded" not in loaded
        assert ("sqlgen.parse" in loaded) == missing
        assert ("jinja2" in loaded) == missing, "only what is rendered needs templates"


def test_offline_needs_no_psycopg(root: Path) -> None:
    code = (
        "import sys\nfrom sqlgen.cli import main\n"
        "try: main(['check', '--offline'])\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*sorted(sys.modules))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "psycopg" not in process.stdout.splitlines()[-1].split()
    assert "not proved without a server" in process.stdout


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (CHANGES["a migration's comment"], "stale-lock"),
        (CHANGES["one more migration"], "stale-lock"),
        (CHANGES["one migration less"], "stale-lock"),
        (CHANGES["white space in a query"], "stale-lock"),
        (CHANGES["the search path"], "stale-lock"),
        (CHANGES["the models"], "stale-lock"),
        (CHANGES["a conflict in the lock"], "unreadable-lock"),
        (removed("generated/.sqlgen/schema.json"), "missing-lock"),
    ],
)
def test_offline_reports_what_was_not_analysed(
    root: Path, change: Change, code: str
) -> None:
    change(root)
    with pytest.raises(SqlgenError) as caught:
        build.check_offline(read.config(root))
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {code}


@pytest.mark.parametrize(
    "change",
    [
        "one more migration",
        "one migration less",
        "a migration's column",
        "a migration's comment",
        "the name of a class",
        "a file less",
    ],
)
def test_classes_of_all_tables_follow_the_schema(
    root: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHANGES["the models"](root)
    build.build(read.config(root))
    assert "class Tags" in (root / "generated/models.py").read_text()
    CHANGES[change](root)
    check(root, monkeypatch)
    assert not build.check_offline(read.config(root)).changes


@pytest.mark.parametrize("name", ["nothing", "text"])
def test_a_lock_with_other_tables_cannot_be_read(root: Path, name: str) -> None:
    CHANGES["the models"](root)
    build.build(read.config(root))
    lock = root / "generated/.sqlgen/schema.json"
    text, count = re.subn(r'"tables": \["', f'"tables": ["{name}", "', lock.read_text())
    assert count == 1
    lock.write_text(text)
    with pytest.raises(SqlgenError) as caught:
        build.check_offline(read.config(root))
    assert [d.code for d in caught.value.diagnostics] == ["unreadable-lock"]


@pytest.mark.parametrize(
    "change",
    [
        CHANGES["an edited generated file"],
        CHANGES["a missing generated file"],
        CHANGES["a generated file too many"],
        CHANGES["a comment on a query"],
        CHANGES["the rows"],
        replaced(
            "generated/.sqlgen/queries/notes.json",
            '"nullable": true',
            '"nullable": false',
        ),
    ],
)
def test_offline_compares_every_byte(root: Path, change: Change) -> None:
    (root / "queries" / "notes.sql").write_text(
        (root / "queries" / "notes.sql").read_text()
        + "-- name: all_notes :many\nSELECT * FROM notes;\n"
    )
    build.build(read.config(root))
    change(root)
    assert build.check_offline(read.config(root)).changes


def test_two_processes_write_what_one_writes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MIN_QUERIES", 2)
    shutil.rmtree(root.parent / "cache")
    shutil.rmtree(root / "generated")
    build.build(read.config(root))
    monkeypatch.setattr(worker, "MIN_QUERIES", 10**6)
    check(root, monkeypatch)


class Sizes:
    """A state that the main process and the worker each have a copy of."""

    def __init__(self, killed_in: int = 0) -> None:
        self.process = os.getpid()
        self.killed_in = killed_in
        self.calls = 0

    def measure(
        self, sources: Sequence[SourceFile], factor: int
    ) -> Iterator[dict[str, tuple[int, int]]]:
        self.calls += 1
        if self.calls == self.killed_in and os.getpid() != self.process:
            os.kill(os.getpid(), signal.SIGKILL)
        for source in sources:
            yield {source.path: (len(source.text) * factor, os.getpid())}


SOURCES = [SourceFile(f"{n}.sql", "-- name: q\n" * n) for n in range(1, 9)]


def measured(workers: Workers[Sizes], factor: int) -> dict[str, int]:
    shares = workers.map(Sizes.measure, SOURCES, factor)
    assert len(shares) == len(SOURCES)
    return {path: size for share in shares for path, (size, _) in share.items()}


@pytest.mark.parametrize("queries", [2, 10**6])
@pytest.mark.parametrize("killed_in", [0, 1, 2, 3])
def test_the_work_of_a_killed_worker_is_done_again(
    queries: int, killed_in: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MIN_QUERIES", queries)
    with Workers(Sizes(killed_in)) as workers:
        for factor in (1, 2, 3):
            expected = {s.path: len(s.text) * factor for s in SOURCES}
            assert measured(workers, factor) == expected


def test_an_incomplete_result_of_the_worker_is_discarded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = os.getpid()
    send = worker._send

    def send_half(pipe: BinaryIO, content: bytes) -> None:
        if os.getpid() == process or len(content) < 10:
            return send(pipe, content)
        pipe.write(len(content).to_bytes(8) + content[: len(content) // 2])
        pipe.flush()
        os._exit(1)

    monkeypatch.setattr(worker, "MIN_QUERIES", 2)
    monkeypatch.setattr(worker, "_send", send_half)
    with Workers(Sizes()) as workers:
        assert measured(workers, 1) == {s.path: len(s.text) for s in SOURCES}


def test_each_file_stays_with_the_process_that_had_it_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "MIN_QUERIES", 2)
    with Workers(Sizes()) as workers:
        first, second = (
            {path: process for one in results for path, (_, process) in one.items()}
            for results in (
                workers.map(Sizes.measure, SOURCES[1:], 1),
                workers.map(Sizes.measure, SOURCES, 1),
            )
        )
    assert len(set(first.values())) == 2
    assert first.items() <= second.items()


def test_errors_of_the_worker_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MIN_QUERIES", 2)
    with (
        Workers(Sizes()) as workers,
        pytest.raises(TypeError, match="unsupported operand"),
    ):
        workers.map(Sizes.measure, SOURCES, None)  # type: ignore[arg-type]


def check(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare a build with the caches to one without, in a folder without generated files."""
    config = read.config(root)
    plan = build.build(config)
    assert build.build(config).changes == ()
    assert build.check_offline(config).changes == ()
    bare = root.parent / "bare"
    ignored = shutil.ignore_patterns("generated", "made")
    shutil.copytree(root, bare, ignore=ignored)
    monkeypatch.setenv("SQLGEN_NO_CACHE", "1")
    uncached = build.build(read.config(bare))
    assert texts(root / config.output) == texts(bare / config.output)
    assert plan.warnings == uncached.warnings


def texts(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_unknown_names_in_the_configuration_are_warned_of_each_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned() -> list[str]:
        """Return the warnings of a build, which a second build with nothing to do repeats."""
        config = read.config(root)
        warnings = [build.build(config).warnings, build.build(config).warnings]
        assert warnings[0] == warnings[1]
        return [f"{w.message} {w.label.span.line}" for w in warnings[0] if w.label]

    before = warned()
    names = '[tool.sqlgen.columns]\n"notes.titel" = "str"\n[tool.sqlgen.types]\nint5 = "int"\n'
    replaced("pyproject.toml", '"sync"\n', f'"sync"\n{names}')(root)
    first = ["the database has no column `notes.titel` 5"]
    second = ["the database has no type `int5` 7"]
    assert warned() == first + second + before
    replaced("pyproject.toml", "mode", "# why\nmode")(root)
    assert warned()[:1] == ["the database has no column `notes.titel` 6"]
    replaced("pyproject.toml", "titel", "title")(root)
    assert warned() == ["the database has no type `int5` 8", *before]
    check(root, monkeypatch)


def test_a_changed_template_changes_what_is_generated(root: Path) -> None:
    replaced("pyproject.toml", "mode", 'templates = "templates"\nmode')(root)
    template = '{{ constant.name }}: {{ use("typing", "Final") }} = {{ constant.text | literal }}\n'
    _write(root, "templates/constant.jinja", template)
    config = read.config(root)
    build.build(config)
    for text in (f"# One.\n{template}", f"# Another.\n{template}", template):
        _write(root, "templates/constant.jinja", text)
        paths = {change.path for change in build.build(config).changes}
        assert paths == {
            f"generated/{name}.py" for name in ("changes", "notes", "tags", "words")
        }
        assert build.build(config).changes == ()
        assert build.check_offline(config).changes == ()
        first_line = (root / "generated/notes.py").read_text().splitlines()
        assert text.startswith("#") == (text.split("\n")[0] in first_line)
    (root / "templates/constant.jinja").unlink()
    build.build(config)
    _write(root, "templates/constants.jinja", template)
    with pytest.raises(SqlgenError, match="unknown template"):
        build.build(config)
