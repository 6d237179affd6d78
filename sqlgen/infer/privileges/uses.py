"""A statement's tree -> the tables, functions and sequences that it uses, each with the role that it does so as.

PostgreSQL checks the privileges on tables that the analysed tree lists (`rteperminfos`, execMain.c) as the caller;
those of a view as the view's owner; and functions as the caller wherever they stand.
"""

import sys
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from ...model.catalog import Catalog, Relation, RelationKind, Routine
from ...model.privileges import DELETE, INSERT, SELECT, UPDATE, Privileges
from ..tree.defaulted_columns import defaulted_columns
from ..tree.enums import FIRST_LOW_INVALID_ATTRIBUTE, RTEKind
from ..tree.nodes import Node, stored_query
from ..tree.nodes import parse as parse_trees

_CALLS: Final = ("funcid", "opfuncid", "aggfnoid", "winfnoid")
_EXPLICIT_CALL: Final = 0
"""`COERCE_EXPLICIT_CALL` (primnodes.h): a function that the text names, rather than a cast."""
_OF_SEQUENCES: Final = {
    "nextval": frozenset({"USAGE", "UPDATE"}),
    "currval": frozenset({"USAGE", "SELECT"}),
    "setval": frozenset({"UPDATE"}),
}
"""The privileges of which one suffices to call a function of sequences (sequence.c)."""
_REGCLASS: Final = 2205
_WRITES: Final = {INSERT: "insert", UPDATE: "update", DELETE: "delete"}


class TableUse(NamedTuple):
    """A relation that is read or written as a role; `required` has the bits of the privileges.

    The columns are those that each privilege is needed for; 0 stands for a whole row.
    """

    role: str
    relation: int
    required: int
    selected: frozenset[int] = frozenset()
    inserted: frozenset[int] = frozenset()
    updated: frozenset[int] = frozenset()


class FunctionUse(NamedTuple):
    """A function that is called as a role."""

    role: str
    function: int


class UnreadBody(NamedTuple):
    """A function that is called, whose body runs as the caller and is text in a language that is not read."""

    role: str
    function: int
    language: str  # it also makes this another tuple than a `FunctionUse`


class SequenceUse(NamedTuple):
    """A sequence that is used as a role, which needs one of the privileges."""

    role: str
    sequence: int
    one_of: frozenset[str]


class SchemaUse(NamedTuple):
    """A schema in which the statement's text names something."""

    role: str
    schema: str


Use = TableUse | FunctionUse | UnreadBody | SequenceUse | SchemaUse


