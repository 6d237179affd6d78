"""The project of docs/recipes.md: its files are the blocks of the page."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/recipes.md"


def blocks() -> Mapping[str, Sequence[str]]:
    """Return the blocks that stand below each path, in their order."""
    blocks = defaultdict(list)
    for path, block in re.findall(
        r"^`([^`\s]+)`:\n\n```(?:python|sql|toml)\n(.*?)^```$",
        PAGE.read_text(),
        re.DOTALL | re.MULTILINE,
    ):
        blocks[path].append(block)
    return blocks


def files() -> dict[str, str]:
    """Return the files by their paths; blocks of Python are two blank lines apart."""
    return {
        path: ("\n\n" if path.endswith(".py") else "\n").join(texts)
        for path, texts in blocks().items()
    }
