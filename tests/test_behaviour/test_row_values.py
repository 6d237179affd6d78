"""What rows within rows have in their fields is what columns of the same values have."""

from typing import Any, get_type_hints

import pytest
from typeguard import CollectionCheckStrategy, check_type

from tests.test_behaviour.packages import Build, Connection
from tests.test_behaviour.test_types import _Anything, _same
from tests.test_behaviour.values import SCHEMA, optional_types, values

pytestmark = pytest.mark.filterwarnings("ignore::typeguard.TypeHintWarning")


class Wrapped:
    """A project's own type, which is called with what is usual."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wrapped) and _same(self.value, other.value)

    __hash__ = None  # type: ignore[assignment]  # as of all classes that only define __eq__


WRAPPED = "tests.test_behaviour.test_row_values.Wrapped"

WRITE = """
-- name: write :exec
INSERT INTO source VALUES (:id, {parameters});
"""
OVERRIDDEN = """
-- name: plain :many
SELECT {overridden} FROM t ORDER BY id;
-- name: collected :one
SELECT ARRAY(SELECT s FROM (SELECT id, {overridden} FROM t) AS s ORDER BY s.id) AS rows;
"""
CONFIGURED = """
-- name: whole :many
SELECT id, t FROM t ORDER BY id;
-- name: listed :one
SELECT ARRAY(SELECT t FROM t ORDER BY id) AS rows;
-- name: through :many
SELECT s.t FROM (SELECT t, id FROM t) AS s ORDER BY id;
"""
CONSTRUCTED = """
-- name: constructed :many
SELECT ROW({columns}) AS r FROM t ORDER BY id;
-- name: with_null :many
SELECT ROW({with_null}) AS r FROM t ORDER BY id;
-- name: nested :many
SELECT ROW(id, ROW({columns}), t.*, ARRAY(SELECT ROW({inner}) FROM t AS i WHERE i.id = t.id)) AS r
FROM t ORDER BY id;
"""


@pytest.mark.parametrize(
    ("override", "configured"),
    [
        ("", ""),
        (WRAPPED, ""),
        ("str", ""),
        ("typing.Any", ""),
        ("", WRAPPED),
        ("", "str"),
    ],
)
def test_fields_are_what_columns_are(
    build: Build, connection: Connection, override: str, configured: str
) -> None:
    extra = optional_types(connection)
    names = list(values(_Anything()) | extra)
    numbers = range(len(names))
    columns = ", ".join(f"v{n} {x}, a{n} {x}[]" for n, x in enumerate(names))
    every = ", ".join(f"v{n}, a{n}" for n in numbers)
    v, a = (f": {override}", f": list[{override}]") if override else ("", "")
    queries = WRITE + OVERRIDDEN + CONFIGURED * (not override)
    queries += CONSTRUCTED * (not override and not configured)
    package = build(
        f"{SCHEMA} CREATE TABLE source (id int, {columns}); CREATE TABLE t (LIKE source);",
        queries.format(
            parameters=every.replace("v", ":v").replace("a", ":a"),
            overridden=", ".join(
                f'v{n} AS "v{n}{v}", a{n} AS "a{n}{a}"' for n in numbers
            ),
            columns=every,
            inner=every.replace("v", "i.v").replace("a", "i.a"),
            with_null=", ".join(f"array_append(a{n}, NULL)" for n in numbers),
        ),
        columns={f"t.v{n}": configured for n in numbers if configured},
    )
    q = package.sub("q")
    of_type = list((values(package.sub("models")) | extra).values())
    stored = _stored(of_type)
    for place, row in enumerate(stored):
        pairs = {f"v{n}": v for n, (v, _) in enumerate(row)}
        pairs |= {f"a{n}": a for n, (_, a) in enumerate(row)}
        q.write(connection, id=place, **pairs)
    connection.execute("INSERT INTO t SELECT * FROM source")

    def rows(name: str) -> Any:
        function = getattr(q, name)
        result = function(connection)
        _check(result, get_type_hints(function)["return"])
        return result

    plain = [_fields(row, numbers) for row in rows("plain")]
    _compare(names, plain, [_fields(row, numbers) for row in rows("collected")])
    if override:
        return  # in the other queries, nothing is overridden
    for whole in (rows("listed"), rows("through"), [row.t for row in rows("whole")]):
        _compare(names, plain, [_fields(row, numbers) for row in whole])
    if configured:
        return  # what is configured for a column is not so for `ROW(…)`
    _compare(names, plain, stored)
    _compare(names, stored, [_numbered(row, numbers) for row in rows("constructed")])
    nested = rows("nested")
    _compare(names, stored, [_numbered(row.f2, numbers) for row in nested])
    _compare(names, stored, [_numbered(row, numbers, 4) for row in nested])
    last = 2 * len(numbers) + 4
    inner = [_numbered(getattr(row, f"f{last}")[0], numbers) for row in nested]
    _compare(names, stored, inner)
    appended = [[(0, [*(a or []), None]) for _, a in row] for row in stored]
    items = [
        [(0, getattr(row, f"f{n + 1}")) for n in numbers] for row in rows("with_null")
    ]
    _compare(names, appended, items)


def _stored(of_type: list[list[Any]]) -> list[list[tuple[Any, Any]]]:
    """Return rows of a value and an array for each type, among them NULL and empty arrays."""
    rows: list[list[tuple[Any, Any]]] = [
        [(all_[place % len(all_)], all_[: place + 1]) for all_ in of_type]
        for place in range(max(map(len, of_type)))
    ]
    return [*rows, [(None, []) for _ in of_type], [(all_[0], None) for all_ in of_type]]


def _fields(row: Any, numbers: range) -> list[tuple[Any, Any]]:
    return [(getattr(row, f"v{n}"), getattr(row, f"a{n}")) for n in numbers]


def _numbered(row: Any, numbers: range, first: int = 1) -> list[tuple[Any, Any]]:
    return [
        (getattr(row, f"f{2 * n + first}"), getattr(row, f"f{2 * n + first + 1}"))
        for n in numbers
    ]


def _compare(names: list[str], expected: list[Any], rows: list[Any]) -> None:
    assert len(expected) == len(rows)
    wrong = [
        (name, *pair)
        for one, other in zip(expected, rows, strict=True)
        for name, *pair in zip(names, one, other, strict=True)
        if not _same(*pair)
    ]
    assert not wrong, len(wrong)


def _check(value: Any, annotation: Any) -> None:
    """Check a value, and the fields of rows in it, against annotations."""
    everything = CollectionCheckStrategy.ALL_ITEMS
    check_type(value, annotation, collection_check_strategy=everything)
    if hasattr(value, "__dataclass_fields__"):
        for field, type_ in get_type_hints(type(value)).items():
            _check(getattr(value, field), type_)
    for item in value if isinstance(value, list) else ():
        _check(item, Any)
