import json

from sqlgen import report
from sqlgen.model.diagnostic import Diagnostic, Label, Severity
from sqlgen.model.source import SourceFile, Span

FILE = SourceFile("queries/a,b:c.sql", "select é,\r\n  x\n")
ONE_LINE = Diagnostic(
    code="42703",
    message="100% wrong:\r\nreally\x1b",
    label=Label(Span(FILE, 7, 8), "Key (é)."),
    related=(Label(Span(FILE, 13, 14), "and this\x9b"),),
    hint="Mend it.",
)
TWO_LINES = Diagnostic(
    code="several-statements",
    message="é",
    label=Label(Span(FILE, 7, 14)),
    severity=Severity.WARNING,
)
NOWHERE = Diagnostic(code="no-server", message="none", label=None)


def test_json() -> None:
    text = report.json([ONE_LINE, TWO_LINES, NOWHERE])
    assert json.loads(text) == [
        {
            "code": "42703",
            "severity": "error",
            "message": "100% wrong:\r\nreally\x1b",
            "detail": "Key (é).",
            "file": "queries/a,b:c.sql",
            "line": 1,
            "column": 8,
            "endLine": 1,
            "endColumn": 9,
            "hint": "Mend it.",
            "related": [
                {
                    "message": "and this\x9b",
                    "file": "queries/a,b:c.sql",
                    "line": 2,
                    "column": 3,
                    "endLine": 2,
                    "endColumn": 4,
                }
            ],
        },
        {
            "code": "several-statements",
            "severity": "warning",
            "message": "é",
            "detail": "",
            "file": "queries/a,b:c.sql",
            "line": 1,
            "column": 8,
            "endLine": 2,
            "endColumn": 4,
            "hint": "",
            "related": [],
        },
        {
            "code": "no-server",
            "severity": "error",
            "message": "none",
            "detail": "",
            "file": None,
            "line": None,
            "column": None,
            "endLine": None,
            "endColumn": None,
            "hint": "",
            "related": [],
        },
    ]
    assert not any((c < " " and c != "\n") or "\x7f" <= c <= "\x9f" for c in text)
    assert '"message": "é"' in text


def test_json_of_nothing() -> None:
    assert report.json([]) == "[]"


def test_github() -> None:
    assert report.github([ONE_LINE, TWO_LINES, NOWHERE]) == (
        "::error file=queries/a%2Cb%3Ac.sql,line=1,col=8,endColumn=9,title=42703"
        "::100%25 wrong:%0D%0Areally\\x1b%0AKey (é).%0Aand this\\x9b%0Ahint: Mend it.\n"
        "::warning file=queries/a%2Cb%3Ac.sql,line=1,endLine=2,title=several-statements"
        "::é\n"
        "::error title=no-server::none"
    )


def test_a_note_is_a_notice_for_github() -> None:
    note = Diagnostic(code="renamed", message="m", label=None, severity=Severity.NOTE)
    assert report.github([note]) == "::notice title=renamed::m"
    assert json.loads(report.json([note]))[0]["severity"] == "note"


def test_github_of_nothing() -> None:
    assert report.github([]) == ""
