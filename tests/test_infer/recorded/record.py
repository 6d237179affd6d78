"""Records what a server says of the queries: `python -m tests.test_infer.recorded.record URL`.

Wanted after a change of `queries.sql` or `schema.sql`, once for each of the versions.
"""

import sys

from sqlgen import database, describe
from sqlgen.model.description import Description

from .recording import SCHEMA, Recorded, Recording, mentioned, queries, write


def record(url: str) -> None:
    with database.server(url) as server, database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        major = server.version // 10000
        catalog = describe.catalog(connection)
        known = queries(major)
        found: dict[str, Recorded] = {}
        for query, described in zip(
            known, describe.queries(connection, catalog, known), strict=True
        ):
            assert isinstance(described, Description), described
            found[query.name] = Recorded(
                parameter_types=described.parameter_types,
                columns=described.columns,
                tree=described.tree,
            )
        trees = [recorded.tree for recorded in found.values()]
        write(major, Recording(catalog=mentioned(catalog, trees), queries=found))


if __name__ == "__main__":
    for given in sys.argv[1:]:
        record(given)
