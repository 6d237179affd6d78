"""The uses of a statement, privileges -> those that are missing, and the GRANT of each."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ...model.catalog import Catalog, Relation
from ...model.identifiers import quoted
from ...model.privileges import (
    DELETE,
    INSERT,
    SELECT,
    TABLE_PRIVILEGES,
    UPDATE,
    Privileges,
    RolePrivileges,
)
from .uses import FunctionUse, SchemaUse, SequenceUse, TableUse, Use


class MissingPrivilege(NamedTuple):
    """A privilege that a role needs: `SELECT (email)` on `TABLE patients`; `kind` is empty for a table."""

    role: str
    privilege: str
    kind: str
    name: str

    @property
    def grant(self) -> str:
        """Return the statement that gives the role the privilege."""
        kind = f"{self.kind} " if self.kind else ""
        return f"GRANT {self.privilege} ON {kind}{self.name} TO {quoted(self.role)}"

    def __str__(self) -> str:
        """Return it for a message."""
        kind = f"{self.kind.lower()} " if self.kind else ""
        return f"{self.privilege} on {kind}`{self.name}`"


def missing_privileges(
    catalog: Catalog, privileges: Privileges, uses: Collection[Use]
) -> Iterator[MissingPrivilege]:
    """Yield each privilege that the uses need and their roles do not have."""
    for use in uses:
        role = privileges.roles[use.role]
        if isinstance(use, SchemaUse) and use.schema in role.no_usage:
            yield MissingPrivilege(use.role, "USAGE", "SCHEMA", quoted(use.schema))
        if isinstance(use, TableUse):
            yield from _of_table(catalog.relations[use.relation], role, use)
        elif isinstance(use, FunctionUse) and use.function in role.no_execute:
            function = catalog.functions[use.function]
            name = f"{qualified(function.schema, function.name)}({', '.join(function.arguments)})"
            kind = "PROCEDURE" if function.kind == "p" else "FUNCTION"
            yield MissingPrivilege(use.role, "EXECUTE", kind, name)
        elif isinstance(use, SequenceUse):
            held = role.sequences.get(use.sequence, frozenset())
            if held.isdisjoint(use.one_of):
                sequence = catalog.relations[use.sequence]
                privilege = "USAGE" if "USAGE" in use.one_of else "UPDATE"
                yield MissingPrivilege(
                    use.role,
                    privilege,
                    "SEQUENCE",
                    qualified(sequence.schema, sequence.name),
                )


def _of_table(
    relation: Relation, role: RolePrivileges, use: TableUse
) -> Iterator[MissingPrivilege]:
    """Yield the privileges on a relation that are missing (`ExecCheckOneRelPerms`, execMain.c)."""
    lacking = use.required & ~role.tables.get(relation.oid, 0)
    columns = {SELECT: use.selected, INSERT: use.inserted, UPDATE: use.updated}
    name = qualified(relation.schema, relation.name)
    for bit, privilege in TABLE_PRIVILEGES.items():
        if not lacking & bit:
            continue
        if bit == DELETE:
            yield MissingPrivilege(role.name, privilege, "", name)
            continue
        held = role.columns.get(relation.oid, {})
        granted = {number for number, bits in held.items() if bits & bit}
        needed = columns[bit]
        whole = set(relation.columns)
        if not needed and granted:  # any column suffices
            continue
        denied = (whole if 0 in needed else set(needed)) - granted
        if needed and not denied:
            continue
        can_be_granted = denied and denied <= whole and 0 not in needed
        if granted and can_be_granted:
            listed = ", ".join(
                [quoted(relation.columns[number].name) for number in sorted(denied)]
            )
            privilege = f"{privilege} ({listed})"
        yield MissingPrivilege(role.name, privilege, "", name)


def combined(missing: Iterable[MissingPrivilege]) -> list[MissingPrivilege]:
    """Return each once, the privileges on one object together: `SELECT, UPDATE ON patients`."""
    by_object: dict[tuple[str, str, str], dict[str, None]] = {}
    for one in missing:
        by_object.setdefault((one.role, one.kind, one.name), {})[one.privilege] = None
    return [
        MissingPrivilege(role, ", ".join(names), kind, name)
        for (role, kind, name), names in by_object.items()
    ]


def qualified(schema: str, name: str) -> str:
    """Return a name with its schema as SQL writes it."""
    return f"{quoted(schema)}.{quoted(name)}"
