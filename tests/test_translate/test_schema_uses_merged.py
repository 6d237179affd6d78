"""What all modules use of the schema is merged into one use for each column, in whatever order they come."""

from dataclasses import replace
from itertools import permutations

import pytest

from sqlgen.model.python import ColumnUse, ValueUse
from sqlgen.translate.shared.schema_uses import merged_columns, merged_values

COLUMN = ColumnUse(
    schema="", relation="t", column="a", type="", not_null=False, queries=()
)
COLUMNS = (
    replace(COLUMN, queries=("z.first",)),
    replace(COLUMN, type="text", queries=("y.second", "z.first")),
    replace(COLUMN, not_null=True, queries=("x.third",)),
    replace(COLUMN, column="A", queries=("x.third",)),
)
VALUE = ValueUse(values=("on", "off"), readers=(), writers=(), type="switch")
VALUES = (
    replace(VALUE, readers=("z.first",)),
    replace(VALUE, readers=("y.second",), writers=("z.first",)),
    replace(VALUE, writers=("x.third", "z.first")),
    replace(VALUE, type="other", readers=("x.third",)),
)


@pytest.mark.parametrize("uses", list(permutations(COLUMNS)))
def test_a_column_has_all_queries_once_in_order(uses: tuple[ColumnUse, ...]) -> None:
    queries = ("x.third", "y.second", "z.first")
    merged = replace(COLUMN, type="text", not_null=True, queries=queries)
    assert merged_columns(uses) == (COLUMNS[3], merged)


@pytest.mark.parametrize("uses", list(permutations(VALUES)))
def test_values_have_all_readers_and_writers_once_in_order(
    uses: tuple[ValueUse, ...],
) -> None:
    merged = replace(
        VALUE, readers=("y.second", "z.first"), writers=("x.third", "z.first")
    )
    assert merged_values(uses) == (VALUES[3], merged)
