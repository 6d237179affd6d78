"""A large build saves memory: it writes the same files as one that does not."""

import shutil
from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.build import large_builds, worker
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.output import Change, GeneratedFile
from sqlgen.read import output_files
from sqlgen.translate import TypeReferences
from sqlgen.translate.shared.shared_names import SharedNames

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=[1, 10_000], ids=["forked", "one process"])
def root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Path:
    """Return a copy of the clinic; one of its queries has a warning."""
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    monkeypatch.setattr(worker, "MIN_QUERIES", request.param)
    root = tmp_path / "clinic"
    for folder in ("migrations", "queries", "generated"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "pyproject.toml", root)
    query = "-- name: any_patient :optional\nSELECT id FROM patients;\n"
    (root / "queries" / "warned.sql").write_text(query)
    build.build(read.config(root))
    return root


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each build be a large one, in groups of a file each."""
    monkeypatch.setattr(large_builds, "_LARGE", 0)
    monkeypatch.setattr(large_builds, "_GROUP", 0)
    monkeypatch.setattr(output_files, "_KEPT", 0)


def texts(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted((root / "generated").rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("large")
def test_a_large_build_writes_the_same(root: Path, tmp_path: Path) -> None:
    expected = texts(root)
    shutil.rmtree(root / "generated")
    shutil.rmtree(tmp_path / "cache")
    config = read.config(root)
    plan = build.build(config)
    assert texts(root) == expected
    assert [warning.code for warning in plan.warnings] == ["may-return-many"]
    assert build.build(config).changes == ()
    assert build.check_offline(config).changes == ()


@pytest.mark.usefixtures("large")
def test_a_change_of_one_file_is_made_from_records(root: Path) -> None:
    path = root / "queries" / "allergies.sql"
    text = path.read_text()
    build.build(read.config(root))
    before = texts(root)
    path.write_text(f"{text}\n-- name: one_more :one\nSELECT 1 AS one;\n")
    changes = build.build(read.config(root)).changes
    assert "generated/allergies.py" in {change.path for change in changes}
    shutil.rmtree(root / "generated" / "reports")
    build.build(read.config(root))
    path.write_text(text)
    build.build(read.config(root))
    assert texts(root) == before


@pytest.mark.usefixtures("large")
def test_a_change_of_one_file_looks_at_the_names_of_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    used_by = SharedNames.used_by

    def counted(names: SharedNames, references: TypeReferences) -> object:
        looked_at.append(references)
        return used_by(names, references)

    (root / "queries" / "warned.sql").unlink()  # warnings are found again
    build.build(read.config(root))
    monkeypatch.setattr(SharedNames, "used_by", counted)
    path = root / "queries" / "allergies.sql"
    text = path.read_text()
    for number in range(2):
        looked_at.clear()
        path.write_text(f"{text}\n-- name: one_more :one\nSELECT {number} AS one;\n")
        build.build(read.config(root))
        assert len(looked_at) == 1
    looked_at.clear()
    new_name = "\n-- name: act :one\nSELECT 'INSERT'::audit_action AS act;\n"
    (root / "migrations" / "9999_act.up.sql").write_text(
        "CREATE TYPE audit_action AS ENUM ('INSERT');\n"
    )
    (root / "migrations" / "9999_act.down.sql").write_text("DROP TYPE audit_action;\n")
    path.write_text(f"{text}{new_name}")
    build.build(read.config(root))
    assert len(looked_at) > 1
    looked_at.clear()
    path.write_text(f"{text}{new_name}\n-- name: one_more :one\nSELECT 1 AS one;\n")
    build.build(read.config(root))
    assert len(looked_at) == 1


@pytest.mark.usefixtures("large")
def test_texts_that_are_on_disk_are_not_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = []
    in_less_memory = GeneratedFile.in_less_memory

    def counted(file: GeneratedFile) -> GeneratedFile:
        kept.append(file.path)
        return in_less_memory(file)

    monkeypatch.setattr(worker, "MIN_QUERIES", 10_000)
    monkeypatch.setattr(GeneratedFile, "in_less_memory", counted)
    config = read.config(root)
    assert build.check_offline(config).changes == ()
    assert kept == []
    path = root / "generated" / "allergies.py"
    path.write_text(path.read_text() + "# edited\n")
    changes = build.check_offline(config).changes
    assert [change.path for change in changes] == ["generated/allergies.py"] == kept


@pytest.mark.usefixtures("large")
def test_errors_and_edited_files_are_reported(root: Path) -> None:
    (root / "queries" / "wrong.sql").write_text(
        "-- name: wrong :one\nSELECT nowhere;\n"
    )
    with pytest.raises(SqlgenError) as caught:
        build.build(read.config(root))
    assert [error.code for error in caught.value.diagnostics] == ["42703"]
    (root / "queries" / "wrong.sql").unlink()
    (root / "generated" / "allergies.py").write_text("mine")
    with pytest.raises(SqlgenError) as caught:
        build.build(read.config(root))
    assert [error.code for error in caught.value.diagnostics] == ["not-generated"]


def test_a_compressed_text_is_the_text() -> None:
    text = "a\u00e9\U0001d11e\udc80\n" * 100
    file = GeneratedFile("a.py", text).in_less_memory()
    assert file.text == text
    assert file.is_compressed
    change = Change("a.py", None, file.content)
    assert (change.before, change.after) == (None, text)
