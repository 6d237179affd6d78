"""The pages of a hostile project: links resolve, text is text, the same input gives the same bytes."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from sqlgen import read
from sqlgen.build.page_files import write_pages
from sqlgen.model.diagnostic import ConfigurationError, SqlgenError

VOID = frozenset({"meta", "link", "input", "br", "wbr"})


class Page(HTMLParser):
    """The elements of a page; each one is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[n] for n in ("href", "src") if n in attributes]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def pages(hostile: Path) -> dict[Path, Page]:
    site = hostile / "site"
    return {file: Page(file.read_text()) for file in sorted(site.rglob("*.html"))}


def test_every_link_leads_to_a_page_and_a_place_in_it(pages: dict[Path, Page]) -> None:
    assert len(pages) > 15
    for file, page in pages.items():
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            address, place = urldefrag(link)
            assert ":" not in link
            assert not address.startswith("/")
            target = (file.parent / address).resolve() if address else file
            assert target.is_file(), link
            if place:
                assert place in pages[target].ids
        described = [
            a["aria-describedby"] for _, a in page.tags if "aria-describedby" in a
        ]
        labelled = [
            a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a
        ]
        assert {*described, *labelled} <= set(page.ids)


def test_hostile_texts_are_text(pages: dict[Path, Page]) -> None:
    expected = {"theme.js", "search.js", "site.js"}
    for page in pages.values():
        scripts = [a["src"] for tag, a in page.tags if tag == "script"]
        assert {src.rpartition("/")[2] for src in scripts} == expected
        assert len(scripts) == len(expected)
        assert not [
            tag for tag, _ in page.tags if tag in ("img", "style", "iframe", "b")
        ]
        attributes = {name for _, a in page.tags for name in a}
        assert not [name for name in attributes if name.startswith("on")]
        assert "style" not in attributes
    everything = "".join(page.text for page in pages.values())
    assert "<script>alert(1)</script>" in everything
    assert """<b onclick="x">'&""" in everything


def test_every_table_type_and_query_has_a_page_and_is_in_the_index(
    hostile: Path, pages: dict[Path, Page]
) -> None:
    titles = [page.text for page in pages.values()]
    assert len(titles) == len(pages)
    text = (hostile / "site/assets/search.js").read_text()
    assert text.isascii()
    assert "<" not in text
    entries = json.loads(text[text.index("[") : text.rindex("]") + 1])
    addresses = [entry[3] for entry in entries]
    assert len(addresses) == len(set(addresses)) == len(pages) - 2
    # File systems may not tell capital letters from small ones.
    assert len({address.lower() for address in addresses}) == len(addresses)
    for address in addresses:
        assert (hostile / "site" / address).is_file()
        assert re.fullmatch(
            r"(tables|types|queries|routines)/[a-z0-9_.-]+\.html", address
        )
    names = {entry[1] for entry in entries}
    assert {"parents", "Parents", "../../up", "<enum>", "list_odd"} <= names
    routines = [(e[0], e[1]) for e in entries if e[3].startswith("routines/")]
    assert routines == [
        ("procedure", "tidy"),
        ("function", "<f>"),
        ("function", "area"),
        ("function", "area"),
        ("function", "changed"),
        ("aggregate", "total"),
    ]


def test_a_page_of_a_table(hostile: Path) -> None:
    text = Page((hostile / "site/tables/public.parents.html").read_text()).text
    for expected in (
        "Referred to by",
        "FOREIGN KEY (mate_id) REFERENCES parents(id)",
        "find_parents",
        "remove_parent",
        "count_parents",
        "0001_<b>.sql",
        "parents_pkey",
    ):
        assert expected in text


def routine_page(pages: dict[Path, Page], *words: str) -> tuple[Path, Page]:
    """Return the one page of a function or procedure whose text has all *words*."""
    [found] = [
        (file, page)
        for file, page in pages.items()
        if file.parent.name == "routines" and all(word in page.text for word in words)
    ]
    return found


def test_a_page_of_a_function(pages: dict[Path, Page]) -> None:
    file, page = routine_page(pages, "area(a integer, b integer) → integer")
    for expected in (
        "security definer",
        "volatile",
        "SELECT a * b",
        "measure",
        "generated.odd",
        "which of them is not told",
        "0001_<b>.sql",
    ):
        assert expected in page.text
    other, square = routine_page(pages, "area(side integer) → integer")
    assert "immutable" in square.text
    assert "strict" in square.text
    assert "RETURN (side * side)" in square.text
    assert other.name in {link.rpartition("/")[2] for link in page.links}
    assert file.name in {link.rpartition("/")[2] for link in square.links}


