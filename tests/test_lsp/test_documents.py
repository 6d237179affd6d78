"""Places in texts: the protocol counts lines and UTF-16 code units, Python counts characters."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlgen.lsp.documents.document import Document, changed
from sqlgen.lsp.documents.text_positions import TextPositions
from sqlgen.lsp.documents.uris import path_of, uri_of
from sqlgen.lsp.protocol.messages import RequestError
from sqlgen.lsp.protocol.params import Params, Position

TEXT = st.text(st.sampled_from("ab\n\r\té€😀\ud800\u2028"), max_size=30)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXT)
def test_positions_agree_with_utf_16(text: str) -> None:
    """Compare with the lines and the encoding themselves."""
    positions = TextPositions(text)
    lines = re.split(r"\r\n|\r|\n", text)
    ends = [*re.findall(r"\r\n|\r|\n", text), ""]
    offset = 0
    for number, (line, end) in enumerate(zip(lines, ends, strict=True)):
        for index in range(len(line) + 1):
            position = Position(number, units(line[:index]))
            assert positions.position(offset + index) == position
            assert positions.offset(position) == offset + index
        beyond = Position(number, units(line) + 7)
        assert positions.offset(beyond) == offset + len(line)
        offset += len(line + end)
    assert positions.offset(Position(len(lines), 0)) == len(text)


def test_a_place_within_a_pair_of_surrogates_is_before_the_character() -> None:
    assert TextPositions("a😀b").offset(Position(0, 2)) == 1


def document(text: str) -> Document:
    return Document("file:///a.sql", text, 1)


@given(TEXT, TEXT, st.data())
def test_a_change_of_a_range_is_that_of_the_text(
    text: str, new: str, data: st.DataObject
) -> None:
    positions = TextPositions(text)
    first, last = sorted(
        positions.offset(positions.position(data.draw(st.integers(0, len(text)))))
        for _ in range(2)
    )
    range_ = {
        name: {"line": place.line, "character": place.character}
        for name, place in (
            ("start", positions.position(first)),
            ("end", positions.position(last)),
        )
    }
    change = Params({"range": range_, "text": new})
    assert changed(document(text), [change], 2).text == text[:first] + new + text[last:]


def test_changes_follow_each_other() -> None:
    start, second = {"line": 0, "character": 0}, {"line": 0, "character": 1}
    changes = [
        {"range": {"start": start, "end": start}, "text": "😀"},
        {"text": "xyz"},
        {"range": {"start": second, "end": second}, "text": "-"},
    ]
    result = changed(document("abc"), map(Params, changes), 7)
    assert (result.text, result.version) == ("x-yz", 7)


@pytest.mark.parametrize("change", [None, {}, {"text": 1}, {"text": "", "range": {}}])
def test_a_change_that_is_none_is_refused(change: object) -> None:
    with pytest.raises(RequestError):
        changed(document("abc"), [Params(change)], 2)


@pytest.mark.parametrize("path", ["/a/b.sql", "/ä b/%41#?.sql", "/a/\udcff.sql"])
def test_a_path_comes_back_from_its_uri(path: str) -> None:
    assert path_of(uri_of(Path(path))) == Path(path)


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "file://host/a", "file:a", "", "file:///a%00b", "["]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    assert path_of(uri) is None
