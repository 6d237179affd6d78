import pytest

from sqlgen import parse
from sqlgen.model.commands import Command
from sqlgen.model.query import QueryFile
from sqlgen.model.source import SourceFile


def query_file(text: str, path: str = "queries/clinic.sql") -> QueryFile:
    return parse.query_file(SourceFile(path, text))


def test_a_file_of_queries() -> None:
    file = query_file("""\
-- Everything a clinician needs before prescribing.
--
--   Indented.

-- And more.

-- name: list_allergies :many -> Allergy
-- Allergies of one patient,
-- most severe first.

-- Not documentation.
SELECT * -- all
FROM allergies WHERE patient_id = :patient_id ORDER BY created_at; -- done

-- name: count_appointments :one
SELECT count(*) FROM appointments
WHERE patient_id = :patient_id AND (:since::timestamptz IS NULL OR at >= :since)
""")
    assert file.doc == (
        "Everything a clinician needs before prescribing.\n\n  Indented.\n\nAnd more."
    )
    first, second = file.queries
    assert (first.name, first.command, first.row) == (
        "list_allergies",
        Command.MANY,
        "Allergy",
    )
    assert first.name_span.text == "list_allergies"
    assert first.row_span is not None
    assert first.row_span.text == "Allergy"
    assert first.doc == "Allergies of one patient,\nmost severe first."
    assert first.sql.text == (
        "SELECT * -- all\nFROM allergies WHERE patient_id = $1 ORDER BY created_at"
    )
    assert (second.name, second.command, second.row) == (
        "count_appointments",
        Command.ONE,
        None,
    )
    assert second.doc == ""
    assert [p.cast for p in second.sql.placeholders] == [False, True, False]


@pytest.mark.parametrize("command", list(Command))
def test_commands(command: Command) -> None:
    text = f"-- name: q :{command}\nselect 1 as one order by one"
    assert query_file(text).queries[0].command is command


@pytest.mark.parametrize(
    "header",
    [
        "-- name: q :one -> Row",
        "--name:q :one->Row",
        "  --\tname:  q\t:one  ->  Row  ",
        "-- name: q :one -> Row\r",
    ],
)
def test_blanks_in_a_header_are_free(header: str) -> None:
    (query,) = query_file(f"{header}\nselect 1").queries
    assert (query.name, query.command, query.row) == ("q", Command.ONE, "Row")


@pytest.mark.parametrize(
    "text",
    [
        "select '\n-- name: x :one\n'",
        "select $$\n-- name: x :one\n$$",
        "/* one\n-- name: x :one\n*/ select 1",
        "/* /* */\n-- name: x :one\n*/ select 1",
        'select 1 as "\n-- name: x :one\n"',
    ],
)
def test_no_header_inside_another_token(text: str) -> None:
    (query,) = query_file(f"-- name: q :one\n{text}").queries
    assert query.name == "q"


@pytest.mark.parametrize(
    "comment",
    ["-- name of the patient", "-- names: a, b", "-- the name: of", "-- named"],
)
def test_comments_about_names_are_no_headers(comment: str) -> None:
    (query,) = query_file(f"-- name: q :one\n\n{comment}\nselect 1").queries
    assert query.sql.text == "select 1"


@pytest.mark.parametrize(
    ("comments", "doc"),
    [
        ("-- One.\n-- Two.", "One.\nTwo."),
        ("--One.\n--  Two.", "One.\n Two."),
        ("-- One.\n\n-- Two.", "One."),
        ("\n-- One.", ""),
        ("-- ----\n-- One.\n-- ====", "One."),
        ("-- One.\n--\n--\n--\n-- Two.", "One.\n\nTwo."),
        ("-- One.\r\n-- Two.\r", "One.\nTwo."),
        ("-- One.\n/* Two. */", "One."),
        ("  -- One.\n\t-- Two.", "One.\nTwo."),
    ],
)
def test_documentation_of_a_query(comments: str, doc: str) -> None:
    (query,) = query_file(f"-- name: q :one\n{comments}\nselect 1").queries
    assert query.doc == doc


