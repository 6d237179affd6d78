"""Size -> the same project for sqlgen and for sqlc: tables, migrations, queries.

    python tests/benchmarks/workload.py FOLDER --queries 1000 --files 100 --tables 100

A file has ten kinds of queries in turn: a row by its key, lists with each kind of join, aggregates,
writes. With `--varying 100`, so many of sqlgen's queries vary instead: five kinds in turn, which leave out
conditions, assignments and values, and choose an order and a page. Nothing is random, so that two runs measure
the same work.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size of a project. Each table has a migration of its own; *varying* of the *queries* vary."""

    queries: int = 1000
    varying: int = 0
    files: int = 100
    tables: int = 100


def write_sqlgen(folder: Path, size: Size, *, server: str = "embedded") -> None:
    """Write a project for sqlgen to *folder*."""
    _write(
        folder / "pyproject.toml",
        f'[tool.sqlgen]\nmode = "sync"\nserver = "{server}"\n',
    )
    for number in range(size.tables):
        path = folder / "migrations" / f"{number + 1:04d}_create_item_{number}.sql"
        _write(path, migration(number))
    for number, text in enumerate(query_files(size, sqlc=False)):
        _write(folder / "queries" / f"items_{number}.sql", text)


def write_sqlc(folder: Path, size: Size, *, database: str = "") -> None:
    """Write a project for sqlc to *folder*, which analyses with *database* if that is a URL."""
    uri = f'    database: {{uri: "{database}"}}\n' if database else ""
    _write(
        folder / "sqlc.yaml",
        'version: "2"\nsql:\n  - engine: postgresql\n    schema: schema\n'
        f"    queries: queries\n{uri}"
        "    gen: {go: {package: db, out: db, sql_package: pgx/v5}}\n",
    )
    for number in range(size.tables):
        _write(
            folder / "schema" / f"{number + 1:04d}_create_item_{number}.sql",
            migration(number),
        )
    for number, text in enumerate(query_files(size, sqlc=True)):
        _write(folder / "queries" / f"items_{number}.sql", text)


def migration(number: int) -> str:
    """Return a migration that creates a table with a foreign key to the one before it."""
    parent = max(number - 1, 0)
    return f"""\
CREATE TABLE item_{number} (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id   bigint REFERENCES item_{parent} (id),
    owner_id    uuid NOT NULL,
    code        text NOT NULL UNIQUE,
    title       text NOT NULL,
    note        text,
    state       text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'done')),
    amount      numeric(12, 2) NOT NULL,
    quantity    integer,
    tags        text[] NOT NULL DEFAULT '{{}}',
    details     jsonb,
    starts_on   date,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz
);
CREATE INDEX ON item_{number} (owner_id, created_at);
COMMENT ON TABLE item_{number} IS 'Items of kind {number}.';
"""


def query_files(size: Size, *, sqlc: bool) -> Iterator[str]:
    """Yield the texts of the query files."""
    for number in range(size.files):
        first = size.queries * number // size.files
        last = size.queries * (number + 1) // size.files
        yield "\n".join([_query_of(n, size, sqlc=sqlc) for n in range(first, last)])


