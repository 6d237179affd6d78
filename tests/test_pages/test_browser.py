"""The pages in a real browser: no console error, everything by keyboard, search, picture, accessibility."""

import json
import shutil
from collections.abc import Sequence
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.chromium import BrowserPage

pytestmark = pytest.mark.system

AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
CLINIC = (
    "index.html",
    "picture.html",
    "queries/generated.appointments.list_day_schedule.html",
    "queries/generated.patients.search_patients.html",
    "tables/public.patients.html",
    "tables/public.patient_summaries.html",
    "types/public.sex.html",
    "routines/public.touch_updated_at.html",
)
"""A page of each kind, and those with the most on them."""


def pages_of(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def faults(page: BrowserPage) -> list[str]:
    """Return what axe-core finds, whatever its impact."""
    page.evaluate(AXE + ";0")
    found: dict[str, Any] = json.loads(
        page.evaluate("axe.run().then(r => JSON.stringify({v: r.violations}))")
    )
    return [
        f"{one['impact']} {one['id']}: {node['html'][:120]} {node['failureSummary']}"
        for one in found["v"]
        for node in one["nodes"]
    ]


def test_no_page_has_an_error_and_every_link_of_the_browser_leads_to_a_file(
    hostile: Path, clinic: Path, page: BrowserPage
) -> None:
    every = [*pages_of(hostile / "site"), *[clinic / name for name in CLINIC]]
    for file in every:
        page.open(file)
        assert page.errors == []
        links = page.evaluate(
            "[...document.querySelectorAll('a')].map(a => a.href.baseVal ?? a.getAttribute('href'))"
            ".map(href => new URL(href, location).href)"
        )
        assert links
        for link in links:
            parts = urlsplit(link)
            assert parts.scheme == "file"
            assert Path(unquote(parts.path)).is_file(), link
    assert page.evaluate("typeof window.alerted") == "undefined"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(
    hostile: Path, clinic: Path, page: BrowserPage, scheme: str
) -> None:
    page.prefer(scheme=scheme)
    for file in [*pages_of(hostile / "site"), *[clinic / name for name in CLINIC]]:
        page.open(file)
        assert faults(page) == [], file.name


def test_axe_finds_no_fault_in_the_results_of_a_search_and_in_a_hint(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / CLINIC[2])
    page.press("/")
    page.write("patient")
    assert page.evaluate("document.querySelectorAll('#results a').length") > 5
    assert faults(page) == []
    page.evaluate("document.querySelector('.code a.parameter').focus()")
    assert page.evaluate("document.getElementById('tip').hidden") is False
    assert faults(page) == []


def test_search_by_keyboard(clinic: Path, page: BrowserPage) -> None:
    page.open(clinic / "tables/public.patients.html")
    page.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.write("list_allerg")
    names = page.evaluate(
        "[...document.querySelectorAll('#results .name')].map(n => n.textContent)"
    )
    assert names[0] == "list_allergies"
    assert {"list_allergy_reactions", "list_allergies_by_severity"} < set(names)
    assert all(name.startswith("list_allerg") for name in names)
    assert page.evaluate("document.getElementById('result-count').textContent") == (
        f"{len(names)} found"
    )
    page.press("ArrowDown")
    page.press("ArrowDown")
    page.press("ArrowUp")
    page.press("Enter")
    page.wait_until_loaded()
    assert page.evaluate("document.querySelector('h1').textContent") == "list_allergies"
    page.press("/")
    page.write("no such thing at all")
    assert page.evaluate("document.getElementById('result-count').textContent") == (
        "Nothing found"
    )
    page.press("Escape")
    assert page.evaluate("document.getElementById('results').hidden") is True


def test_search_finds_a_column_and_a_hostile_name(
    hostile: Path, clinic: Path, page: BrowserPage
) -> None:
    for site, words, name in (
        (clinic, "phone_numbers", "patients"),
        (clinic, "generated.allergies remove", "remove_allergy"),
        (hostile / "site", "<b onclick", """<b onclick="x">'&"""),
        (hostile / "site", "../..", "../../up"),
    ):
        page.open(site / "index.html")
        page.press("/")
        page.write(words)
        names = page.evaluate(
            "[...document.querySelectorAll('#results .name')].map(n => n.textContent)"
        )
        assert name in names
        assert page.errors == []


@pytest.mark.parametrize("name", CLINIC)
def test_the_keyboard_reaches_everything(
    clinic: Path, page: BrowserPage, name: str
) -> None:
    page.open(clinic / name)
    page.evaluate("""
        window.stops = [...document.querySelectorAll('a[href], button, input, [tabindex="0"]')]
            .filter(e => e.getClientRects().length);
        window.reached = new Set();
        document.addEventListener('focusin', e => reached.add(e.target));
        0
    """)
    count = page.evaluate("stops.length")
    assert count > 5
    for _ in range(count + 1):
        page.press("Tab")
    left_out = page.evaluate(
        "stops.filter(e => !reached.has(e)).map(e => e.outerHTML.slice(0, 100))"
    )
    assert left_out == []


def test_only_what_can_be_scrolled_is_a_stop_by_itself(
    clinic: Path, page: BrowserPage
) -> None:
    stops = """document.querySelectorAll('main [tabindex="0"]').length"""
    page.open(clinic / CLINIC[4])
    assert page.evaluate(stops) == 0
    page.size(400, 800)
    page.open(clinic / CLINIC[4])
    assert page.evaluate(stops) > 0


def test_what_has_the_focus_can_be_seen(clinic: Path, page: BrowserPage) -> None:
    page.open(clinic / "tables/public.patients.html")
    page.press("Tab")
    skip = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert skip >= 0
    page.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def boxes(page: BrowserPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("""
        [...document.querySelectorAll('.box')].map(box => {
            const frame = box.querySelector('.frame').getBoundingClientRect();
            const texts = [...box.querySelectorAll('text')].map(t => t.getBoundingClientRect());
            return {name: box.getAttribute('aria-label'), left: frame.left, right: frame.right, top: frame.top,
                bottom: frame.bottom, texts: texts.map(t => [t.left, t.right, t.top, t.bottom])};
        })
    """)
    return found


def overlapping(placed: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (a["name"], b["name"])
        for a, b in combinations(placed, 2)
        if a["left"] < b["right"]
        and b["left"] < a["right"]
        and a["top"] < b["bottom"]
        and b["top"] < a["bottom"]
    ]


def test_the_picture_has_a_box_a_table_and_no_overlap(
    clinic: Path, hostile: Path, page: BrowserPage
) -> None:
    expected = {
        clinic: 12,
        hostile / "site": 5,
    }
    for site, count in expected.items():
        page.open(site / "picture.html")
        placed = boxes(page)
        assert len(placed) == len({box["name"] for box in placed}) == count
        assert overlapping(placed) == []
        for box in placed:
            for left, right, top, bottom in box["texts"]:
                assert box["left"] <= left
                assert right <= box["right"]
                assert box["top"] <= top
                assert bottom <= box["bottom"]


def test_a_box_shows_its_foreign_keys_and_leads_to_its_page(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / "picture.html")
    keys = "document.querySelectorAll('.link.near').length"
    page.evaluate("document.querySelector('.box[aria-label=encounters]').focus()")
    assert page.evaluate(keys) == 5
    place = boxes(page)[0]
    page.point(place["left"] + 20, place["top"] + 10)
    assert page.evaluate(keys) == 1
    page.evaluate("document.querySelector('.box[aria-label=encounters]').focus()")
    page.press("Enter")
    page.wait_until_loaded()
    assert page.evaluate("document.querySelector('h1').textContent") == "encounters"
    assert "encounters" in {box["name"] for box in boxes(page)}
    assert overlapping(boxes(page)) == []


def test_types_and_reasons_are_shown_on_hover_and_on_focus(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / "queries/generated.appointments.list_day_schedule.html")
    tip = "document.getElementById('tip')"
    assert page.evaluate(f"{tip}.hidden") is True
    page.evaluate("document.querySelector('.code a.parameter').focus()")
    text = page.evaluate(f"{tip}.innerText")
    assert ":practitioner_id" in text
    assert "uuid → UUID" in text
    assert "compared with appointments.practitioner_id" in text
    place = page.evaluate(
        f"(({{top, bottom}}) => [top, bottom])({tip}.getBoundingClientRect())"
    )
    assert 0 <= place[0] < place[1] <= 900
    page.press("Escape")
    assert page.evaluate(f"{tip}.hidden") is True
    page.evaluate("document.activeElement.blur()")
    left, top = page.evaluate(
        "(({left, top}) => [left, top])([...document.querySelectorAll('.code a.column')]"
        ".find(a => a.textContent === 'finished').getBoundingClientRect())"
    )
    page.point(left + 5, top + 5)
    assert "boolean → bool" in page.evaluate(f"{tip}.innerText")
    page.point(5, 5)
    assert page.evaluate(f"{tip}.hidden") is True


def test_the_colours_can_be_chosen_and_stay(clinic: Path, page: BrowserPage) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.open(clinic / "index.html")
    light = page.evaluate(ground)
    page.prefer(scheme="dark")
    dark = page.evaluate(ground)
    assert dark != light
    # The page is told of it a moment later.
    page.evaluate("""new Promise(resolve => {
        const look = () => document.getElementById('theme').textContent === 'Light'
            ? resolve(true) : setTimeout(look, 10);
        look();
    })""")
    page.evaluate("document.getElementById('theme').click()")
    assert page.evaluate(ground) == light
    page.open(clinic / "picture.html")
    assert page.evaluate(ground) == light
    page.evaluate("document.getElementById('theme').click()")
    assert page.evaluate(ground) == dark
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_no_page_is_wider_than_its_window(
    clinic: Path, hostile: Path, page: BrowserPage, width: int
) -> None:
    page.size(width, 800)
    for file in [*pages_of(hostile / "site"), *[clinic / name for name in CLINIC]]:
        page.open(file)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file


def test_on_paper_there_is_neither_bar_nor_scrolling(
    clinic: Path, page: BrowserPage
) -> None:
    page.prefer(scheme="dark", media="print")
    page.open(clinic / "tables/public.patients.html")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.bar')).display"
    ) == ("none")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.picture')).overflow"
    ) == ("visible")