class Uses:
    """Collects what statements use that are run as one role."""

    def __init__(self, catalog: Catalog, privileges: Privileges, role: str) -> None:
        self._catalog = catalog
        self._runs_as = privileges.runs_as
        self._roles = privileges.roles
        self._role = role
        self._found: dict[Use, None] = {}
        self._read: set[object] = set()

    @property
    def found(self) -> Collection[Use]:
        """Return all uses, in the order in which they were found."""
        return self._found

    def add_statement(self, tree: str, text: str) -> None:
        """Add the uses of a statement with that analysed *tree* and *text*."""
        for node in parse_trees(tree):
            self._add(node, self._role, self._role, text)

    def _add(self, tree: Node, role: str, caller: str, text: str = "") -> None:
        """Add the uses of a query or expression: tables as the *role*, functions as the *caller*.

        Only a statement of the author's own has a *text*, in which names are looked up.
        """
        for node in tree.walk():
            if node.tag == "QUERY":
                self._add_tables(node, role, caller, text)
            for call in _CALLS:
                if function := node.number(call):
                    self._add_call(node, function, caller, text)
        if text and self._roles[caller].no_usage:
            self._add_types(tree, caller, text)

    def _add_tables(self, query: Node, role: str, caller: str, text: str) -> None:
        infos = query.nodes("rteperminfos")
        for number, entry in enumerate(query.nodes("rtable"), 1):
            info = entry
            if index := entry.number("perminfoindex"):
                info = infos[index - 1]
            relation = self._catalog.relations.get(entry.number("relid"))
            required = info.number("requiredPerms")
            # PostgreSQL 18 keeps the oid of a view in the subquery that it became.
            if (
                relation is None
                or not required
                or entry.number("rtekind") != RTEKind.RELATION
            ):
                continue
            use = TableUse(
                role,
                relation.oid,
                required,
                _columns(info, "selectedCols"),
                _columns(info, "insertedCols"),
                _columns(info, "updatedCols"),
            )
            is_target = query.number("resultRelation") == number
            self._add_table(use, relation, caller, is_target=is_target)
            if text:
                self._put(SchemaUse(caller, relation.schema))
            if is_target and required & (INSERT | UPDATE):
                columns = defaulted_columns(query)
                if required & INSERT:
                    columns |= relation.columns.keys() - use.inserted
                self._add_defaults(relation, columns, role, caller)

    def _add_table(
        self, use: TableUse, relation: Relation, caller: str, *, is_target: bool
    ) -> None:
        """Add the use of a relation, and what it leads to: of a view, of policies and constraints."""
        if self._put(use):
            for policy in self._roles[use.role].policies.get(relation.oid, ()):
                if policy.commands & use.required:
                    for tree in policy.trees:
                        self._add_stored(tree, use.role, caller)
            if use.required & (INSERT | UPDATE):
                for check in relation.checks:
                    self._add_stored(check.tree, use.role, caller)
                for column in relation.columns.values():
                    self._add_stored(column.expression, use.role, caller)
            if relation.kind is RelationKind.VIEW and relation.tree:
                self._add_view(use, relation, caller, is_target=is_target)

    def _add_view(
        self, use: TableUse, view: Relation, caller: str, *, is_target: bool
    ) -> None:
        query = stored_query(view.tree)
        owner = self._runs_as.get(view.oid, caller)
        if query is None:
            return
        writes = use.required & ~SELECT if is_target else 0
        is_written_by_others = view.has_rules or any(
            ("instead of", _WRITES.get(bit, "")) in view.row_triggers
            for bit in (INSERT, UPDATE, DELETE)
            if writes & bit
        )
        if not writes or is_written_by_others:
            if use.required & (SELECT | UPDATE | DELETE):
                self._add_stored(view.tree, owner, caller)
            return
        for inner in query.queries:  # conditions of the view with queries of their own
            self._add(inner, owner, caller)
        infos = query.nodes("rteperminfos")
        for entry in query.nodes("rtable"):
            index = entry.number("perminfoindex")
            info = infos[index - 1] if index else entry
            relation = self._catalog.relations.get(entry.number("relid"))
            if relation is None or not info.number("requiredPerms"):
                continue
            # `rewriteTargetView` (rewriteHandler.c): the view's owner needs to read all columns of the view.
            below = TableUse(
                owner,
                relation.oid,
                use.required,
                _columns(info, "selectedCols"),
                _behind(query, use.inserted),
                _behind(query, use.updated),
            )
            self._add_table(below, relation, caller, is_target=True)
            if use.required & INSERT:
                columns = relation.columns.keys() - below.inserted
                self._add_defaults(relation, columns, owner, caller)

    def _add_defaults(
        self, relation: Relation, columns: Collection[int], role: str, caller: str
    ) -> None:
        """Add the uses of the columns' defaults. The sequence of an identity column needs no privilege."""
        for column in relation.columns.values():
            if column.number in columns and not column.identity:
                self._add_stored(column.default, role, caller)

    def _add_stored(self, tree: str, role: str, caller: str) -> None:
        """Add the uses of a tree in the catalog, once for each pair of roles."""
        if tree and (tree, role, caller) not in self._read:
            self._read.add((tree, role, caller))
            for node in parse_trees(tree):
                self._add(node, role, caller)

    def _add_call(self, node: Node, oid: int, caller: str, text: str) -> None:
        function = self._catalog.functions.get(oid)
        if function is None:
            return
        self._put(FunctionUse(caller, oid))
        is_named = not function.system and (
            node.tag != "FUNCEXPR" or node.number("funcformat") == _EXPLICIT_CALL
        )
        if text and is_named:
            self._put(SchemaUse(caller, function.schema))
        if function.system and function.name in _OF_SEQUENCES:
            for sequence in _sequences(node, self._catalog):
                one_of = _OF_SEQUENCES[function.name]
                self._put(SequenceUse(caller, sequence.oid, one_of))
                if text:
                    self._put(SchemaUse(caller, sequence.schema))
        if function.body:
            self._add_body(function, caller)
        elif _is_unread(function) and oid not in self._runs_as:
            self._put(UnreadBody(caller, oid, function.language))

    def _add_body(self, function: Routine, caller: str) -> None:
        """Add the uses of a SQL-standard body, which runs as the caller unless it is SECURITY DEFINER."""
        runs_as = self._runs_as.get(function.oid, caller)
        self._add_stored(function.body, runs_as, runs_as)

    def _add_types(self, tree: Node, caller: str, text: str) -> None:
        """Add the schemas of types that the text seems to name, as in a cast."""
        oids = {
            node.number(field)
            for node in tree.walk()
            for field in ("consttype", "paramtype", "resulttype")
        }
        for oid in oids - {0}:
            type_ = self._catalog.types.get(oid)
            name = type_.display.rpartition(".")[2].removesuffix("[]") if type_ else ""
            if type_ and name.strip('"') in text:
                self._put(SchemaUse(caller, type_.schema))

    def _put(self, use: Use) -> bool:
        """Add a use; return whether it is new. What a superuser needs is of no interest."""
        if use in self._read:
            return False
        self._read.add(use)
        if not self._roles[use.role].superuser:
            self._found[use] = None
        return True


def _is_unread(function: Routine) -> bool:
    """Return whether a user's function has a body that may do anything which the caller may do."""
    return (
        not function.system
        and not function.extension
        and function.kind in "fp"
        and function.language not in ("internal", "c")
    )


def _columns(info: Node, field: str) -> frozenset[int]:
    return frozenset([bit + FIRST_LOW_INVALID_ATTRIBUTE for bit in info.numbers(field)])


def _behind(view: Node, columns: Collection[int]) -> frozenset[int]:
    """Return the columns of the table that columns of an updatable view stand for."""
    numbers: set[int] = set()
    for entry in view.nodes("targetList"):
        expression = entry.node("expr")
        if entry.number("resno") in columns and expression and expression.tag == "VAR":
            numbers.add(expression.number("varattno"))
    return frozenset(numbers)


def _sequences(call: Node, catalog: Catalog) -> Iterator[Relation]:
    """Yield the sequence that is a constant argument of a call."""
    for argument in call.nodes("args"):
        if argument.tag == "CONST" and argument.number("consttype") == _REGCLASS:
            oid = int.from_bytes(argument.datum("constvalue")[:4], sys.byteorder)
            if relation := catalog.relations.get(oid):
                yield relation
