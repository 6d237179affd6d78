"""Time generated functions and psycopg used by hand in turn, and print medians and ratios.

    python -m tests.benchmarks.runtime [--rounds 40] [--server URL]

The functions of a pair run in turn, so that a busy machine affects both. Times are processor time of
the client, without the server's. For one row by its key, the time on the clock is printed too. For
streams, the memory is printed. The import of modules is compared with the import of their dataclasses
alone.
"""

import argparse
import ast
import asyncio
import base64
import datetime
import gc
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg

from sqlgen import build, database, read
from tests.benchmarks.workload import Size, write_sqlgen

Connection = psycopg.Connection[Any]
AsyncConnection = psycopg.AsyncConnection[Any]

SCHEMA = """\
CREATE TYPE size AS ENUM ('small', 'medium', 'large');
CREATE TABLE items (
    id         bigint PRIMARY KEY,
    code       text NOT NULL UNIQUE,
    title      text NOT NULL,
    note       text,
    quantity   integer NOT NULL,
    weight     double precision NOT NULL,
    amount     numeric(12, 2) NOT NULL,
    active     boolean NOT NULL,
    owner_id   uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE documents (
    id         bigint PRIMARY KEY,
    title      text NOT NULL,
    note       text,
    quantity   integer NOT NULL,
    amount     numeric(12, 2) NOT NULL,
    owner_id   uuid NOT NULL,
    starts_on  date NOT NULL,
    created_at timestamptz NOT NULL,
    tags       text[] NOT NULL,
    details    jsonb NOT NULL
);
CREATE TABLE sized (
    id       bigint PRIMARY KEY,
    title    text NOT NULL,
    quantity integer NOT NULL,
    amount   numeric NOT NULL,
    size     size
);
CREATE TABLE target (
    id         bigint NOT NULL,
    title      text NOT NULL,
    weight     double precision NOT NULL,
    owner_id   uuid NOT NULL,
    starts_on  date NOT NULL
);
CREATE TABLE defaults (
    id        bigint PRIMARY KEY,
    title     text NOT NULL,
    weight    double precision NOT NULL DEFAULT 1,
    starts_on date NOT NULL DEFAULT CURRENT_DATE
);
CREATE TABLE people (
    id        bigint PRIMARY KEY,
    name      text NOT NULL,
    email     text NOT NULL,
    note      text,
    joined_on date NOT NULL,
    balance   numeric NOT NULL
);
CREATE TABLE orders (
    id         bigint PRIMARY KEY,
    person_id  bigint NOT NULL REFERENCES people,
    title      text NOT NULL,
    quantity   integer NOT NULL,
    amount     numeric NOT NULL,
    paid       boolean NOT NULL,
    ordered_at timestamptz NOT NULL
);
INSERT INTO items
SELECT n, 'code ' || n, 'title ' || n, nullif('note', 'note' || n % 2), n % 100, n / 7.0, n * 1.25,
    n % 3 = 0, gen_random_uuid(), '2024-01-01T00:00Z'::timestamptz + n * interval '1 hour'
FROM generate_series(1, 2000) AS n;
INSERT INTO documents
SELECT id, title, note, quantity, amount, owner_id, created_at::date, created_at,
    ARRAY[code, title], jsonb_build_object('a', id, 'b', ARRAY[1, 2])
FROM items;
INSERT INTO sized
SELECT n, 'title ' || n, n % 100, n * 1.25, (ARRAY['small', 'medium', 'large', NULL]::size[])[1 + n % 4]
FROM generate_series(1, 2000) AS n;
CREATE TABLE entries (
    id         bigint PRIMARY KEY,
    owner      text NOT NULL,
    title      text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX entries_in_order ON entries (owner, created_at DESC, id DESC);
INSERT INTO entries
SELECT n, 'ada', 'title ' || n, '2024-01-01T00:00Z'::timestamptz + n / 3 * interval '1 second'
FROM generate_series(1, 100000) AS n;
INSERT INTO people
SELECT n, 'name ' || n, 'name' || n || '@example.org', nullif('note', 'note' || n % 2), date '2020-01-01' + n, n * 1.25
FROM generate_series(1, 400) AS n;
INSERT INTO orders
SELECT id, 1 + id % 400, title, quantity, amount, active, created_at FROM items;
ANALYZE;
"""

