"""PostgreSQL's text of an expression -> the text that PostgreSQL has of it after it was read once more.

`c IN ('a', 'b')` on a varchar column is `(c)::text = ANY ((ARRAY['a'::character varying, …])::text[])`. The
parser reads a cast of ARRAY[…] as casts of its elements, so that a database that is made by such a text says
`ANY (ARRAY[('a'::character varying)::text, …])` of the same condition.
"""

import re
from collections.abc import Iterator
from typing import Final

_QUOTED: Final = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\""""
_CAST: Final = re.compile(
    rf"\(ARRAY\[(?P<elements>(?:[^\[\]'\"]|{_QUOTED})*)\]\)::(?P<type>[\w .]+)\[\]"
)
_PART: Final = re.compile(rf"{_QUOTED}|.", re.DOTALL)


def with_casts_of_elements(text: str) -> str:
    """Return *text* with casts of arrays' elements in place of those of the arrays."""
    return _CAST.sub(_cast_elements, text)


def _cast_elements(match: re.Match[str]) -> str:
    elements = [f"({one})::{match['type']}" for one in _elements(match["elements"])]
    return f"ARRAY[{', '.join(elements)}]"


def _elements(text: str) -> Iterator[str]:
    """Yield the parts between the commas that are in no parentheses and no quotes."""
    depth, element = 0, ""
    for part in _PART.findall(text):
        depth += (part == "(") - (part == ")")
        if part == "," and not depth:
            yield element.strip()
            element = ""
        else:
            element += part
    yield element.strip()
