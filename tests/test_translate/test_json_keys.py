"""Fields -> their keys in JSON."""

import pytest

from sqlgen.translate import names
from sqlgen.translate.json_keys import json_key


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("id", "id"),
        ("born_on", "bornOn"),
        ("a_b_c", "aBC"),
        ("line_1", "line1"),
        ("last__seen", "lastSeen"),
        ("class", "class"),
        ("from_", "from"),
        ("bornOn", "bornOn"),
        ("BornOn", "bornOn"),
        ("URL", "url"),
        ("URL_of_page", "urlOfPage"),
        ("page_URL", "pageURL"),
        ("élan_vital", "élanVital"),
        ("年_月", "年月"),
        ("a b-c", "aBC"),
        ("1st", "column1st"),
        ("_", "column"),
        ("", "column"),
    ],
)
def test_a_key(column: str, key: str) -> None:
    (field,) = names.field_names([column])
    assert json_key(field) == key
