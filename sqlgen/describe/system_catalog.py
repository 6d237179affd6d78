"""Connection -> Catalog: everything that inference needs to know of a database."""

from typing import Any

import psycopg

from ..model import postgres
from ..model.catalog import Catalog
from .columns import columns, family
from .functions import functions, operators
from .relations import relations
from .types import FieldRow, types

_COMMENTS = f"""
-- Comments on types ('t') and on relations and their columns ('c') that did not come with the server.
SELECT CASE d.classoid WHEN 'pg_type'::regclass THEN 't' ELSE 'c' END,
       d.objoid,
       d.objsubid,
       d.description
FROM pg_description AS d
WHERE d.classoid IN ('pg_type'::regclass, 'pg_class'::regclass) AND d.objoid >= {postgres.FIRST_NORMAL_OBJECT_ID}
"""


def catalog(connection: psycopg.Connection[Any]) -> Catalog:
    """The facts of the database that *connection* is on, all as of one moment.

    A dozen set-based queries on the system's catalogs; PostgreSQL 14 to 18.
    """
    with connection.transaction():
        comments: dict[str, dict[tuple[int, int], str]] = {"t": {}, "c": {}}
        for what, oid, number, comment in connection.execute(_COMMENTS):
            comments[what][oid, number] = comment
        inheritance = family(connection)
        rows = columns(connection, inheritance)
        known = types(
            connection,
            {
                relation: [FieldRow(row.name, row.type, row.not_null) for row in found]
                for relation, found in rows.items()
            },
            {oid: comment for (oid, _), comment in comments["t"].items()},
        )
        return Catalog(
            server_version=connection.info.server_version,
            types=known,
            relations=relations(connection, known, rows, inheritance, comments["c"]),
            functions=functions(connection, known),
            operators=operators(connection),
        )
