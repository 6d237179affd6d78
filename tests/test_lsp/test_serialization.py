"""Diagnostics and edits in the protocol's JSON: each place is one of the text that it was found in."""

from pathlib import Path
from typing import Any

import pytest

from sqlgen.lsp.documents.document import Document
from sqlgen.lsp.documents.text_positions import TextPositions
from sqlgen.lsp.features.results import FilePlace, TextEdit
from sqlgen.lsp.session import project_texts
from sqlgen.lsp.session.project_texts import ProjectTexts, edit_json
from sqlgen.lsp.session.serialization import diagnostics_json
from sqlgen.model.diagnostic import Diagnostic, Label
from sqlgen.model.source import SourceFile, Span

TEXTS = (
    "",
    "SELECT x;\n",
    "\n\n  SELECT 😀, x;\n",
    "-- name: a :many\r\nSELECT x;\r\n",
)
"""Texts of one file, as it stands on disk and in the editor."""


def diagnostic(text: str, number: int) -> Diagnostic:
    """Return a diagnostic about the `x` of a text, with one about it elsewhere."""
    start = text.find("x") if "x" in text else 0
    span = Span(SourceFile("queries/a.sql", text), start, min(start + 1, len(text)))
    other = Span(SourceFile("queries/a.sql", TEXTS[number]), 0, len(TEXTS[number]))
    return Diagnostic(
        code="x", message="m", label=Label(span), related=(Label(other, "there"),)
    )


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_each_diagnostic_is_placed_by_its_own_text(order: tuple[int, ...]) -> None:
    diagnostics = [diagnostic(TEXTS[n], (n + 1) % len(TEXTS)) for n in order]
    together = diagnostics_json(diagnostics, str)
    alone: list[Any] = [diagnostics_json([one], str)[0] for one in diagnostics]
    assert together == alone
    starts = {n: one["range"]["start"] for n, one in zip(order, together, strict=True)}
    assert [tuple(starts[n].values()) for n in range(4)] == [
        *((0, 0), (0, 7), (2, 13), (1, 7)),
    ]


def test_the_lines_of_a_file_are_found_once_for_all_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Count the texts that are cut into lines: one for each file, however many edits there are."""
    cut: list[str] = []

    class Counted(TextPositions):
        def __init__(self, text: str) -> None:
            cut.append(text)
            super().__init__(text)

    monkeypatch.setattr(project_texts, "TextPositions", Counted)
    (tmp_path / "app.py").write_text("x\n" * 500)
    document = Document("file:///a.sql", "x\n" * 500, 1)
    texts = ProjectTexts(tmp_path, "generated", {"a.sql": document}, str)
    places = [
        FilePlace(p, 2 * n, 2 * n + 1) for p in ("app.py", "a.sql") for n in range(500)
    ]
    edits = edit_json([TextEdit(place, "y") for place in places], texts)["changes"]
    assert cut == ["x\n" * 500]
    assert [one["range"]["start"]["line"] for one in edits["app.py"]] == [*range(500)]
    assert edits["a.sql"] == edits["app.py"]