QUERIES = """\
-- name: get_item :one
SELECT * FROM items WHERE id = :id;

-- name: get_title :optional
SELECT title FROM items WHERE id = :id;

-- name: search_items :many
-- sqlgen: optional code, least, most, owner_ids
SELECT id, title FROM items
WHERE active AND code = :code AND quantity BETWEEN :least AND :most AND owner_id <> ALL(:owner_ids)
ORDER BY id LIMIT :rows;

-- name: search_items_by_all :many
SELECT id, title FROM items
WHERE active AND code = :code AND quantity BETWEEN :least AND :most AND owner_id <> ALL(:owner_ids)
ORDER BY id LIMIT :rows;

-- name: search_items_by_code :many
SELECT id, title FROM items WHERE active AND code = :code ORDER BY id LIMIT :rows;

-- name: search_items_testing_for_null :many
SELECT id, title FROM items
WHERE active AND (:code::text IS NULL OR code = :code)
    AND (:least::int IS NULL OR quantity BETWEEN :least AND :most?)
    AND (:owner_ids::uuid[] IS NULL OR owner_id <> ALL(:owner_ids))
ORDER BY id LIMIT :rows;

-- name: sort_items :many
-- sqlgen: order sort by id | title | least = quantity asc
SELECT id, title FROM items WHERE code = :code ORDER BY :sort, id LIMIT :rows;

-- name: sort_items_by_title :many
SELECT id, title FROM items WHERE code = :code ORDER BY title DESC, id LIMIT :rows;

-- name: page_entries :page
SELECT id, title, created_at FROM entries WHERE owner = :owner ORDER BY created_at DESC, id DESC;

-- name: list_first_entries :many
SELECT id, title, created_at FROM entries WHERE owner = :owner
ORDER BY created_at DESC, id DESC LIMIT :rows;

-- name: list_entries_after :many
SELECT id, title, created_at FROM entries
WHERE owner = :owner AND (created_at, id) < (:created_at, :id)
ORDER BY created_at DESC, id DESC LIMIT :rows;

-- name: add_with_defaults :one
-- sqlgen: default weight, starts_on
INSERT INTO defaults (id, title, weight, starts_on) VALUES (:id, :title, :weight, :starts_on)
ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id, title;

-- name: add_titled :one
INSERT INTO defaults (id, title) VALUES (:id, :title)
ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id, title;

-- name: touch_item :execrows
UPDATE items SET code = :code WHERE id = :item_id;

-- name: change_person :one
-- sqlgen: optional email, note, joined_on
UPDATE people SET email = :email, note = :note, joined_on = :joined_on WHERE id = :id RETURNING name, email;

-- name: change_email :one
UPDATE people SET email = :email WHERE id = :id RETURNING name, email;

-- name: list_items :many
SELECT * FROM items;

-- name: list_documents :many
SELECT * FROM documents;

-- name: list_sized :many
SELECT * FROM sized;

-- name: list_titles :many
SELECT title FROM items;

-- name: list_orders :many
SELECT o.id, o.title, o.quantity, p AS person FROM orders AS o JOIN people AS p ON p.id = o.person_id;

-- name: list_orders_optional :many
SELECT o.id, o.title, o.quantity, p AS person
FROM orders AS o
LEFT JOIN people AS p ON p.id = o.person_id AND p.id > 1;

-- name: list_people :many
SELECT p.id, p.name, ARRAY(SELECT o FROM orders AS o WHERE o.person_id = p.id ORDER BY o.id) AS orders
FROM people AS p;

-- name: list_people_grouped :many
SELECT p.id, p.name, array_agg(o ORDER BY o.id) AS orders
FROM people AS p
JOIN orders AS o ON o.person_id = p.id
GROUP BY p.id;

-- name: stream_items :stream
SELECT n AS id, 'title ' || n AS title FROM generate_series(1, :upto::int) AS n;

-- name: add_by_batch :batch
INSERT INTO target VALUES (:id, :title, :weight, :owner_id, :starts_on);

-- name: add_by_copy :copy
INSERT INTO target VALUES (:id, :title, :weight, :owner_id, :starts_on);

-- name: add_by_unnest :execrows
INSERT INTO target
SELECT * FROM unnest(:ids::bigint[], :titles::text[], :weights::float8[], :owners::uuid[], :days::date[]);
"""

ITEM = "SELECT id, code, title, note, quantity, weight, amount, active, owner_id, created_at FROM items"
DOCUMENTS = "SELECT id, title, note, quantity, amount, owner_id, starts_on, created_at, tags, details FROM documents"
SIZED = "SELECT id, title, quantity, amount, size FROM sized"

