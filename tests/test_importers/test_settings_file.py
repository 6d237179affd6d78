"""Settings in a configuration: what was there stays as it was, and what is new is there afterwards."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from sqlgen.importers.settings_file import with_settings

LINES = st.sampled_from(
    [
        "",
        "# a comment",
        "[tool.sqlgen]",
        "[ tool . sqlgen ] # ours",
        "[tool.sqlgen.names]",
        "[tool.sqlgen.types]",
        "[[tool.other]]",
        "[tool.other.names]",
        'schema = "dump.sql"',
        'schema = "other.sql"',
        'mode = "sync"',
        '"books" = "Book"',
        '"books" = "Tome"',
        'names = {"books" = "Tome"}',
        'a = """',
        '"""',
        "a = [",
        "]",
    ]
)
ADDED = st.sampled_from(
    [
        '[tool.sqlgen]\nschema = "dump.sql"\n',
        '[tool.sqlgen.names]\n"books" = "Book"\n',
        '[tool.sqlgen]\nschema = "dump.sql"\n\n[tool.sqlgen.names]\n"books" = "Book"\n"loans" = "Loan"\n',
        '[tool.sqlgen.types]\n# "money" = "app.types.Money"  # was "Money" in Go\n',
        '[tool.sqlgen.schema]\ncommand = ["a", "b"]\n',
    ]
)


def has(whole: object, part: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and has(whole[key], part[key]) for key in part)
    return whole == part


@settings(max_examples=1000)
@given(st.lists(LINES, max_size=8).map("\n".join), ADDED)
def test_any_text(before: str, added: str) -> None:
    try:
        present = tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return
    after = with_settings(before, added)
    if after is None:
        return
    result = tomllib.loads(after)
    assert has(result, present)
    assert has(result, tomllib.loads(added))
    rest = iter(after.splitlines())
    assert all(line in rest for line in before.splitlines())
    assert with_settings(after, added) == after


def test_a_key_of_another_table_is_another_key() -> None:
    before = '[tool.other]\n"books" = "Book"\n[tool.sqlgen.names]\n'
    after = with_settings(before, '[tool.sqlgen.names]\n"books" = "Book"\n')
    assert after == f'{before}"books" = "Book"\n'