SCALE = "document.querySelector('.zoom output').value"
SCROLLED = (
    "(({scrollLeft, scrollTop}) => [scrollLeft, scrollTop])"
    "(document.querySelector('.picture'))"
)


def percent(page: BrowserPage) -> int:
    text: str = page.evaluate(SCALE)
    return int(text.removesuffix(" %"))


@pytest.mark.parametrize(("width", "height"), [(400, 800), (900, 500), (1280, 900)])
def test_the_picture_fits_into_the_window_at_first(
    clinic: Path, page: BrowserPage, width: int, height: int
) -> None:
    page.size(width, height)
    page.open(clinic / "picture.html")
    for box in boxes(page):
        assert box["left"] >= 0
        assert box["right"] <= width
    assert percent(page) <= 100
    # The lowest box is seen without scrolling, if the text above leaves room for a picture.
    if height >= 900:
        assert max(box["bottom"] for box in boxes(page)) <= height
    page.size(width // 2, height)
    page.evaluate("new Promise(resolve => requestAnimationFrame(resolve))")
    assert max(box["right"] for box in boxes(page)) <= width // 2


def test_the_picture_is_zoomed_and_moved_by_keyboard(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / "picture.html")
    first = percent(page)
    page.evaluate("document.querySelector('[data-zoom=in]').focus()")
    page.press("Enter")
    page.press("+")
    page.press("+")
    assert percent(page) > first * 1.8
    page.evaluate("document.querySelector('.picture').focus()")
    assert page.evaluate("document.activeElement.className").startswith("picture")
    before = page.evaluate(SCROLLED)
    page.press("ArrowDown")
    page.evaluate(f"""new Promise(resolve => {{
        const look = () => {SCROLLED}[1] !== {before[1]} ? resolve(true) : setTimeout(look, 10);
        look();
    }})""")
    # A box that is reached by Tab is moved into the window.
    page.evaluate("[...document.querySelectorAll('.box')].at(-1).focus()")
    left, right, top, bottom = page.evaluate("""(() => {
        const box = document.activeElement.getBoundingClientRect();
        const frame = document.querySelector('.picture').getBoundingClientRect();
        return [box.left - frame.left, frame.right - box.right, box.top - frame.top, frame.bottom - box.bottom];
    })()""")
    assert min(left, right, top, bottom) >= -1
    page.press("1")
    assert percent(page) == 100
    page.press("-")
    assert percent(page) == 80
    page.press("0")
    assert percent(page) == first
    for _ in range(20):
        page.press("-")
    assert percent(page) == 10
    for _ in range(30):
        page.press("+")
    assert percent(page) == 400
    assert page.errors == []


def mouse(page: BrowserPage, kind: str, x: float, y: float, **more: Any) -> None:
    page.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)


