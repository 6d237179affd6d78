"""SQL as HTML: what is text stays text, and places become links."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlgen import parse
from sqlgen.model.documentation import SqlToken
from sqlgen.pages.highlighting import Place, highlighted


def tokens(sql: str) -> list[SqlToken]:
    return [SqlToken(str(kind), a, b) for kind, a, b in parse.tokens(sql)]


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", page))


@given(
    st.text(max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)))
)
def test_the_text_of_the_page_is_the_statement(
    sql: str, places: list[tuple[int, int]]
) -> None:
    links = [Place(a, b, "#x", "parameter", "x") for a, b in places]
    page = str(highlighted(sql, tokens(sql), links, places))
    assert text_of(page) == sql
    tags = re.findall(r"<[^>]*>", page)
    assert all(
        re.fullmatch(r'</?(?:span|a)(?: [\w-]+="[\w# ]*")*>', tag) for tag in tags
    )


@pytest.mark.parametrize(
    ("sql", "page"),
    [
        (
            "SELECT 1",
            '<span class="keyword">SELECT</span> <span class="number">1</span>',
        ),
        ("'</code>'", '<span class="string">&#39;&lt;/code&gt;&#39;</span>'),
        ("-- <b>", '<span class="comment">-- &lt;b&gt;</span>'),
        ('"<i>"', "&#34;&lt;i&gt;&#34;"),
    ],
)
def test_pieces(sql: str, page: str) -> None:
    assert str(highlighted(sql, tokens(sql))) == page
