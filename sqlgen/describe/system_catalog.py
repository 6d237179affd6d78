"""Connection -> Catalog: everything that inference needs to know about a database."""

from typing import Any

import psycopg

from ..model import postgres
from ..model.catalog import Catalog
from .columns import columns, inheritance
from .enforced import enforced
from .enforced.domains import domain_values
from .functions import functions, operators
from .relations import relations
from .types import FieldRow, types

_COMMENTS = f"""
-- Comments on types ('t'), and on relations and their columns ('c'), but not those of built-in ones.
SELECT CASE d.classoid WHEN 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid THEN 't' ELSE 'c' END,
       d.objoid,
       d.objsubid,
       d.description
FROM pg_catalog.pg_description AS d
WHERE d.classoid IN ('pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid) AND d.objoid >= '{postgres.FIRST_NORMAL_OBJECT_ID}'
"""


def catalog(connection: psycopg.Connection[Any]) -> Catalog:
    """Return the catalog of the database that *connection* is on.

    Runs a dozen queries on the system catalogs in one transaction, for PostgreSQL 14 to 18.
    """
    with connection.transaction():
        comments: dict[str, dict[tuple[int, int], str]] = {"t": {}, "c": {}}
        for object_kind, oid, number, comment in connection.execute(_COMMENTS):
            comments[object_kind][oid, number] = comment
        family = inheritance(connection)
        column_rows = columns(connection, family)
        all_types = types(
            connection,
            {
                relation: [
                    FieldRow(
                        row.name,
                        row.type,
                        row.not_null,
                        comments["c"].get((relation, row.number), ""),
                    )
                    for row in rows
                ]
                for relation, rows in column_rows.items()
            },
            {
                oid: comment
                for (oid, number), comment in [
                    *comments["c"].items(),
                    *comments["t"].items(),
                ]
                if number == 0
            },
        )
        writes = enforced(
            connection,
            family,
            {
                relation: {row.number: row.name for row in rows}
                for relation, rows in column_rows.items()
            },
        )
        return Catalog(
            server_version=connection.info.server_version,
            types=all_types,
            relations=relations(
                connection, all_types, column_rows, family, comments["c"], writes
            ),
            functions=functions(connection, all_types),
            operators=operators(connection),
            domains=writes.domains,
            domain_values=domain_values(connection),
        )
