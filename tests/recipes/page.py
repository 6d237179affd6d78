"""The project of docs/recipes.md: its files are the blocks of the page."""

from collections.abc import Mapping, Sequence

from tests import page_files

PAGE = page_files.DOCS / "recipes.md"


def blocks() -> Mapping[str, Sequence[str]]:
    """Return the blocks that stand below each path, in their order."""
    return page_files.blocks(PAGE.read_text())


def files() -> dict[str, str]:
    """Return the files by their paths."""
    return page_files.files(PAGE.read_text())
