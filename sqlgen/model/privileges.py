"""The privileges of roles, as a database grants them once it is migrated."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from .frozen import frozen

# The bits of privileges on tables (`ACL_INSERT` and so on, parsenodes.h), as `requiredPerms` has them.
INSERT: Final = 1 << 0
SELECT: Final = 1 << 1
UPDATE: Final = 1 << 2
DELETE: Final = 1 << 3

TABLE_PRIVILEGES: Final = {
    SELECT: "SELECT",
    INSERT: "INSERT",
    UPDATE: "UPDATE",
    DELETE: "DELETE",
}


@frozen
class Policy:
    """A policy of row-level security that applies to a role.

    `commands` are the bits of the commands that it is for. One that is not `permissive` lets nobody see a row by
    itself. `trees` are its conditions (`pg_policy.polqual`, `polwithcheck`).
    """

    commands: int
    permissive: bool
    trees: tuple[str, ...]


@frozen(kw_only=True)
class RolePrivileges:
    """The privileges of a role, those of roles that it is a member of included.

    `tables` are the bits of privileges on whole tables by oid, `columns` those on single columns by
    table and number. `sequences` are the privileges on sequences. `no_usage` are the names of the
    schemas, and `no_execute` the oids of the functions that the role may not use. `policies` are those that
    apply to the role, for each table with row-level security that it is subject to.
    A `superuser` has all privileges, and the rest is empty.
    """

    name: str
    superuser: bool = False
    tables: Mapping[int, int] = field(default_factory=dict)
    columns: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    sequences: Mapping[int, frozenset[str]] = field(default_factory=dict)
    no_usage: frozenset[str] = frozenset()
    no_execute: frozenset[int] = frozenset()
    policies: Mapping[int, tuple[Policy, ...]] = field(default_factory=dict)


@frozen
class Privileges:
    """The privileges of some roles by name, and of the owners of views and functions.

    `runs_as` has the name of the owner with whose privileges a view reads its tables, or a SECURITY
    DEFINER function runs, by oid; others do so with the privileges of the caller.
    """

    roles: Mapping[str, RolePrivileges]
    runs_as: Mapping[int, str]
