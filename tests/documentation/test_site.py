"""The documentation's site: it is built without a warning, knows each command, and loads nothing from elsewhere."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

from sqlgen.cli.group import COMMANDS, main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    config = str(ROOT / "site/mkdocs.yml")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", config, "-d", folder],
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_each_command_is_described(site: Path) -> None:
    page = (site / "commands.html").read_text()
    described = set(re.findall(r'<h[1-4] id="sqlgen-([\w-]+)"', page))
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert name in described
        if isinstance(command, click.Group):
            assert {f"{name}-{inner}" for inner in command.commands} <= described


def test_each_page_is_listed_once(site: Path) -> None:
    page = (site / "start.html").read_text()
    lists = page.partition('data-md-component="sidebar"')[2]
    lists = lists.partition('data-md-component="sidebar"')[0]
    places = re.findall(r'<a href="([\w./-]+\.html)" class="md-nav__link', lists)
    assert "tutorial.html" in places
    assert len(places) == len(set(places))


class _Resources(HTMLParser):
    """Collects what a browser would load for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("src"):
            self.loaded.append(str(given["src"]))
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(str(given["href"]))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        resources = _Resources()
        resources.feed(page.read_text())
        assert resources.loaded
        for target in resources.loaded:
            assert not target.startswith(("http:", "https:", "//")), (page, target)


def test_links_to_the_repository_are_pages_or_text(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert 'href="security.html"' in page
    assert 'href="queries.html#queries-that-vary"' in page
    assert "](../" not in page