def test_the_picture_is_zoomed_and_moved_by_mouse(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / "picture.html")
    for _ in range(3):  # larger than its window, so that any part of it can be anywhere
        page.evaluate("document.querySelector('[data-zoom=in]').click()")
    first = percent(page)
    [box] = [box for box in boxes(page) if box["name"] == "encounters"]
    x, y = box["left"] + 10, box["top"] + 10
    for _ in range(3):  # Ctrl and the wheel; what is under the pointer stays there
        mouse(page, "mouseWheel", x, y, deltaX=0, deltaY=-120, modifiers=2)
    assert percent(page) > first * 2
    under = page.evaluate(
        f"document.elementFromPoint({x}, {y}).closest('.box').getAttribute('aria-label')"
    )
    assert under == "encounters"
    before = page.evaluate(SCROLLED)
    # The picture follows the mouse, and the box that it began on is no link then.
    mouse(page, "mousePressed", x, y, button="left", buttons=1, clickCount=1)
    for step in range(1, 6):
        place = (x - 20 * step, y - 10 * step)
        mouse(page, "mouseMoved", *place, button="left", buttons=1)
    mouse(page, "mouseReleased", x - 100, y - 50, button="left", clickCount=1)
    after = page.evaluate(SCROLLED)
    assert [a - b for a, b in zip(after, before, strict=True)] == pytest.approx(
        [100, 50], abs=1
    )
    assert page.evaluate("location.pathname").endswith("picture.html")
    # Without Ctrl, the wheel is the page's.
    scale = percent(page)
    mouse(page, "mouseWheel", 640, 500, deltaX=0, deltaY=40)
    assert percent(page) == scale
    # A click that moves nothing follows the link.
    page.evaluate("document.querySelector('[data-zoom=fit]').click(); scrollTo(0, 0)")
    [box] = [box for box in boxes(page) if box["name"] == "encounters"]
    x, y = box["left"] + 10, box["top"] + 10
    mouse(page, "mousePressed", x, y, button="left", buttons=1, clickCount=1)
    mouse(page, "mouseReleased", x, y, button="left", clickCount=1)
    page.wait_until_loaded()
    assert page.evaluate("document.querySelector('h1').textContent") == "encounters"


