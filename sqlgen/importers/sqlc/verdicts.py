"""SourceFile -> ColumnVerdict: what sqlc says of the columns, in the file that `gen: json` writes.

https://github.com/sqlc-dev/sqlc/blob/main/protos/plugin/codegen.proto has the form.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...model.source import SourceFile
from ..imported import ColumnVerdict

Verdicts = Mapping[tuple[str, str], tuple[ColumnVerdict, ...]]
"""The verdicts about the columns of a query, by the names of its file and of itself."""


def verdicts_of(source: SourceFile) -> Verdicts:
    """Return the verdicts in a file of sqlc; none if it is not one."""
    try:
        content = json.loads(source.text)
    except (ValueError, RecursionError):
        return {}
    queries = content.get("queries") if isinstance(content, Mapping) else None
    return {
        (str(query.get("filename")), str(query.get("name"))): tuple(_columns(query))
        for query in (queries if isinstance(queries, list) else [])
        if isinstance(query, Mapping)
    }


def _columns(query: Mapping[str, Any]) -> Iterator[ColumnVerdict]:
    columns = query.get("columns")
    for column in columns if isinstance(columns, list) else []:
        if isinstance(column, Mapping):
            # Of an embedded row, sqlc says nothing.
            is_row = column.get("embed_table") is not None
            nullable = None if is_row else column.get("not_null") is not True
            yield ColumnVerdict(str(column.get("name")), nullable)
