import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from sqlgen.read.toml_keys import key_places

TRICKY = '''\
top = 1 # a comment, with [brackets] and "quotes
"quoted key" = "]" # x = 1
'literal.key' = '#'
dotted . "two words".three = [1, "a ] b", [2, 3], { not_a_key = 1 }] # , x
[ table ."x.y" ] # name = 1
multi = """
[fake]
key = 1 \\""" quoted \\"""
"""
plain = \'\'\'
[fake]
\'\'\'
lines = [
  "a", # ]
  # key = 1
  1979-05-27T07:32:00Z,
]
[inline]
empty = {}
nested = { a = 1, b = { c = "}", "d.e" = [{ f = 1 }] }, g.h = \'{\' }
after = true
"\\u0061" = 1
[[array.of]]
tables = 1
[[array.of]]
tables = 2
'''


def keys(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from keys(item, (*path, key))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_places_of_keys(newline: str) -> None:
    text = TRICKY.replace("\n", newline)
    places = key_places(text)
    expected = set(keys(tomllib.loads(text)))
    # Arrays of tables are the one thing that has keys inside a list.
    assert set(places) == expected | {("array", "of", "tables")}
    for path, (start, end) in places.items():
        assert tomllib.loads(f"{text[start:end]} = 1") == {path[-1]: 1}


def test_nothing() -> None:
    assert key_places("") == {}
    assert key_places("# only\n") == {}
