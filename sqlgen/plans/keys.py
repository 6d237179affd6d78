"""Foreign keys, writes of queries -> the keys that make PostgreSQL read their whole table. Pure but for the asking."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..explain import Ask, TableIndexes, fetch_json
from ..explain.conditions import quoted
from ..model.frozen import frozen
from .findings import UnindexedKey
from .removals import Removal
from .summaries import QueryKey, Table


@frozen(kw_only=True)
class ReferringKey:
    """A foreign key: `source` refers with its columns to those of `target`, and does as `on_delete` and `on_update` say.

    These are `pg_constraint.confdeltype` and `confupdtype`. `set_columns` are those that SET NULL changes.
    """

    name: str
    source: Table
    columns: tuple[str, ...]
    target: Table
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    set_columns: tuple[str, ...]


def fetch_keys(ask: Ask) -> tuple[ReferringKey, ...]:
    """Return the foreign keys of the database; of a partitioned table, its own only."""
    return tuple(
        [
            ReferringKey(
                name=row["name"],
                source=tuple(row["source"]),
                columns=tuple(row["columns"]),
                target=tuple(row["target"]),
                target_columns=tuple(row["target_columns"]),
                on_delete=row["on_delete"],
                on_update=row["on_update"],
                set_columns=tuple(row["set_columns"] or row["columns"]),
            )
            for row in fetch_json(ask, _KEYS)
        ]
    )


def unindexed_keys(
    removed: Mapping[QueryKey, Sequence[Removal]],
    keys: Sequence[ReferringKey],
    indexes: TableIndexes,
) -> tuple[UnindexedKey, ...]:
    """Return the keys for which PostgreSQL reads all of a table, with the queries that make it do so.

    *removed* are what each query deletes and updates.
    """
    queries: dict[ReferringKey, list[str]] = {}
    through: dict[ReferringKey, tuple[Table, ...]] = {}
    for (_, query), own in removed.items():
        for key, path in _scanned(own, keys):
            if not is_indexed(key, indexes):
                names = queries.setdefault(key, [])
                names += [] if query in names else [query]
                through.setdefault(key, path)
    return tuple(
        [
            UnindexedKey(
                name=key.name,
                table=table_name(key.source),
                columns=key.columns,
                index=f"CREATE INDEX ON {table_name(key.source)}"
                f" ({', '.join(map(quoted, key.columns))})",
                queries=tuple(names),
                through=tuple(map(table_name, through[key])),
            )
            for key, names in queries.items()
        ]
    )


def is_indexed(key: ReferringKey, indexes: TableIndexes) -> bool:
    """Return whether an index of the table begins with the key's columns, in any order, or is on one first."""
    return any(
        not index.partial
        and index.columns[0] in key.columns
        and set(index.columns[: len(key.columns)]) <= set(key.columns)
        for index in indexes.of(*key.source)
    )


def table_name(table: Table) -> str:
    """Return the table's name in SQL, without the schema `public`."""
    schema, name = table
    return quoted(name) if schema == "public" else f"{quoted(schema)}.{quoted(name)}"


def _scanned(
    own: Sequence[Removal], keys: Sequence[ReferringKey]
) -> Iterator[tuple[ReferringKey, tuple[Table, ...]]]:
    """Yield the keys whose tables are searched for the rows that refer to those removed, and the way there."""
    waiting, seen = [*own], set[tuple[Table, frozenset[str] | None]]()
    while waiting:
        removal = waiting.pop(0)
        if (removal.table, removal.columns) in seen:
            continue
        seen.add((removal.table, removal.columns))
        for key in keys:
            is_deletion = removal.columns is None
            if key.target != removal.table or (
                removal.columns is not None
                and removal.columns.isdisjoint(key.target_columns)
            ):
                continue
            through = (*removal.through, removal.table)
            yield key, through
            action = key.on_delete if is_deletion else key.on_update
            if action == "c":
                columns = None if is_deletion else frozenset(key.columns)
                waiting.append(Removal(key.source, columns, through))
            elif action in ("n", "d"):
                waiting.append(Removal(key.source, frozenset(key.set_columns), through))


_KEYS: Final = """
SELECT pg_catalog.json_build_object(
    'name', k.conname,
    'source', pg_catalog.json_build_array(n.nspname, t.relname),
    'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY o) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (c, o)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = c),
    'target', pg_catalog.json_build_array(fn.nspname, f.relname),
    'target_columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY o)
                       FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (c, o)
                       JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = c),
    'on_delete', k.confdeltype,
    'on_update', k.confupdtype,
    -- ON DELETE SET NULL (columns) came with PostgreSQL 15.
    'set_columns', (SELECT pg_catalog.json_agg(a.attname)
                    FROM pg_catalog.jsonb_array_elements_text(
                        CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.jsonb_extract_path(pg_catalog.to_jsonb(k), 'confdelsetcols')) = 'array'
                             THEN pg_catalog.jsonb_extract_path(pg_catalog.to_jsonb(k), 'confdelsetcols') ELSE '[]' END) AS c
                    JOIN pg_catalog.pg_attribute AS a
                      ON a.attrelid = k.conrelid AND a.attnum = c::int))
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS t ON t.oid = k.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
WHERE k.contype = 'f' AND k.conparentid = '0'
ORDER BY n.nspname, t.relname, k.conname
"""
