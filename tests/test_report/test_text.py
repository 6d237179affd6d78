import pytest

from sqlgen import report
from sqlgen.model.diagnostic import Diagnostic, Label, Severity
from sqlgen.model.source import SourceFile, Span


def place(text: str, part: str, note: str = "", path: str = "queries/a.sql") -> Label:
    start = text.index(part)
    return Label(Span(SourceFile(path, text), start, start + len(part)), note)


def error(label: Label | None, *related: Label, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code="42703",
        message='column "idd" does not exist',
        label=label,
        related=related,
        hint=hint,
    )


def check(expected: str, *diagnostics: Diagnostic) -> None:
    assert report.text(diagnostics) == expected.strip("\n")


def test_nothing() -> None:
    assert report.text([]) == ""


def test_one_error() -> None:
    text = "\n" * 7 + (
        "update patients set born_on = :born_on where idd = :patient_id;\n"
    )
    check(
        """
error[42703]: column "idd" does not exist
 --> queries/patients.sql:8:46
  |
8 | update patients set born_on = :born_on where idd = :patient_id;
  |                                              ^^^
  |
  = hint: Perhaps you meant to reference the column "patients.id".
""",
        error(
            place(text, "idd", path="queries/patients.sql"),
            hint='Perhaps you meant to reference the column "patients.id".',
        ),
    )


def test_without_hint_and_with_a_note() -> None:
    check(
        """
error[42703]: column "idd" does not exist
 --> queries/a.sql:1:8
  |
1 | select idd
  |        ^^^ here
""",
        error(place("select idd", "idd", "here")),
    )


def test_without_place() -> None:
    check(
        """
warning[no-server]: no server could be started
  = hint: install one
""",
        Diagnostic(
            code="no-server",
            message="no server could be started",
            label=None,
            hint="install one",
            severity=Severity.WARNING,
        ),
    )


def test_related_places_share_the_gutter() -> None:
    text = "\n" * 98 + "select a\nfrom b\n"
    check(
        """
error[42703]: column "idd" does not exist
   --> queries/a.sql:99:8
    |
 99 | select a
    |        ^ this
    |
   ::: queries/a.sql:100:6
    |
100 | from b
    |      - and that
    |
   ::: queries/b.sql:1:1
    |
  1 | xyz
    | ---
""",
        error(
            place(text, "a", "this"),
            place(text, "b", "and that"),
            place("xyz", "xyz", path="queries/b.sql"),
        ),
    )


def test_several_are_counted() -> None:
    warning = Diagnostic(code="x", message="y", label=None, severity=Severity.WARNING)
    check("error[42703]: column \"idd\" does not exist\n\nwarning[x]: y\n\n1 error and 1 warning", error(None), warning)  # fmt: skip
    check("warning[x]: y\n\nwarning[x]: y\n\n2 warnings", warning, warning)


@pytest.mark.parametrize(
    ("text", "part", "line", "carets"),
    [
        ("\tselect\tidd", "idd", "    select    idd", "              ^^^"),
        ("select '日本', idd", "idd", "select '日本', idd", "               ^^^"),
        ("select 日本", "日本", "select 日本", "       ^^^^"),
        ("e\u0301, idd", "idd", "e\u0301, idd", "   ^^^"),
        ("é, idd", "idd", "é, idd", "   ^^^"),
        ("select idd\r\n", "idd", "select idd", "       ^^^"),
        ("select (a\nb)", "(a\nb)", "select (a", "       ^^"),
        ("select\n", "\n", "select", "      ^"),
        ("select (a\tb", "a\tb", "select (a    b", "        ^^^^^^"),
        ("\x1b[31m, idd", "idd", "\\x1b[31m, idd", "          ^^^"),
        ("\x00\x9b\u202e", "\u202e", "\\x00\\x9b\\u202e", "        ^^^^^^"),
        ("\f\u2028x", "x", "\\x0c\\u2028x", "          ^"),
    ],
)
def test_carets_are_below_the_span(
    text: str, part: str, line: str, carets: str
) -> None:
    shown = report.text([error(place(text, part))]).split("\n")
    assert shown[-2:] == [f"1 | {line}", f"  | {carets}"]


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [("", "1:1", "1 |"), ("x\n", "2:1", "2 |"), ("x", "1:2", "1 | x")],
)
def test_the_end_of_the_file(text: str, place: str, line: str) -> None:
    file = SourceFile("a.sql", text)
    shown = report.text([error(Label(Span(file, len(text), len(text))))])
    assert shown.split("\n") == [
        'error[42703]: column "idd" does not exist',
        f" --> a.sql:{place}",
        "  |",
        line,
        f"  | {' ' * text.count('x') * (text == 'x')}^",
    ]


def test_messages_of_several_lines_and_with_control_characters() -> None:
    check(
        """
error[P0001]: first \\x1b[2J
  second
  = hint: do this
          and    that
""",
        Diagnostic(
            code="P0001",
            message="first \x1b[2J\r\nsecond\n",
            label=None,
            hint="do this\nand\tthat",
        ),
    )


def test_notes_are_counted_apart() -> None:
    items = [
        Diagnostic(code="a", message="m", label=None, severity=severity)
        for severity in (Severity.WARNING, Severity.NOTE, Severity.NOTE)
    ]
    text = report.text(items, color=True)
    assert text.endswith("1 warning and 2 notes")
    assert "\x1b[1;32mnote[a]" in text


def test_color() -> None:
    label = place("select idd", "idd", "here")
    text = report.text([error(label, label, hint="x")], color=True)
    assert text.replace("\x1b", "~") == """\
~[1;31merror[42703]~[0m~[1m: column "idd" does not exist~[0m
~[1;34m -->~[0m queries/a.sql:1:8
~[1;34m  |~[0m
~[1;34m1 |~[0m select idd
~[1;34m  |~[0m ~[1;31m       ^^^ here~[0m
~[1;34m  |~[0m
~[1;34m :::~[0m queries/a.sql:1:8
~[1;34m  |~[0m
~[1;34m1 |~[0m select idd
~[1;34m  |~[0m ~[1;34m       --- here~[0m
~[1;34m  |~[0m
  ~[1;34m=~[0m ~[1mhint~[0m: x"""


def test_color_changes_nothing_else() -> None:
    diagnostics = [error(place("select idd", "idd", "here"), hint="x"), error(None)]
    colored = report.text(diagnostics, color=True)
    for code in ("[1;31m", "[1;33m", "[1;34m", "[1m", "[0m"):
        colored = colored.replace(f"\x1b{code}", "")
    assert colored == report.text(diagnostics)
