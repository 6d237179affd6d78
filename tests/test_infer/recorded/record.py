"""Record a server's answers about the queries: `python -m tests.test_infer.recorded.record URL`.

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
        answers: dict[str, Recorded] = {}
        for query, described in zip(
            known, describe.queries(connection, catalog, known), strict=True
        ):
            assert isinstance(described, Description), described
            answers[query.name] = Recorded(
                parameter_types=described.parameter_types,
                columns=described.columns,
                tree=described.tree,
            )
        trees = [recorded.tree for recorded in answers.values()]
        write(major, Recording(catalog=mentioned(catalog, trees), queries=answers))


if __name__ == "__main__":
    for url in sys.argv[1:]:
        record(url)
