"""The documentation's site from the disk, in a real browser: the search finds, and nothing is loaded from elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chromium import BrowserPage, chromium

ROOT = Path(__file__).parents[2]
FOUND = """new Promise((resolve, reject) => {
  const end = Date.now() + 20000
  const look = () => {
    const links = [...document.querySelectorAll(".md-search-result__link")].map((link) => link.href)
    if (links.length) resolve(links)
    else if (Date.now() > end) reject(new Error("nothing is found"))
    else setTimeout(look, 20)
  }
  look()
})"""


@pytest.mark.system
def test_the_search_finds_from_the_disk(tmp_path: Path) -> None:
    site = tmp_path / "site"
    config = str(ROOT / "site/mkdocs.yml")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", config, "-d", str(site)],
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    with chromium(tmp_path / "browser") as browser:
        page = BrowserPage(browser)
        page.open(site / "decisions/index.html")
        page.evaluate("document.querySelector('.md-search__input').focus()")
        page.write("unnest")
        links = page.evaluate(FOUND)
        assert any("/queries.html" in link for link in links)
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map((entry) => entry.name)"
        )
        assert [url for url in loaded if not url.startswith("file://")] == []
        assert page.errors == []
