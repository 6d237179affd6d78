"""Columns of `unnest(:a, :b)` are proved where the generated function refuses lists of unequal length."""

import pytest

from tests.test_infer.conftest import Typed

PROVED = (
    "SELECT a, b FROM unnest(:xs::int[], :ys::text[]) AS u (a, b)",
    "SELECT a, b, n FROM unnest(:xs::int[], :ys::text[]) WITH ORDINALITY AS u (a, b, n)",
    "SELECT a, b FROM ROWS FROM (unnest(:xs::int[]), unnest(:ys::text[])) AS u (a, b)",
    "SELECT unnest(:xs::int[]) AS a, unnest(:ys::text[]) AS b",
    "SELECT a, b FROM (SELECT unnest(:xs::int[]) + 1 AS a, upper(unnest(:ys::text[])) AS b) u",
    "SELECT a, b FROM unnest(:xs::int[], :xs::int[]) AS u (a, b)",
    "WITH u AS (SELECT * FROM unnest(:xs::int[], :ys::varchar[]::text[]) AS u (a, b)) SELECT a, b FROM u",
)
NOT_PROVED = (
    "SELECT a, b FROM unnest(:xs?::int[], :ys::text[]) AS u (a, b)",
    "SELECT a, b FROM unnest(:xs[?]::int[], :ys[?]::text[]) AS u (a, b)",
    "SELECT a, b FROM unnest(:xs::int[], ARRAY[1]) AS u (a, b)",
    "SELECT a, b FROM unnest(:xs::int[] || 1, :ys::int[]) AS u (a, b)",
    "SELECT a, b FROM ROWS FROM (unnest(:xs::int[]), generate_series(1, 2)) AS u (a, b)",
    "SELECT unnest(:xs::int[]) AS a, unnest(ARRAY[1]) AS b",
    "SELECT a, b FROM author LEFT JOIN unnest(:xs::int[], :ys::text[]) AS u (a, b) ON a = 1",
    "SELECT a, b FROM unnest_both(:xs, :ys) AS u (a, b)",
)
BODY = (
    "CREATE TABLE author (id int)",
    (
        "CREATE FUNCTION unnest_both(xs int[], ys int[]) RETURNS TABLE (a int, b int) LANGUAGE sql"
        " BEGIN ATOMIC SELECT * FROM unnest(xs, ys); END"
    ),
)


@pytest.mark.parametrize("statement", PROVED)
def test_elements_of_equally_long_lists_are_proved(
    typed: Typed, statement: str
) -> None:
    query = typed(statement)
    assert [column.nullable for column in query.columns if column.name in "ab"] == [
        False,
        False,
    ]
    assert {parameter.same_length for parameter in query.parameters} == {1}


@pytest.mark.parametrize("statement", NOT_PROVED)
def test_elements_of_lists_that_may_be_filled_up_are_not(
    typed: Typed, statement: str
) -> None:
    query = typed(statement, *BODY)
    assert all(column.nullable for column in query.columns)


def test_a_batch_takes_lists_of_any_length(typed: Typed) -> None:
    query = typed(
        "SELECT a, b FROM unnest(:xs::int[], :ys::text[]) AS u (a, b)", command="batch"
    )
    assert [column.nullable for column in query.columns] == [True, True]
    assert [parameter.same_length for parameter in query.parameters] == [0, 0]
