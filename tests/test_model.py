from sqlgen.model.diagnostic import Diagnostic, Label, SqlgenError
from sqlgen.model.source import SourceFile, Span


def test_an_error_says_where_each_mistake_is() -> None:
    source = SourceFile("migrations/0001_a.sql", "CREATE\n  TABEL a;\n")
    error = SqlgenError(
        Diagnostic(code="x", message="wrong word", label=Label(Span(source, 9, 14))),
        Diagnostic(code="y", message="no server", label=None),
    )
    assert str(error) == "migrations/0001_a.sql:2:3: wrong word\nno server"
