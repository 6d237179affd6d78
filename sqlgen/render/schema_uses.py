"""SchemaUses -> the source of the module that has them.

Each is a JSON list on a line of its own, so that merges seldom conflict, and black has nothing to lay out.
"""

import json
from collections.abc import Iterable, Sequence

from ..model.python import SchemaUses
from .literals import block

_HEAD = '''\
"""What the queries use of the schema, a JSON list on each line; see `_schema`."""

from typing import Final
'''


def schema_uses(file: SchemaUses) -> str:
    """Return the source of the module, without the line that marks it as generated."""
    columns = [
        (c.schema, c.relation, c.column, c.type, c.not_null, c.queries)
        for c in file.columns
    ]
    values = [
        (
            v.schema,
            v.relation,
            v.column,
            v.type,
            v.is_enum,
            v.values,
            v.readers,
            v.writers,
        )
        for v in file.values
    ]
    return f"{_HEAD}\nCOLUMNS: Final = {_lines(columns)}\n\nVALUES: Final = {_lines(values)}\n"


def _lines(rows: Iterable[Sequence[object]]) -> str:
    """Return a literal with a line for each row."""
    text = "\n".join([json.dumps(row) for row in rows])
    return block(text) if text else '""'
