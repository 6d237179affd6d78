"""Names in quotes that seem to be parameters, and those that are text for sure."""

import pytest

from sqlgen.model.diagnostic import Diagnostic
from tests.test_infer.conftest import Typed


def warnings(typed: Typed, condition: str) -> list[Diagnostic]:
    statement = f"SELECT id FROM patients WHERE {condition}"
    found = typed(statement).warnings
    return [warning for warning in found if warning.code == "quoted-parameter"]


@pytest.mark.parametrize(
    ("condition", "instead"),
    [
        ("name = ':name'", ":name"),
        ("name LIKE '%:part%'", "'%' || :part || '%'"),
        ("name LIKE '%:a-:b%'", "'%' || :a || '-' || :b || '%'"),
        ("name LIKE ':a:b'", None),  # a name ends at the next one's colon
        ("name LIKE 'Dr. :name%'", "'Dr. ' || :name || '%'"),
        ("name NOT ILIKE '%(:name)%'", "'%(' || :name || ')%'"),
        ("name SIMILAR TO 'x :name'", "'x ' || :name"),
        (r"name LIKE E'\\%:part'", r"E'\\%' || :part"),
        (r"name LIKE '\:a' OR name = ':part'", r"'\' || :a"),
        ("name LIKE 'it''s :part'", "'it''s ' || :part"),
        ("name ~ '^:start'", "'^' || :start"),
        ("tags @> '{:tag}'", "'{' || :tag || '}'"),
        ("name = 'Dr. :name' OR mrn = :name", "'Dr. ' || :name"),
        ("name = 'about :other' OR mrn = :name", None),
        ("name = '-- :name' OR mrn = :name", "'-- ' || :name"),
        ("name = 'x' /* ':name' */", None),
        ("name = 'x' -- it's '%:name%'", None),
        ("name = $$':name'$$", None),
        # Times, casts, JSON, URLs, classes of characters, weights and faces.
        ("name LIKE '%10:30%'", None),
        ("name LIKE '%12:mm%'", None),
        ("name LIKE '%::text%'", None),
        ("name LIKE '%http://%'", None),
        ("name LIKE '%mailto:me%'", None),
        ("name LIKE '%:smile:%'", None),
        ("name LIKE 'fine :D'", None),
        ("name ~ '^[[:alpha:]]+$'", None),
        ("to_char(now(), 'HH24:MI:SS') = name", None),
        ("'{\"a\":b}'::text = name", None),
        ("'{\"a\":true}'::jsonb @> '1'", None),
        ("to_tsvector(name) @@ to_tsquery('house:A')", None),
        ("'{1,2,3}'::int[] = ('{1,2,3}'::int[])[1:id]", None),
        ("name = 'a'::text AND born_on > '2020-01-01'::date", None),
    ],
)
def test_names_in_quotes(typed: Typed, condition: str, instead: str | None) -> None:
    found = warnings(typed, condition)
    expected = [f"write `{instead}`"] if instead else []
    assert [warning.hint for warning in found][:1] == expected


def test_several_names_in_one_string(typed: Typed) -> None:
    [warning] = warnings(typed, "name LIKE '%:a-:b (:a)%'")
    assert warning.message == (
        "`:a` and `:b` are text here, and no parameters, because they are in quotes"
    )
    assert warning.hint == ("write `'%' || :a || '-' || :b || ' (' || :a || ')%'`")
