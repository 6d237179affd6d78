"""TypedQuery -> the query with the statement that its generated function sends."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from .. import parse, translate
from ..model.config import Config
from ..model.query import Part, Query
from ..model.source import SourceFile
from ..model.typed import TypedQuery


def sent_queries(queries: Sequence[TypedQuery], config: Config) -> tuple[Query, ...]:
    """Return the queries as they are sent: each `*` was written out when the code was generated.

    Raises `SqlgenError` for a configured type that cannot be read.
    """
    references = translate.merge_references(
        [translate.type_references(queries, config.aliases)]
    )
    context = translate.translation_context(references, config)
    return tuple(
        [
            _sent(query.query, translate.statement_pieces(query, context))
            for query in queries
        ]
    )


def _sent(query: Query, pieces: Sequence[str]) -> Query:
    """Return the query whose statement consists of the *pieces*, every second one an optional part.

    Its parameters keep their names and marks. It is a file of its own for the places of errors.
    """
    text = "".join(pieces)
    source = SourceFile(query.sql.source.path, f"-- name: {query.name} :exec\n{text}\n")
    parsed = parse.query_file(source).queries[0].sql
    ends = [*accumulate(map(len, pieces))]
    parts = [
        Part(ends[2 * n], ends[2 * n + 1], part.parameters)
        for n, part in enumerate(query.parts)
    ]
    return replace(query, sql=parsed, parts=tuple(parts))
