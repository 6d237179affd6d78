import re

import pytest

from sqlgen.translate.row_layout import in_lines, whole_row

COLUMNS = [f"t.a_column_of_the_table_{number}" for number in range(4)]
ROW = ["ROW(" + COLUMNS[0], *COLUMNS[1:-1], COLUMNS[-1] + ")::text AS t"]
NAME = re.compile(r'"(?:[^"]|"")*"')
ADDRESS = "CASE WHEN t.address IS DISTINCT FROM NULL THEN ROW((t.address).street, (t.address).city) END"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "SELECT x, ",
            """\
ROW(
    t.a_column_of_the_table_0, t.a_column_of_the_table_1, t.a_column_of_the_table_2,
    t.a_column_of_the_table_3
)::text AS t""",
        ),
        (
            "        SELECT ",
            """\
ROW(
            t.a_column_of_the_table_0, t.a_column_of_the_table_1,
            t.a_column_of_the_table_2, t.a_column_of_the_table_3
        )::text AS t""",
        ),
    ],
)
def test_a_long_row_has_its_columns_on_lines_of_their_own(
    line: str, expected: str
) -> None:
    assert whole_row(ROW, line) == expected


def test_a_short_row_stays_on_its_line() -> None:
    assert whole_row(["ROW(t.a", "t.b)::text"], "SELECT ") == "ROW(t.a, t.b)::text"


def test_a_long_row_within_a_row_is_broken_too() -> None:
    assert whole_row([f"ROW({COLUMNS[0]}", ADDRESS, "t.b)::text"], "  ") == """\
ROW(
      t.a_column_of_the_table_0,
      CASE WHEN t.address IS DISTINCT FROM NULL THEN ROW(
          (t.address).street, (t.address).city
      ) END,
      t.b
  )::text"""


def test_a_long_row_among_the_columns_of_a_star_is_broken() -> None:
    assert in_lines(["t.a", f"{ADDRESS} AS address", "t.b"], 7) == """\
t.a,
       CASE WHEN t.address IS DISTINCT FROM NULL THEN ROW(
           (t.address).street, (t.address).city
       ) END AS address,
       t.b"""


def test_what_is_no_row_is_left_alone() -> None:
    assert whole_row(["t.a", "t.b"], "SELECT ") is None
    assert whole_row(['"ROW(".a', "t.b"], "SELECT ") is None
    assert whole_row(["ROW((t.a).x)::text", "t.b"], "SELECT ") is None


@pytest.mark.parametrize(
    "column",
    ['t."a, b"', 't.") , ("', 't."x""), y"', "(f($1, g(2))).c", 't."CASE WHEN ROW("'],
)
def test_names_are_never_broken(column: str) -> None:
    pieces = [f"ROW({column}", *COLUMNS, f"""{column})::text AS "t ), (::text\""""]
    text, whole = whole_row(pieces, "SELECT "), ", ".join(pieces)
    assert text is not None
    assert "\n" in text
    assert re.sub(r"\s", "", text) == re.sub(r"\s", "", whole)
    assert NAME.findall(text) == NAME.findall(whole)


@pytest.mark.parametrize(
    "column", ["(f('a, b')).c", "(f($$,$$)).c", "(f(1 /* , */)).c"]
)
def test_what_may_hide_a_comma_keeps_a_row_on_its_line(column: str) -> None:
    pieces = [f"ROW({column}", *COLUMNS, "t.z)::text"]
    assert whole_row(pieces, "SELECT ") == ", ".join(pieces)
