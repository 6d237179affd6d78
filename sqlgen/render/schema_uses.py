"""SchemaUses -> the source of the module that has them.

Each list is a line of its own, and of one module, so that merges seldom conflict. black has nothing to lay out.
"""

from collections.abc import Sequence

from ..model.python import SchemaUses
from .literals import block

_HEAD = '''\
"""List what each module uses of the schema, as JSON that `check_schema` compares with a database."""

from typing import Final
'''


def schema_uses(uses: SchemaUses) -> str:
    """Return the source of the module, without the line that marks it as generated."""
    lists = {"COLUMNS": uses.columns, "VALUES": uses.values, "INSERTS": uses.inserts}
    return _HEAD + "".join(
        [f"\n{name}: Final = {_literal(lines)}\n" for name, lines in lists.items()]
    )


def _literal(lines: Sequence[str]) -> str:
    return block("\n".join(lines)) if lines else '""'