def test_nothing_moves_for_who_prefers_that(clinic: Path, page: BrowserPage) -> None:
    page.command(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-reduced-motion", "value": "reduce"}],
    )
    page.open(clinic / "picture.html")
    moving = page.evaluate("""
        [...document.querySelectorAll('*')].filter(one => {
            const style = getComputedStyle(one);
            return parseFloat(style.transitionDuration) || style.animationName !== 'none'
                || style.scrollBehavior === 'smooth';
        }).length
    """)
    assert moving == 0


def test_a_picture_that_was_zoomed_is_whole_on_paper(
    clinic: Path, page: BrowserPage
) -> None:
    page.open(clinic / "picture.html")
    for _ in range(5):
        page.evaluate("document.querySelector('[data-zoom=in]').click()")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.prefer(media="print")
    assert max(box["right"] for box in boxes(page)) <= page.evaluate("innerWidth")
    shown = page.evaluate("getComputedStyle(document.querySelector('.zoom')).display")
    assert shown == "none"


def test_pages_work_from_a_folder_of_any_name(
    clinic: Path, page: BrowserPage, tmp_path: Path
) -> None:
    folder = tmp_path / "a b#c?d%20é"
    shutil.copytree(clinic, folder)
    page.open(folder / "tables/public.patients.html")
    assert page.evaluate("location.protocol") == "file:"
    page.press("/")
    page.write("list_allergies_by")
    page.press("Enter")
    page.wait_until_loaded()
    title = page.evaluate("document.querySelector('h1').textContent")
    assert title == "list_allergies_by_severity"
    assert page.evaluate("location.protocol") == "file:"
    assert page.errors == []
