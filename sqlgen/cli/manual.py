"""The pages of the documentation that are installed with sqlgen, for `sqlgen help`."""

import re
from pathlib import Path
from typing import Final

from ..model.frozen import frozen

PAGES: Final = {
    "start": "Start in five minutes",
    "tutorial": "A service from nothing to its first change of the schema",
    "recipes": "A whole service with FastAPI: search, pages, PATCH, CSV, tests",
    "queries": "Query files: parameters, rows, overrides, queries that vary",
    "nullability": "What is proved about NULL, and what cannot be",
    "configuration": "All settings of `[tool.sqlgen]`",
    "migrations": "Migrations, their warnings, and the development database",
    "adopting": "A schema that Alembic, Django, dbmate or others make",
    "importing": "Coming from sqlc, SQLx, PgTyped or aiosql",
    "coming-from-sqlalchemy": "Coming from SQLAlchemy",
    "deploying": "What a migration breaks, and what goes first",
    "plans": "Conditions without an index, and the plans of your server",
    "pages": "Pages of queries and schema for a browser",
    "editors": "Setting up your editor",
    "ci": "Continuous integration, and hooks before a commit",
    "poolers": "PgBouncer and other poolers",
    "templates": "Your own templates of the generated code",
    "containers": "Docker, and users without a home",
    "platforms": "Operating systems and Pythons",
    "upgrading": "A newer sqlgen or PostgreSQL",
    "performance": "Speed, measured",
    "proofs": "How sqlgen itself is tested",
    "comparison": "sqlgen beside other tools",
    "security": "What sqlgen trusts",
}
"""The pages in the order in which a newcomer needs them, and what each is about."""

_FENCE: Final = re.compile(r"^ *```")
_HEADING: Final = re.compile(r"(?P<marks>#{1,6}) +(?P<title>.+)")
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)


@frozen
class PageSection:
    """A section of a page with the sections within it; `text` begins with its heading."""

    title: str
    text: str


def page(name: str) -> str:
    """Return the Markdown of one of `PAGES`, without the comments that are for tests."""
    return _COMMENT.sub("", _place(name).read_text("utf-8"))


def sections(text: str) -> tuple[PageSection, ...]:
    """Return the sections of a page in their order, also those within others."""
    lines = text.splitlines(keepends=True)
    heads: list[tuple[int, int, str]] = []
    is_code = False
    for number, line in enumerate(lines):
        is_code ^= bool(_FENCE.match(line))
        if not is_code and (match := _HEADING.fullmatch(line.rstrip())):
            heads.append((number, len(match["marks"]), match["title"]))
    found: list[PageSection] = []
    for n, (start, depth, title) in enumerate(heads):
        ends = [line for line, other, _ in heads[n + 1 :] if other <= depth]
        section = "".join(lines[start : min(ends, default=len(lines))])
        found.append(PageSection(title.replace("`", ""), section))
    return tuple(found)


def matching(text: str, words: str) -> PageSection | None:
    """Return the section of a page whose title is *words*, else one that begins with or has them."""
    wanted = _plain(words)
    titles = [(_plain(section.title), section) for section in sections(text)]
    for test in (str.__eq__, str.startswith, str.__contains__):
        for title, section in titles:
            if wanted and test(title, wanted):
                return section
    return None


def found_sections(words: str) -> tuple[str, ...]:
    """Return the pages with the sections whose titles have all of the *words*: `importing sqlc`."""
    wanted = _plain(words)
    return tuple(
        f"{name} {_plain(section.title)}"
        for name in PAGES
        for section in sections(page(name))[1:]
        if wanted and f" {wanted} " in f" {_plain(section.title)} "
    )


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))


def _place(name: str) -> Path:
    """Return the file of a page: in the installed package, or in the repository that it is run from."""
    installed = Path(__file__).with_name("pages") / f"{name}.md"
    if installed.exists():
        return installed
    root = Path(__file__).parents[2]
    return root / "SECURITY.md" if name == "security" else root / "docs" / f"{name}.md"
