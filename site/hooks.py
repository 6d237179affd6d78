"""Hooks of MkDocs: files of the repository's root as pages, and links that fit the site.

Links in docs/ are those of the repository, so that they work where its files are shown: `../SECURITY.md`
is a page of the site, and a link to a folder or a test, which is none, becomes its text.
"""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files of the root, and the pages that they become."""

_LINK = re.compile(
    r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)", re.DOTALL
)
_CODE = re.compile(r"```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def on_files(files: Any, *, config: Any) -> Any:
    """Add the pages of the root's files, and the script beside this file."""
    for name, page in PAGES.items():
        text = _in_docs((ROOT / name).read_text("utf-8"))
        files.append(File.generated(config, page, content=text))
    script = (ROOT / "site/iframe-worker.js").read_text("utf-8")
    files.append(File.generated(config, "assets/iframe-worker.js", content=script))
    return files


def on_post_build(*, config: Any) -> None:
    """Delete the sitemap, which lists no page if it is not known where the site will be."""
    if not config.site_url:
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            Path(config.site_dir, name).unlink(missing_ok=True)


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Return the page with links to the site's own pages."""
    depth = page.file.src_uri.count("/")
    return _LINK.sub(lambda link: _of_site(link, depth), markdown)


def _in_docs(text: str) -> str:
    """Return the text of a file of the root as if it was in docs/."""

    def moved(link: re.Match[str]) -> str:
        target = link["target"]
        if target.startswith(("#", "http:", "https:", "mailto:")):
            return link[0]
        inside = target.removeprefix("docs/")
        return f"[{link['text']}]({inside if inside != target else f'../{target}'})"

    return _LINK.sub(moved, text)


def _of_site(link: re.Match[str], depth: int) -> str:
    path, _, anchor = link["target"].partition("#")
    above = "../" * (depth + 1)
    if not path.startswith(above):
        return link[0]
    page = PAGES.get(path.removeprefix(above))
    if page is None:
        return link["text"]
    return f"[{link['text']}]({'../' * depth}{page}{'#' * bool(anchor)}{anchor})"