@pytest.mark.parametrize(
    ("comments", "doc", "deprecated"),
    [
        ("-- One.", "One.", None),
        ("-- @deprecated", "", ""),
        ("-- @deprecated:", "", ""),
        ("-- @deprecated use b", "", "use b"),
        ("-- One.\n-- @deprecated: use b,\n--   or c\n--\n-- Two.", "One.\n\nTwo.", "use b, or c"),
        ("-- One.\n--\n-- @deprecated use b", "One.", "use b"),
        ("-- @deprecated\n-- use b", "", "use b"),
        ("-- @deprecated\n-- sqlgen: allow may-return-many\n-- use b", "", "use b"),
        ("-- It is @deprecated in b.", "It is @deprecated in b.", None),
        ("-- @deprecated_by b", "@deprecated_by b", None),
        ("-- @deprecated-by b", "@deprecated-by b", None),
        ("-- @Deprecated", "@Deprecated", None),
        ("-- @deprecated a\n\n-- b", "", "a"),
    ],
)  # fmt: skip
def test_a_deprecated_query(comments: str, doc: str, deprecated: str | None) -> None:
    (query,) = query_file(f"-- name: q :one\n{comments}\nselect 1").queries
    assert (query.doc, query.deprecated) == (doc, deprecated)
    (unnamed,) = query_file(f"{comments}\nselect 1", "queries/q.sql").queries
    assert unnamed.deprecated == (deprecated if "\n\n" not in comments else "a")


def test_a_block_comment_may_document_the_module() -> None:
    text = "/*\n * One.\n *\n *   Two.\n */\n-- name: q :one\nselect 1"
    assert query_file(text).doc == "One.\n\n  Two."


def test_line_ends_of_another_system() -> None:
    text = "-- name: q :one\r\n-- Doc.\r\nselect :a\r\n, 2;\r\n\r\n-- name: r :one\r\nselect 3"
    first, second = query_file(text).queries
    assert (first.doc, first.sql.text) == ("Doc.", "select $1\r\n, 2")
    assert second.sql.text == "select 3"


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("select 1", Command.MANY),
        ("(select 1) union (select 2)", Command.MANY),
        ("values (1)", Command.MANY),
        ("table patients", Command.MANY),
        ("show search_path", Command.MANY),
        (
            "with a as (insert into t default values returning id) select 1",
            Command.MANY,
        ),
        ("with a as (select 1) insert into t select * from a", Command.EXEC),
        ("with a as (select 1) delete from t returning id", Command.MANY),
        ("insert into t values (1)", Command.EXEC),
        ("insert into t values (1) returning id", Command.MANY),
        ("select 1 into t", Command.EXEC),
        ("refresh materialized view v", Command.EXEC),
        ("\n-- returning\ndelete from t where a = 'returning'", Command.EXEC),
    ],
)
def test_a_file_without_header(statement: str, command: Command) -> None:
    file = query_file(f"-- Doc.\n{statement};\n", "queries/a/list_all.sql")
    (query,) = file.queries
    assert file.doc == ""
    assert query.doc.startswith("Doc.")
    assert (query.name, query.command) == ("list_all", command)
    assert query.named_after_file


@pytest.mark.parametrize(("text", "doc"), [("", ""), ("\n;\n", ""), ("-- x\n", "x")])
def test_a_file_without_statement(text: str, doc: str) -> None:
    file = query_file(text)
    assert (file.doc, file.queries) == (doc, ())


def test_semicolons_in_the_body_of_a_function() -> None:
    body = "create function f() returns int begin atomic select 1; select 2; end"
    (query,) = query_file(f"-- name: make :exec\n{body};\n").queries
    assert query.sql.text == body


def test_places_in_the_file() -> None:
    text = "-- name: q :one\n\n  select :aa, b, :aa;"
    (query,) = query_file(text).queries
    sql = query.sql
    assert sql.text == "select $1, b, $1"
    assert [text[sql.to_source(i)] for i in range(len(sql.text))] == [
        *"select ::, b, ::"
    ]
    assert sql.to_source(len(sql.text)) == text.index(":aa;")
    assert [(p.start, p.end) for p in sql.placeholders] == [(7, 9), (14, 16)]
    (parameter,) = query.parameters
    assert [span.text for span in parameter.spans] == [":aa", ":aa"]


def test_directives_are_left_out_of_the_docstring() -> None:
    [first, second] = query_file("""\
-- name: a :optional
-- sqlgen: allow may-return-many, always-one-row
-- The doc.
--sqlgen:allow redundant-override
-- Goes on.
SELECT 1

-- name: b :optional
-- sqlgen is named in the documentation: so it stays
SELECT 1;
""").queries
    assert first.allowed_warnings == {
        "may-return-many",
        "always-one-row",
        "redundant-override",
    }
    assert first.doc == "The doc.\nGoes on."
    assert second.allowed_warnings == frozenset()
    assert second.doc == "sqlgen is named in the documentation: so it stays"
    [query] = query_file("-- sqlgen: allow may-return-many\nSELECT 1").queries
    assert (set(query.allowed_warnings), query.doc) == ({"may-return-many"}, "")