ORDERS = """\
SELECT o.id, o.title, o.quantity, p.id, p.name, p.email, p.note, p.joined_on, p.balance
FROM orders AS o LEFT JOIN people AS p ON p.id = o.person_id"""
PEOPLE = """\
SELECT p.id, p.name, o.id, o.person_id, o.title, o.quantity, o.amount, o.paid, o.ordered_at
FROM people AS p JOIN orders AS o ON o.person_id = p.id
ORDER BY p.id, o.id"""


CLOCKS = ((time.process_time, "processor"), (time.perf_counter, "clock"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--server", default="embedded")
    arguments = parser.parse_args()
    with package(arguments.server) as conn:
        print(f"{'':50} {'by hand':>10} {'generated':>10} {'ratio':>6}")
        one_row(conn, arguments.rounds)
        asyncio.run(one_row_async(conn.info.dsn, arguments.rounds))
        varying(conn, arguments.rounds)
        errors(conn, arguments.rounds)
        changing(conn, arguments.rounds)
        ordering(conn, arguments.rounds)
        paging(conn, arguments.rounds)
        tracing(conn, arguments.rounds)
        many_rows(conn, arguments.rounds)
        nested_rows(conn, arguments.rounds)
        bulk(conn, max(arguments.rounds // 8, 3))
        stream(conn)
    imports(max(arguments.rounds // 8, 3))


@contextmanager
def package(server: str) -> Iterator[Connection]:
    """Give a connection to a database with the schema of the package `measured`, and build that."""
    with (
        tempfile.TemporaryDirectory() as folder,
        database.server(server, extensions=None) as running,
        database.scratch(running) as conn,
    ):
        root = Path(folder)
        (root / "pyproject.toml").write_text(
            f'[tool.sqlgen]\noutput = "measured"\nmode = "both"\nserver = "{running.conninfo}"\n'
        )
        for name, text in (("migrations/1_init.up", SCHEMA), ("queries/q", QUERIES)):
            (root / f"{name}.sql").parent.mkdir()
            (root / f"{name}.sql").write_text(text)
        build.build(read.config(root))
        conn.execute(SCHEMA)
        sys.path.insert(0, folder)
        yield conn


def one_row(conn: Connection, rounds: int) -> None:
    q = importlib.import_module("measured.q")

    def by_hand() -> None:
        for n in range(1, 201):
            conn.execute(ITEM + " WHERE id = %s", (n,)).fetchone()

    def generated() -> None:
        for n in range(1, 201):
            q.get_item(conn, id=n)

    for clock, name in ((time.process_time, "processor"), (time.perf_counter, "clock")):
        row = f"one row by key, sync ({name})"
        compare(row, by_hand, generated, rounds * 2, each=200, clock=clock)


async def one_row_async(dsn: str, rounds: int) -> None:
    q = importlib.import_module("measured.aio.q")
    async with await AsyncConnection.connect(dsn, autocommit=True) as conn:

        async def by_hand() -> None:
            for n in range(1, 201):
                cursor = await conn.execute(ITEM + " WHERE id = %s", (n,))
                await cursor.fetchone()

        async def generated() -> None:
            for n in range(1, 201):
                await q.get_item(conn, id=n)

        for clock, name in (
            (time.process_time, "processor"),
            (time.perf_counter, "clock"),
        ):
            times = await measured_async((by_hand, generated), rounds * 2, clock)
            report(f"one row by key, async ({name})", times, 200)


def varying(conn: Connection, rounds: int) -> None:
    """Compare a statement that varies with those written by hand for each call, and with tests for NULL."""
    q = importlib.import_module("measured.q")
    nobody = [uuid.UUID(int=0)]
    filters = {"code": "code 7", "least": 0, "most": 99, "owner_ids": nobody}

    def by_hand_all() -> None:
        for _ in range(200):
            q.search_items_by_all(conn, **filters, rows=9)

    def by_hand_one() -> None:
        for _ in range(200):
            q.search_items_by_code(conn, code="code 7", rows=9)

    def all_given() -> None:
        for _ in range(200):
            q.search_items(conn, **filters, rows=9)

    def one_given() -> None:
        for _ in range(200):
            q.search_items(conn, code="code 7", rows=9)

    def tested() -> None:
        for _ in range(200):
            q.search_items_testing_for_null(conn, **filters, rows=9)

    for clock, kind in CLOCKS:
        for name, hand, generated in (
            ("3 optional conditions, all given", by_hand_all, all_given),
            ("3 optional conditions, one given", by_hand_one, one_given),
            ("the same with `IS NULL OR`, all given", by_hand_all, tested),
        ):
            row = f"{name} ({kind})"
            compare(row, hand, generated, rounds * 2, each=200, clock=clock)


def errors(conn: Connection, rounds: int) -> None:
    """Compare a function whose errors have classes of constraints with the same one without."""
    q = importlib.import_module("measured.q")
    cursors = importlib.import_module("measured._cursors")

    def plain(conn: Connection, *, code: str, item_id: int) -> int:
        with cursors.raw_cursor(conn) as cursor:
            count: int = cursors.rowcount_of(
                cursor.execute(q.TOUCH_ITEM, (code, item_id))
            )
            return count

    def calls(function: Callable[..., int]) -> Callable[[], None]:
        def run() -> None:
            for n in range(1, 201):
                function(conn, code=f"code {n}", item_id=n)

        return run

    assert len(q.TOUCH_ITEM_ERRORS) == 1
    for clock, name in ((time.process_time, "processor"), (time.perf_counter, "clock")):
        row = f"one update, classes of errors ({name})"
        compare(
            row, calls(plain), calls(q.touch_item), rounds * 2, each=200, clock=clock
        )


def changing(conn: Connection, rounds: int) -> None:
    """Compare an UPDATE that sets what it is given with one written by hand for that."""
    q = importlib.import_module("measured.q")

    def by_hand() -> None:
        for _ in range(200):
            q.change_email(conn, email="a@example.org", id=1)

    def generated() -> None:
        for _ in range(200):
            q.change_person(conn, email="a@example.org", id=1)

    def without_defaults() -> None:
        for _ in range(200):
            q.add_titled(conn, id=1, title="x")

    def with_defaults() -> None:
        for _ in range(200):
            q.add_with_defaults(conn, id=1, title="x")

    for clock, kind in CLOCKS:
        for name, hand, ours in (
            ("3 optional assignments, one given", by_hand, generated),
            ("2 values left to their DEFAULT", without_defaults, with_defaults),
        ):
            row = f"{name} ({kind})"
            compare(row, hand, ours, rounds * 2, each=200, clock=clock)


def ordering(conn: Connection, rounds: int) -> None:
    """Compare a statement whose order the call chooses with one in which that is written."""
    q = importlib.import_module("measured.q")

    def by_hand() -> None:
        for _ in range(200):
            q.sort_items_by_title(conn, code="code 7", rows=9)

    def generated() -> None:
        for _ in range(200):
            q.sort_items(conn, code="code 7", sort="-title", rows=9)

    for clock, kind in CLOCKS:
        row = f"one of 5 orders ({kind})"
        compare(row, by_hand, generated, rounds * 2, each=200, clock=clock)


def paging(conn: Connection, rounds: int) -> None:
    """Compare pages of 20 rows, the first one and a late one, with keyset statements written by hand.

    By hand, the token of the next page is JSON in base64 too, which is read without any test.
    """
    q = importlib.import_module("measured.q")
    owner, size = "ada", 20

    def hand_first() -> tuple[list[Any], str | None]:
        return _split(q.list_first_entries(conn, owner=owner, rows=size + 1), size)

    def hand_after(place: str) -> tuple[list[Any], str | None]:
        created_at, id_ = json.loads(base64.urlsafe_b64decode(place))
        rows = q.list_entries_after(
            conn,
            owner=owner,
            created_at=datetime.datetime.fromisoformat(created_at),
            id=id_,
            rows=size + 1,
        )
        return _split(rows, size)

    token, place = None, hand_first()[1]
    for number in range(49):
        page = q.page_entries(conn, owner=owner, size=size, after=token)
        token = page.next
        if number:
            assert place
            place = hand_after(place)[1]
    assert place
    last = q.page_entries(conn, owner=owner, size=size, after=token)
    assert [r.id for r in last.rows] == [r.id for r in hand_after(place)[0]]

    def first_by_hand() -> None:
        for _ in range(100):
            hand_first()

    def first_page() -> None:
        for _ in range(100):
            q.page_entries(conn, owner=owner, size=size)

    def late_by_hand() -> None:
        for _ in range(100):
            hand_after(place)

    def late_page() -> None:
        for _ in range(100):
            q.page_entries(conn, owner=owner, size=size, after=token)

    for clock, kind in CLOCKS:
        for name, hand, ours in (
            ("the first page of 20 of 100,000 rows", first_by_hand, first_page),
            ("page 50 of it", late_by_hand, late_page),
        ):
            row = f"{name} ({kind})"
            compare(row, hand, ours, rounds * 2, each=100, clock=clock)


def _split(rows: list[Any], size: int) -> tuple[list[Any], str | None]:
    """Return a page, and the token of the next one."""
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    place = json.dumps([last.created_at.isoformat(), last.id])
    return rows[:size], base64.urlsafe_b64encode(place.encode()).decode()


def tracing(conn: Connection, rounds: int) -> None:
    """Compare cursors that tracers see with plain ones, and both ways on a traced connection."""
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.trace import TracerProvider

    q = importlib.import_module("measured.q")
    support = importlib.import_module("measured._support")
    rows_of = support.rows_of(q.GetItemRow)

    def plain() -> None:
        for n in range(1, 201):
            with psycopg.RawCursor(conn, row_factory=rows_of) as cursor:
                support.one(
                    cursor.execute(q.GET_ITEM, (support.as_int8(n),)).fetchall()
                )

    def generated() -> None:
        for n in range(1, 201):
            q.get_item(conn, id=n)

    compare("one row by key, plain RawCursor", plain, generated, rounds * 4, each=200)
    with psycopg.connect(conn.info.dsn, autocommit=True) as traced:
        provider = TracerProvider()
        PsycopgInstrumentor().instrument_connection(traced, tracer_provider=provider)

        def traced_by_hand() -> None:
            for n in range(1, 201):
                traced.execute(ITEM + " WHERE id = %s", (n,)).fetchone()

        def traced_generated() -> None:
            for n in range(1, 201):
                q.get_item(traced, id=n)

        row = "one row by key, traced (OpenTelemetry)"
        compare(row, traced_by_hand, traced_generated, rounds * 2, each=200)


def many_rows(conn: Connection, rounds: int) -> None:
    q = importlib.import_module("measured.q")
    for name, text, function in (
        ("2,000 rows of 10 plain columns", ITEM, q.list_items),
        ("2,000 rows of 10, jsonb and text[] too", DOCUMENTS, q.list_documents),
        ("2,000 rows of 5, one an enum", SIZED, q.list_sized),
        ("2,000 titles", "SELECT title FROM items", q.list_titles),
    ):
        compare(
            name,
            lambda text=text: conn.execute(text).fetchall(),  # type: ignore[misc]
            lambda function=function: function(conn),  # type: ignore[misc]
            rounds * 2,
        )


def nested_rows(conn: Connection, rounds: int) -> None:
    """Compare nested rows with flat columns that are made into the same classes by hand."""
    q = importlib.import_module("measured.q")
    models = importlib.import_module("measured.models")

    def orders(row: Any) -> list[Any]:
        rows = conn.execute(ORDERS)
        return [
            row(*order[:3], models.People(*order[3:]) if order[3] else None)
            for order in rows
        ]

    def people(row: Any) -> list[Any]:
        rows = conn.execute(PEOPLE)
        return [
            row(*person, [models.Orders(*order[2:]) for order in grouped])
            for person, grouped in groupby(rows, key=itemgetter(0, 1))
        ]

    for name, by_hand, row, function in (
        ("2,000 rows with a row in each", orders, q.ListOrdersRow, q.list_orders),
        (
            "2,000 rows with an optional row in each",
            orders,
            q.ListOrdersOptionalRow,
            q.list_orders_optional,
        ),
        (
            "400 rows with 5 in each, ARRAY(SELECT …)",
            people,
            q.ListPeopleRow,
            q.list_people,
        ),
        (
            "400 rows with 5 in each, array_agg",
            people,
            q.ListPeopleGroupedRow,
            q.list_people_grouped,
        ),
    ):
        compare(
            name,
            lambda by_hand=by_hand, row=row: by_hand(row),  # type: ignore[misc]
            lambda function=function: function(conn),  # type: ignore[misc]
            rounds * 2,
        )


def bulk(conn: Connection, rounds: int) -> None:
    """Compare ways to write 10,000 rows with a plain `executemany`."""
    q = importlib.import_module("measured.q")
    day = datetime.date(2024, 2, 29)
    rows = [(n, f"title {n}", n / 7, uuid.UUID(int=n), day) for n in range(10_000)]
    batch = [q.AddByBatchParams(*row) for row in rows]
    copied = [q.AddByCopyParams(*row) for row in rows]
    insert = "INSERT INTO target VALUES (%s, %s, %s, %s, %s)"

    def by_hand() -> None:
        with conn.cursor() as cursor:
            cursor.executemany(insert, rows)

    def unnested() -> None:
        ids, titles, weights, owners, days = zip(*rows, strict=True)
        q.add_by_unnest(
            conn, ids=ids, titles=titles, weights=weights, owners=owners, days=days
        )

    functions = (
        ("10,000 rows: executemany, :batch", lambda: q.add_by_batch(conn, rows=batch)),
        ("10,000 rows: executemany, unnest", unnested),
        ("10,000 rows: executemany, :copy", lambda: q.add_by_copy(conn, rows=copied)),
    )
    for name, function in functions:
        for clock, kind in (
            (time.process_time, "processor"),
            (time.perf_counter, "clock"),
        ):
            compare(f"{name} ({kind})", by_hand, function, rounds, clock=clock)
            conn.execute("TRUNCATE target")


def stream(conn: Connection) -> None:
    """Print the peak of Python's memory while a million rows are streamed."""
    q = importlib.import_module("measured.q")
    tracemalloc.start()
    for _ in q.stream_items(conn, upto=10):
        pass
    tracemalloc.reset_peak()
    rows = sum(1 for _ in q.stream_items(conn, upto=1_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{rows:,} rows streamed, peak of Python's memory: {peak / 1024:.0f} KB")


def imports(rounds: int) -> None:
    """Compare the import of modules of 1,000 queries with that of their dataclasses alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_sqlgen(root, Size())
        build.build(read.config(root))
        for path in (root / "generated").glob("*.py"):
            tree = ast.parse(path.read_text())
            tree.body = [
                node
                for node in tree.body
                if path.name == "models.py"
                or path.name.startswith("_")  # what modules share
                or isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef)
            ]
            (root / "classes").mkdir(exist_ok=True)
            (root / "classes" / path.name).write_text(ast.unparse(tree))
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 1):
            for package_, seconds in zip(("classes", "generated"), times, strict=True):
                taken = imported(root, package_)
                seconds += [taken] if number else []  # the first import compiles
        report("modules of 1,000 queries, 900 dataclasses", times, 1)


def imported(root: Path, package: str) -> float:
    """Return the processor seconds to import all modules, without what they import themselves."""
    return float(
        subprocess.check_output(
            [sys.executable, "-c", IMPORTING, package],
            cwd=root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        )
    )


def compare(
    name: str,
    by_hand: Callable[[], object],
    generated: Callable[[], object],
    rounds: int,
    *,
    each: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> None:
    """Run both functions in turn and print the medians of a call, or of one of *each* items."""
    times: tuple[list[float], list[float]] = ([], [])
    for function in (by_hand, generated):
        function()
    for _ in range(rounds):
        for function, seconds in zip((by_hand, generated), times, strict=True):
            gc.collect()
            start = clock()
            function()
            seconds.append(clock() - start)
    report(name, times, each)


IMPORTING = """
import importlib, pathlib, sys, time
package = pathlib.Path(sys.argv[1])
importlib.import_module(f"{package}._support")
start = time.process_time()
for path in package.glob("*.py"):
    importlib.import_module(f"{package}.{path.stem}")
print(time.process_time() - start)
"""


async def measured_async(
    functions: tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]],
    rounds: int,
    clock: Callable[[], float],
) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    for function in functions:
        await function()
    for _ in range(rounds):
        for function, seconds in zip(functions, times, strict=True):
            gc.collect()
            start = clock()
            await function()
            seconds.append(clock() - start)
    return times


def report(name: str, times: tuple[list[float], list[float]], each: int) -> None:
    hand, generated = (statistics.median(seconds) / each for seconds in times)
    unit, factor = ("µs", 1e6) if hand < 1e-3 else ("ms", 1e3)
    print(
        f"{name:50} {hand * factor:7.1f} {unit} {generated * factor:7.1f} {unit}"
        f" {generated / hand:6.2f}"
    )


if __name__ == "__main__":
    main()