def _query_of(number: int, size: Size, *, sqlc: bool) -> str:
    """Return the query of that number: one in `queries / varying` varies, in the place of a list."""
    every = size.queries // size.varying if size.varying else 0
    if every and number % every == 1 and not sqlc:
        return varying_query(number, number // every, size.tables)
    return query(number, size.tables, sqlc=sqlc)


def varying_query(number: int, turn: int, tables: int) -> str:
    """Return a query that varies, of one of five kinds."""
    table = turn // len(_VARYING) % tables
    text = _VARYING[turn % len(_VARYING)]
    return text.replace("{n}", str(number)).replace("{t}", f"item_{table}")


def query(number: int, tables: int, *, sqlc: bool) -> str:
    """Return a query with its header, of one of ten kinds, on one table or two."""
    name, command, body = _KINDS[number % len(_KINDS)]
    table = (number // len(_KINDS)) % tables
    parent = max(table - 1, 0)
    text = body.replace("{t}", f"item_{table}").replace("{p}", f"item_{parent}")
    if sqlc:
        header = name.format(number).title().replace("_", "")
        text = text.replace(" :", " @").replace("(:", "(@")
        return f"-- name: {header} :{command.replace('optional', 'one')}\n{text};\n"
    return f"-- name: {name.format(number)} :{command}\n{text};\n"


_KINDS = (
    (
        "get_item_{}",
        "optional",
        """\
SELECT id, parent_id, owner_id, code, title, note, state, amount, quantity,
       tags, details, starts_on, created_at, updated_at
FROM {t}
WHERE id = :id""",
    ),
    (
        "list_items_{}",
        "many",
        """\
SELECT * FROM {t}
WHERE owner_id = :owner_id AND state = :state
ORDER BY created_at DESC
LIMIT :page_size""",
    ),
    (
        "list_with_parent_{}",
        "many",
        """\
SELECT i.id, i.title, i.note, p.code AS parent_code, p.note AS parent_note
FROM {t} AS i
LEFT JOIN {p} AS p ON p.id = i.parent_id
WHERE i.owner_id = :owner_id
ORDER BY i.id""",
    ),
    (
        "list_children_{}",
        "many",
        """\
SELECT i.id, i.code, i.quantity, p.title AS parent_title, p.starts_on
FROM {t} AS i
JOIN {p} AS p ON p.id = i.parent_id
WHERE p.code = :parent_code AND i.quantity IS NOT NULL""",
    ),
    (
        "sum_by_state_{}",
        "many",
        """\
SELECT state, count(*) AS items, sum(amount) AS total, max(updated_at) AS changed
FROM {t}
WHERE created_at >= :since
GROUP BY state
HAVING count(*) > :at_least""",
    ),
    (
        "insert_item_{}",
        "one",
        """\
INSERT INTO {t} (parent_id, owner_id, code, title, note, amount, quantity)
VALUES (:parent_id, :owner_id, :code, :title, :note, :amount, :quantity)
RETURNING id, created_at""",
    ),
    (
        "change_item_{}",
        "optional",
        """\
UPDATE {t}
SET title = :title, note = :note, updated_at = now()
WHERE id = :id
RETURNING *""",
    ),
    (
        "delete_item_{}",
        "execrows",
        """\
DELETE FROM {t}
WHERE id = :id""",
    ),
    (
        "search_items_{}",
        "many",
        """\
WITH hits AS (
    SELECT f.id, f.title, coalesce(f.note, '') AS note, f.amount FROM {t} AS f
    WHERE f.title ILIKE :pattern OR f.code = :code
)
SELECT h.id, upper(h.title) AS title, h.note, h.amount * 2 AS twice,
       (SELECT count(*) FROM {t} AS c WHERE c.parent_id = h.id) AS children,
       CASE WHEN h.amount > 100 THEN 'large' ELSE 'small' END AS size
FROM hits AS h
ORDER BY h.amount""",
    ),
    (
        "store_item_{}",
        "one",
        """\
INSERT INTO {t} (owner_id, code, title, amount)
VALUES (:owner_id, :code, :title, :amount)
ON CONFLICT (code) DO UPDATE
SET title = excluded.title, amount = excluded.amount, updated_at = now()
RETURNING id, code, title, updated_at""",
    ),
)


_VARYING = (
    """\
-- name: find_items_{n} :many
-- sqlgen: optional owner_id, state, code, starts_from, starts_to
SELECT * FROM {t}
WHERE owner_id = :owner_id AND state = :state AND code = :code
    AND starts_on BETWEEN :starts_from AND :starts_to
ORDER BY id
LIMIT :page_size;
""",
    """\
-- name: sort_items_{n} :many
-- sqlgen: optional state
-- sqlgen: order sort by created_at desc | title | amount
SELECT id, code, title, state, amount, created_at FROM {t}
WHERE owner_id = :owner_id AND state = :state
ORDER BY :sort, id
LIMIT :page_size;
""",
    """\
-- name: patch_item_{n} :optional
-- sqlgen: optional title, note, amount, quantity
UPDATE {t}
SET title = :title, note = :note, amount = :amount, quantity = :quantity
WHERE id = :id
RETURNING *;
""",
    """\
-- name: add_item_{n} :one
-- sqlgen: default state, tags, starts_on
INSERT INTO {t} (owner_id, code, title, amount, state, tags, starts_on)
VALUES (:owner_id, :code, :title, :amount, :state, :tags, :starts_on)
RETURNING id, created_at;
""",
    """\
-- name: page_items_{n} :page
-- sqlgen: optional state
-- sqlgen: order sort by created_at desc | code
SELECT id, code, title, amount FROM {t}
WHERE owner_id = :owner_id AND state = :state
ORDER BY :sort, id;
""",
)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    defaults = {"queries": 1000, "varying": 0, "files": 100, "tables": 100}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    size = Size(**{name: getattr(arguments, name) for name in defaults})
    write_sqlgen(arguments.folder / "sqlgen", size)
    write_sqlc(arguments.folder / "sqlc", size)


if __name__ == "__main__":
    _main()
