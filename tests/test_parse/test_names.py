"""The names of tables in English -> the name of one of their rows."""

import pytest

from sqlgen.parse import singular

NAMES = {
    "patients": "patient",
    "order_lines": "order_line",
    "categories": "category",
    "addresses": "address",
    "branches": "branch",
    "wishes": "wish",
    "boxes": "box",
    "houses": "house",
    "warehouses": "warehouse",
    "prices": "price",
    "order_statuses": "order_status",
    "people": "person",
    "movies": "movie",
    "series": "series",
    "status": "status",
    "address": "address",
    "analysis": "analysis",
    "stock": "stock",
    "ties": "tie",
    "s": "s",
}


@pytest.mark.parametrize("plural", NAMES)
def test_singular(plural: str) -> None:
    assert singular(plural) == NAMES[plural]
