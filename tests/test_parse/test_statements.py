import pytest

from sqlgen import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; -- x\n;", []),
        ("select 1", ["select 1"]),
        ("select 1; select 2;", ["select 1", "select 2"]),
        ("-- a\nselect 1 -- b\n; /* c */", ["select 1"]),
        ("begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]),
        ("select 1; select 'x", ["select 1", "select 'x"]),
        ("select (1; select 2", ["select (1; select 2"]),
        ("select 1); select 2", ["select 1)", "select 2"]),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in parse.statements(text)] == expected


@pytest.mark.parametrize(
    "statement",
    [
        "select ';', $$;$$, $a$ $$;$$ $a$, \";\", E'\\';' /* ; */ + 2",
        "create rule r as on insert to t do (select 1; select 2)",
        (
            "create function f() returns int begin atomic"
            " select case when true then 1 end; select 2; end"
        ),
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC insert into t values (1); END",
    ],
)
def test_semicolons_that_end_no_statement(statement: str) -> None:
    text = f"{statement}; select 3;"
    texts = [text[start:end] for start, end in parse.statements(text)]
    assert texts == [statement, "select 3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\restrict x\nselect 1;\n\\unrestrict x", ["select 1"]),
        ("\\connect a;\n\nselect 1", ["select 1"]),
        (
            "copy t from stdin;\n1;'\n\\.\nselect 2;",
            ["copy t from stdin;\n1;'\n\\.", "select 2"],
        ),
        (
            "COPY \"t;\" (a, b)\nFROM STDIN WITH (DELIMITER ';'); -- rows\n$$\n\\.\r\nselect 2",
            [
                "COPY \"t;\" (a, b)\nFROM STDIN WITH (DELIMITER ';'); -- rows\n$$\n\\.",
                "select 2",
            ],
        ),
        ("copy t from stdin;\n\\.\nselect 2", ["copy t from stdin;\n\\.", "select 2"]),
        ("copy t from stdin; select 2;\n\\.\n", ["copy t from stdin", "select 2"]),
        ("copy t from stdin;\nselect 2;", ["copy t from stdin", "select 2"]),
        ("copy t to stdout;\n\\.\nselect 2", ["copy t to stdout", "select 2"]),
        (
            "copy (select 1 from stdin) to stdout;\n\\.\nselect 2",
            ["copy (select 1 from stdin) to stdout", "select 2"],
        ),
        (
            "do $$ copy t from stdin;\n\\.\n $$; select 2",
            ["do $$ copy t from stdin;\n\\.\n $$", "select 2"],
        ),
        ("select '\n\\.\n'; select 2", ["select '\n\\.\n'", "select 2"]),
    ],
)
def test_scripts_for_psql(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in parse.statements(text)] == expected
