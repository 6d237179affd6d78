"""A page of the documentation -> the project that its blocks are the files of, and its commands."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_FILE = re.compile(
    r"^`(?P<path>[^`\s]+)`:\n\n```(?:python|sql|toml)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(text: str) -> Mapping[str, Sequence[str]]:
    """Return the blocks that stand below each path, in their order."""
    found = defaultdict(list)
    for block in _FILE.finditer(text):
        found[block["path"]].append(block["text"])
    return found


def files(text: str) -> dict[str, str]:
    """Return the files by their paths; blocks of Python are two blank lines apart."""
    return {
        path: ("\n\n" if path.endswith(".py") else "\n").join(texts)
        for path, texts in blocks(text).items()
    }


@dataclass(frozen=True)
class Step:
    """A command after `$` in a console, and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]


def steps(text: str) -> Iterator[Step]:
    """Return the commands of the page's consoles; what is behind a `#` is a remark."""
    for console in _CONSOLE.findall(text):
        for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield Step(
                re.sub(r"\s+#.*", "", command),
                tuple(line for line in shown if line.strip("… ")),
            )


def python(text: str) -> list[str]:
    """Return the page's blocks of Python."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
