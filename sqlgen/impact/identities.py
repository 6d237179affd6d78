"""Two states of one database -> the columns, tables and types that have the name of another one. Pure.

Scripts of a project run one after the other on one database, in which oids and the numbers of columns tell what
is still the same. Two databases with these scripts need not have the same oids.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from .. import parse
from ..model.definitions import Definitions, ObjectGroup, ObjectName, RelationIdentity
from ..model.frozen import frozen
from ..model.identifiers import unquoted
from ..model.migration import Migration
from ..model.typed import ColumnName

_NAME: Final = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_FILL: Final = re.compile(
    rf"\b(?:insert\s+into|update(?:\s+only)?|merge\s+into(?:\s+only)?|copy|create\s+(?:unlogged\s+)?table"
    rf"(?=[^;]*\bas\b))\s+(?:{_NAME}\s*\.\s*)?({_NAME})",
    re.IGNORECASE,
)
_WORD: Final = re.compile(_NAME)


@frozen
class Fate:
    """The fate of a column whose name is another one's now.

    `place` is its own name and table now (`pets.remark`), empty if it is dropped. `is_table`: the table is another
    one.
    """

    place: str
    is_table: bool = False


class Identities:
    """The identities of columns, tables and types in two states of a database, between which *scripts* ran.

    `is_reversed`: the second state is the earlier one.
    """

    def __init__(
        self,
        before: Definitions,
        after: Definitions,
        scripts: Iterable[Migration],
        *,
        is_reversed: bool = False,
    ) -> None:
        self.before, self.after = before, after
        self.is_reversed = is_reversed
        self._scripts = tuple(scripts)
        self._old, self._new = _by_name(before), _by_name(after)

    def reversed(self) -> "Identities":
        """Return the same with the two states in the other order."""
        return Identities(self.after, self.before, self._scripts, is_reversed=True)

    @cached_property
    def recreated_types(self) -> frozenset[tuple[str, str]]:
        """Return the types that have the name of another one, with their schemas."""
        old = {name: oid for oid, name in self.before.types.items()}
        new = {name: oid for oid, name in self.after.types.items()}
        return frozenset(
            [name for name in old.keys() & new.keys() if old[name] != new[name]]
        )

    def fate(self, column: ColumnName) -> Fate | None:
        """Return what became of a column whose name another one has now; None if it is the same.

        Also None if the scripts write into the other one, as they do where they copy the values.
        """
        name = ObjectName(ObjectGroup.RELATION, column.schema, column.relation)
        if name not in self._old or name not in self._new:
            return None
        oid, number = self._place(self._old, column)
        new_oid, new_number = self._place(self._new, column)
        if not number or not new_number or (oid, number) == (new_oid, new_number):
            return None
        if any(s.objects[name].kind != "table" for s in (self.before, self.after)):
            return None  # a view has the columns of others
        default = ObjectName(
            ObjectGroup.DEFAULT, column.schema, column.relation, column.column
        )
        if all(_is_generated(s, default) for s in (self.before, self.after)):
            return None  # its values follow from others
        if self._is_filled(column, is_table=oid != new_oid):
            return None
        relation = self.after.relations.get(oid)
        place = relation.columns.get(number, "") if relation else ""
        if relation is None or not place:
            return Fate("", is_table=oid != new_oid)
        return Fate(f"{relation.name.name}.{place}", is_table=oid != new_oid)

    def new_name(self, column: ColumnName) -> str:
        """Return where a column is now that has another name or another table's; empty if it has not."""
        oid, number = self._place(self._old, column)
        relation = self.after.relations.get(oid)
        name = relation.columns.get(number, "") if relation else ""
        place = f"{relation.name.name}.{name}" if relation and name else ""
        return "" if place == f"{column.relation}.{column.column}" else place

    def _place(
        self,
        relations: Mapping[ObjectName, tuple[int, RelationIdentity]],
        column: ColumnName,
    ) -> tuple[int, int]:
        """Return the oid of the table and the number of the column, 0 for what there is not."""
        name = ObjectName(ObjectGroup.RELATION, column.schema, column.relation)
        oid, relation = relations.get(name, (0, None))
        columns = relation.columns if relation else {}
        return oid, next((n for n, c in columns.items() if c == column.column), 0)

    def _is_filled(self, column: ColumnName, *, is_table: bool) -> bool:
        known = {name.name for name in (*self._old, *self._new)}
        for target, words in self._fills:
            # A name that no table has any more may be that of this one, as long as it was filled.
            if target != column.relation and target in known:
                continue
            if is_table or column.column in words:
                return True
        return False

    @cached_property
    def _fills(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Return the tables that statements of the scripts write into, with all words of the statement."""
        fills: list[tuple[str, frozenset[str]]] = []
        for script in self._scripts:
            text = script.up.text
            for start, end in parse.statements(text):
                statement = text[start:end]
                words = frozenset(map(_plain, _WORD.findall(statement)))
                fills += [(_plain(name), words) for name in _FILL.findall(statement)]
        return tuple(fills)


def _is_generated(definitions: Definitions, default: ObjectName) -> bool:
    one = definitions.objects.get(default)
    return one is not None and one.is_generated


def _plain(word: str) -> str:
    return unquoted(word) if word.startswith('"') else word.lower()


def _by_name(
    definitions: Definitions,
) -> dict[ObjectName, tuple[int, RelationIdentity]]:
    return {one.name: (oid, one) for oid, one in definitions.relations.items()}
