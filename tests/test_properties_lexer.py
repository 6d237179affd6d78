"""Properties of the lexer and the parser that hold for any text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sqlgen import parse, report
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.parse.lexer import Kind, delimiters, tokens
from sqlgen.parse.statements import _end_of_creation as end_of_creation
from sqlgen.parse.statements import _start as statement_start

FRAGMENTS = (
    *(
        "'",
        "''",
        "E'",
        "e'",
        "N'",
        "B'",
        "U&'",
        'U&"',
        '"',
        '""',
        "$$",
        "$a$",
        "$é$",
        "\\",
    ),
    *("--", "/*", "*/", "\n", "\r\n", "\r", " ", "\t", "\v", "\0", "é", "日", "\u00a0"),
    *(
        ":",
        "::",
        ":=",
        ":a",
        ":b",
        ":b!",
        ":c?",
        ":limit",
        "$1",
        "$2",
        "$",
        "?",
        "!",
        "|",
    ),
    *(
        "[",
        "]",
        "(",
        ")",
        "{",
        ";",
        ",",
        ".",
        "..",
        "1",
        "0x1f",
        "1_0",
        "1e5",
        ".5",
        "e",
    ),
    *("+", "-", "*", "/", "<", "=", "@", "~", "a", "select", "array", "ARRAY", "begin"),
    *("atomic", "end", "case", "create function", "returning", "with", "-- no", "then"),
    *(
        "-- name: q :one\n",
        "-- name: r :exec -> Row\n",
        "-- name x :many",
        "/* name: x",
    ),
)
sql = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=30).map(
    "".join
)
texts = sql | sql.map(lambda text: "-- name: q :one\n" + text) | st.text()


@settings(max_examples=300)
@given(texts)
def test_tokens_cover_the_text(text: str) -> None:
    position = 0
    for token in tokens(text):
        assert token.start == position < token.end
        position = token.end
    assert position == len(text)


@settings(max_examples=300)
@given(texts)
@example(":E'\\' :a'")
@example("a.0x1$1 5..0x1$1 a..5$1 .5e'\\'$1'")
@example("a*--$1\n//*$1*/*/-/$1::$1:=$1")
def test_delimiters_are_tokens(text: str) -> None:
    """Check that the fast scan for delimiters finds those of the lexer."""
    kinds = {
        *(Kind.LINE_COMMENT, Kind.BLOCK_COMMENT, Kind.OPEN, Kind.CLOSE, Kind.COLON),
        *(Kind.SEMICOLON, Kind.POSITIONAL, Kind.DOLLAR, Kind.UNTERMINATED),
    }
    thorough = [token for token in tokens(text) if token.kind in kinds]
    quick = [
        (Kind.COLON, start, start + 1) if kind is Kind.NAMED else (kind, start, end)
        for kind, start, end in delimiters(text)
    ]
    assert quick == [*thorough, (Kind.END, len(text), len(text))]


@settings(max_examples=300)
@given(texts)
def test_statements_are_apart_and_not_empty(text: str) -> None:
    position = 0
    for start, end in parse.statements(text):
        assert position <= start < end <= len(text)
        position = end


@settings(max_examples=1000)
@given(texts)
@example("a /* b */ -- c\n; ; d(;) e")
def test_statements_are_the_same_read_quickly_or_word_by_word(text: str) -> None:
    """Only what begins with CREATE is read word by word, since it may be a function."""
    expected, position = [], 0
    while (start := statement_start(text, position)) >= 0:
        end, position = end_of_creation(text, start)
        expected.append((start, end))
    assert parse.statements(text, psql=False) == tuple(expected)


def queries(text: str) -> tuple[Query, ...]:
    """Return the queries of *text*; none if it has errors, which must print in every format."""
    try:
        return parse.query_file(SourceFile("queries/q.sql", text)).queries
    except SqlgenError as error:
        diagnostics = error.diagnostics
    output = report.text(diagnostics)
    assert output
    assert not any(character < " " and character != "\n" for character in output)
    assert report.json(diagnostics)
    assert report.github(diagnostics)
    return ()


@settings(max_examples=300)
@given(texts)
@example("\\;''")
def test_a_query_file_gives_queries_or_diagnostics(text: str) -> None:
    queries(text)


@settings(max_examples=300)
@given(texts)
def test_every_character_outside_placeholders_maps_back_to_itself(text: str) -> None:
    for query in queries(text):
        server = query.sql.text
        inside: dict[int, int] = {}
        for placeholder in query.sql.placeholders:
            written = f"${placeholder.number}"
            assert server[placeholder.start : placeholder.end] == written
            inside |= dict.fromkeys(
                # A space that separates the placeholder from the next token belongs to it.
                range(placeholder.start - 1, placeholder.end + 1),
                placeholder.number,
            )
        for offset, character in enumerate(server):
            place = query.sql.to_source(offset)
            if text[place] != character:
                assert offset in inside
                assert text[place] in ":$"


@settings(max_examples=300)
@given(texts)
def test_the_statement_sent_has_exactly_these_parameters(text: str) -> None:
    for query in queries(text):
        server = query.sql.text
        assert parse.statements(server, psql=False) == ((0, len(server)),)
        positional = [t for t in tokens(server) if t.kind is Kind.POSITIONAL]
        placeholders = query.sql.placeholders
        assert [(t.start, t.end) for t in positional] == [
            (p.start, p.end) for p in placeholders
        ]
        assert {p.number for p in placeholders} == {p.number for p in query.parameters}
