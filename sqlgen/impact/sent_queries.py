"""TypedQuery -> the query with the statement that its generated function sends."""

from collections.abc import Sequence
from dataclasses import replace

from .. import infer, parse, translate
from ..model.config import Config
from ..model.query import PartKind, Query
from ..model.source import SourceFile
from ..model.typed import TypedQuery
from ..translate import RunningStatement


def sent_queries(queries: Sequence[TypedQuery], config: Config) -> tuple[Query, ...]:
    """Return the queries as they are sent: each `*` was written out when the code was generated.

    A whole row keeps its name, since it may be one of several, and findings are about it.

    Raises `SqlgenError` for a configured type that cannot be read.
    """
    references = translate.merge_references(
        [translate.type_references(queries, config.aliases)]
    )
    context = translate.translation_context(references, config)
    return tuple(
        [
            _sent(
                query.query,
                translate.sent_statement(infer.with_row_names(query), context),
            )
            for query in queries
        ]
    )


def without_defaults(query: Query) -> Query:
    """Return the query as calls run it that give each value of which they may leave the DEFAULT."""
    parts = [part for part in query.parts if part.kind is not PartKind.DEFAULT]
    return replace(query, parts=tuple(parts))


def _sent(query: Query, statement: RunningStatement) -> Query:
    """Return the query with the *statement* that is sent.

    Its parameters keep their names and marks. It is a file of its own for the places of errors.
    """
    text, places = statement.text, statement.places
    source = SourceFile(query.sql.source.path, f"-- name: {query.name} :exec\n{text}\n")
    parsed = parse.query_file(source).queries[0].sql
    parts = [
        replace(
            part,
            start=places[part.start],
            end=places[part.end],
            cut_start=places[part.cut_start],
            cut_end=places[part.cut_end],
        )
        for part in query.parts
    ]
    unchanged = query.unchanged and query.unchanged.moved(places)
    order = query.order and query.order.moved(places)
    return replace(
        query,
        sql=parsed,
        parts=tuple(parts),
        unchanged=unchanged,
        order=order,
        page=query.page and query.page.moved(places),
    )
