"""Statements of generated functions are broken as black breaks them, whatever the lengths of their names."""

import black
import pytest

from sqlgen.render.breaking import WIDTH, broken

STATEMENTS = {
    "an order": "cursor.execute(*{NAME}_VARIANTS.sorted_by(sort).given(owner_id, {name}, as_int8({name})))",
    "several keys": "await cursor.execute(*{NAME}_VARIANTS.sorted_by_each(params.sort).given({name}, code))",
    "an order alone": "cursor.execute(*{NAME}_VARIANTS.sorted_by(sort).given({name}))",
    "a page": (
        "cursor.execute(*{NAME}_PAGES.statement({NAME}_VARIANTS.given(state, array_of({name})), size, after, sort))"
    ),
    "what may be unset or None": (
        "cursor.execute(*X_VARIANTS.given({name} if {name} is UNSET else None if {name} is None else as_int4({name}), id))"
    ),
    "alone": (
        "cursor.execute(*{NAME}_VARIANTS.given({name} if {name} is UNSET else None if {name} is None else {name}.as_tuple()))"
    ),
    "what may be unset": (
        "cursor.execute(*X_VARIANTS.given({name} if {name} is UNSET else array_of({name}, int8_text), id))"
    ),
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_statements_of_queries_that_vary(statement: str) -> None:
    certain = 0
    for length in range(1, 70):
        name = "n" * length
        line = 8 * " " + statement.replace("{name}", name).replace(
            "{NAME}", name.upper()
        )
        pieces = broken(line) if len(line) > WIDTH else [line]
        if max(map(len, pieces)) > WIDTH:
            continue  # black is asked
        certain += 1
        around = ["async def f():", "    with raw_cursor(conn) as cursor:"]
        by_black = black.format_str("\n".join([*around, line]), mode=black.Mode())
        assert by_black.splitlines() == [*around, *pieces]
    assert certain > 15