def test_a_page_of_a_procedure_and_of_a_trigger_function(
    hostile: Path, pages: dict[Path, Page]
) -> None:
    _, page = routine_page(pages, "<s>.tidy(INOUT n integer)")
    assert "call_tidy" in page.text
    assert "Volatility" not in page.text
    assert "n := n + 1;" in page.text
    _, page = routine_page(pages, "changed() → trigger")
    assert "trigger of parents" in page.text
    table = pages[hostile / "site/tables/public.parents.html"]
    assert "../routines/public.changed.html" in table.links


def test_a_page_of_a_query_leads_to_the_functions_that_it_calls(
    hostile: Path, pages: dict[Path, Page]
) -> None:
    page = pages[hostile / "site/queries/generated.odd.measure.html"]
    called = [link for link in page.links if link.startswith("../routines/")]
    # Four calls in the statement, and a list of what may be meant; some calls are output columns as well.
    assert len(set(called)) == 4
    assert "../routines/public.total.html" in called


def test_a_page_of_a_query(hostile: Path) -> None:
    page = Page((hostile / "site/queries/generated.odd.find_parents.html").read_text())
    for expected in (
        "def find_parents(",
        "mate_id: int | None = None",
        "only reads",
        "gives at most one row",
        "queries/odd.sql:12",
        "2, proved by",
        "condition",
    ):
        assert expected in page.text
    assert "#parameter-1" in page.links
    assert "#column-2" in page.links
    assert "../tables/public.parents.html" in page.links


@pytest.mark.parametrize(
    ("query", "end"),
    [
        ("list_odd", "AND id > :least"),
        ("remove_parent", "WHERE id = :id"),
        ("count_parents", "FROM parents"),
        ("add_odd", "RETURNING *"),
    ],
)
def test_a_statement_is_whole(hostile: Path, query: str, end: str) -> None:
    page = (hostile / f"site/queries/generated.odd.{query}.html").read_text()
    code = page[page.index('aria-label="Statement"') :].partition("<code>")[2]
    assert Page(code.partition("</code>")[0]).text.endswith(end)


def test_the_same_input_gives_the_same_bytes(hostile: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_pages(read.config(hostile), again, title="x")
    write_pages(read.config(hostile), tmp_path / "other", title="x")
    files = {f.relative_to(again): f.read_bytes() for f in again.rglob("*.*")}
    other = {
        f.relative_to(tmp_path / "other"): f.read_bytes()
        for f in (tmp_path / "other").rglob("*.*")
    }
    assert files == other
    assert not write_pages(read.config(hostile), again, title="x")


def test_stale_pages_go_and_other_files_stay(hostile: Path, tmp_path: Path) -> None:
    config, site = read.config(hostile), tmp_path / "site"
    write_pages(config, site)
    stale = site / "queries/generated.gone.html"
    stale.write_bytes((site / "index.html").read_bytes())
    mine = {
        site / "queries/mine.html": "<!doctype html>\n<p>mine",
        site / "CNAME": "example.com",
        site / "other/index.html": (site / "index.html").read_text(),
    }
    for file, text in mine.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    [change] = write_pages(config, site)
    assert (change.path, change.after) == ("queries/generated.gone.html", None)
    assert {file: file.read_text() for file in mine} == mine
    assert not stale.exists()


def test_a_file_that_is_not_ours_is_never_overwritten(
    hostile: Path, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<p>mine")
    with pytest.raises(SqlgenError) as caught:
        write_pages(read.config(hostile), tmp_path)
    [error] = caught.value.diagnostics
    assert error.code == "not-generated"
    assert "--output" in error.hint
    assert [file.name for file in tmp_path.iterdir()] == ["index.html"]


def test_nothing_is_written_through_a_link(hostile: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    site.mkdir()
    (site / "queries").symlink_to(elsewhere)
    with pytest.raises(SqlgenError) as caught:
        write_pages(read.config(hostile), site)
    assert caught.value.diagnostics[0].code == "unwritable"
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("folder", [".", "..", "queries", "queries/x", "generated/p"])
def test_pages_do_not_go_among_the_sources(hostile: Path, folder: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        write_pages(read.config(hostile), hostile / folder)
    assert caught.value.diagnostics[0].code == "pages-among-sources"


def test_a_folder_that_cannot_be_made(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SqlgenError) as caught:
        write_pages(read.config(hostile), tmp_path / "file/site")
    assert caught.value.diagnostics[0].code in ("unreadable", "unwritable")
