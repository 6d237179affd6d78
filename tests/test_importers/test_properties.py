"""Whatever the files of another tool have: what is written is read as it was meant, and the rest is told."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlgen import parse
from sqlgen.importers import ImportResult, import_project
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.source import SourceFile
from tests.test_properties_lexer import FRAGMENTS

WORDS = (
    *(
        "SELECT",
        "INSERT INTO t (a) VALUES",
        "UPDATE t SET",
        "RETURNING *",
        "FROM t",
        "IN",
        "NOT IN",
        "WHERE",
    ),
    *(
        "(",
        ")",
        ",",
        ";",
        "\n",
        "\n\n",
        " ",
        "*",
        "=",
        "::int",
        "$1",
        "$2",
        ":a",
        ":aB!",
        "%s",
        "%%",
        "?",
        "%(x)s",
    ),
    *(
        "@a",
        "=@b",
        "sqlc.arg(a)",
        "sqlc.narg('a')",
        "sqlc.slice(ids)",
        "sqlc.embed(t)",
        "sqlc.",
        ":u.id",
    ),
    *(
        "$a",
        "$$ids",
        "$u(a, b!)",
        "$$us(a, b)",
        "${x}",
        "class",
        "conn",
        "é",
        "-- sqlgen: optional a\n",
    ),
    *(
        "-- record_class: Foo\n",
        "-- name of nothing\n",
        "-- @deprecated\n",
        '"a!: T"',
        '"b?"',
        '"c: _"',
        "BEGIN ATOMIC",
    ),
)
PIECES = st.sampled_from([*WORDS, *FRAGMENTS])
BODIES = st.lists(PIECES, max_size=12).map("".join)
NAMES = st.sampled_from(
    ["Get", "get-x", "GetURLs", "class", "list", "1x", "é", "_", "Get"]
)
HEADERS = {
    "sqlc": st.tuples(
        NAMES,
        st.sampled_from(["one", "many", "exec", "copyfrom", "batchone", "execlastid"]),
    ).map(lambda x: f"-- name: {x[0]} :{x[1]}\n"),
    "aiosql": st.tuples(
        NAMES, st.sampled_from(["", "^", "$", "!", "<!", "*!", "#", " :one", "(a, b)^"])
    ).map(lambda x: f"-- name: {x[0]}{x[1]}\n"),
    "pgtyped": st.tuples(
        NAMES,
        st.sampled_from(
            ["", "@param ids -> (...)", "@param a -> ((b, c)...)", "@param a -> ("]
        ),
    ).map(lambda x: f"/* @name {x[0]} {x[1]} */\n"),
}


@st.composite
def projects(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Return a tool, and the files of a project of it by their paths."""
    tool = draw(st.sampled_from(["sqlc", "aiosql", "pgtyped", "sqlx"]))
    bodies = draw(st.lists(BODIES, min_size=1, max_size=4))
    if tool == "sqlx":
        rust = [_rust(body, draw(BODIES)) for body in bodies]
        found = {
            "db_name": "PostgreSQL",
            "query": bodies[0],
            "describe": {"columns": [{"name": bodies[0]}]},
        }
        return tool, {
            "src/a.rs": "\n".join(rust),
            ".sqlx/query-1.json": json.dumps(found),
        }
    if tool == "pgtyped" and draw(st.booleans()):
        return tool, {
            "a.ts": "\n".join(f"const {draw(NAMES)} = sql`{body}`;" for body in bodies)
        }
    return tool, {"a.sql": "".join(draw(HEADERS[tool]) + body for body in bodies)}


def _rust(text: str, arguments: str) -> str:
    return f'fn get() {{ sqlx::query_as!(Foo<\'a>, r##"{text}"##, {arguments}).fetch_one(&p) }}'


@settings(max_examples=300)
@given(projects())
def test_what_is_written_is_read(project: tuple[str, dict[str, str]]) -> None:
    tool, files = project
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(text.encode("utf-8", errors="surrogatepass"))
        result = _result(root, tool)
        if result is None:
            assert not (root / "queries").exists()
            return
        for path, names in result.files.items():
            written = (root / path).read_bytes().decode()
            queries = parse.query_file(SourceFile(path, written)).queries
            assert tuple(query.name for query in queries) == names
        told = [
            problem for problem in result.problems if problem.code == "not-imported"
        ]
        assert len(told) >= bool(result.left_out)


def _result(root: Path, tool: str) -> ImportResult | None:
    try:
        return import_project(root, tool, ".", output=None, force=False)
    except SqlgenError:
        return None


HOSTILE = {
    "a.sql": [
        "/*" * 60_000,
        "'" * 120_001,
        "-- name: a\n" * 8_000,
        "$a$" * 30_001,
        "(" * 90_000,
    ],
    "a.ts": [
        "sql`" * 8_001,
        "/*" * 60_000,
        "const a = " * 15_000,
        "sql<" * 30_000,
        "\\`" * 30_000,
        "`\\" * 30_001,
    ],
    "a.rs": [
        'r#"' * 30_000,
        "/*" * 60_000,
        '"\\' * 60_001,
        "query!(" * 15_000,
        "'\\u{" * 30_000,
        "fn a {" * 15_000,
        "1." * 60_000,
    ],
}


@pytest.mark.parametrize(
    ("path", "number"), [(p, n) for p in HOSTILE for n in range(len(HOSTILE[p]))]
)
def test_texts_that_never_end(path: str, number: int, tmp_path: Path) -> None:
    """Read them: if each character took the steps of all that follow, that would take minutes."""
    (tmp_path / path).write_text(HOSTILE[path][number])
    tools = {
        "a.sql": ("sqlc", "aiosql", "pgtyped"),
        "a.ts": ("pgtyped",),
        "a.rs": ("sqlx",),
    }
    for tool in tools[path]:
        result = _result(tmp_path, tool)
        assert result is None or result.files
