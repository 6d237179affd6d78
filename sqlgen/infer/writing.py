"""A statement -> whether it may write, which a READ ONLY transaction and a standby server refuse.

The proof looks at every query within the statement, at the queries of its views, at the policies of
row-level security on its tables, and at the functions and operators that any of them call.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from ..model.catalog import Catalog, Relation, RelationKind, Routine
from ..model.diagnostic import Diagnostic, Label
from ..model.query import Query
from .columns.spans import word_at
from .tree.enums import CmdType
from .tree.nodes import Node

_COMMANDS: Final = {
    CmdType.UPDATE: "it has an UPDATE",
    CmdType.INSERT: "it has an INSERT",
    CmdType.DELETE: "it has a DELETE",
    CmdType.MERGE: "it has a MERGE",
}
_CALLS: Final = ("funcid", "opfuncid", "aggfnoid", "winfnoid")
_FACT: Final = re.compile(
    rf":(commandType|rowMarks|relid|{'|'.join(_CALLS)}) ([^\s{{}}]+)"
)

_HARMLESS: Final = {
    "": frozenset("""
        array_sample array_shuffle clock_timestamp current_query gen_random_uuid
        pg_blocking_pids pg_collation_actual_version pg_database_collation_actual_version
        pg_database_size pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused
        pg_jit_available pg_last_wal_receive_lsn pg_last_wal_replay_lsn
        pg_last_xact_replay_timestamp pg_lock_status pg_partition_ancestors pg_partition_tree
        pg_relation_size pg_sleep pg_sleep_for pg_sleep_until pg_table_size pg_tablespace_size
        pg_total_relation_size random random_normal setseed timeofday uuidv4 uuidv7
        """.split()),  # noqa: SIM905
    "pgcrypto": frozenset("""
        gen_random_bytes gen_random_uuid gen_salt pgp_pub_encrypt pgp_pub_encrypt_bytea
        pgp_sym_encrypt pgp_sym_encrypt_bytea
        """.split()),  # noqa: SIM905
    "uuid-ossp": frozenset(
        {"uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"}
    ),
}
"""VOLATILE functions that change nothing, by extension; those of the server itself first.

They are VOLATILE since two calls give two values. Others take locks that outlive the statement, change
settings, or run a text as a query, and are not listed.
"""

_WRITING: Final = frozenset({"pg_current_xact_id", "txid_current"})
"""STABLE functions that give the transaction a number, which a standby server refuses."""


class Write(NamedTuple):
    """The reason why a statement may write.

    `function` is the oid of the function that the statement itself calls, 0 if it is none. `hint` says
    what the author can do about it.
    """

    reason: str
    function: int = 0
    hint: str = ""


class _Facts(NamedTuple):
    """The facts of a query's tree that tell whether it writes. Queries within it are in the same tree."""

    commands: frozenset[int]
    locks: bool
    relations: frozenset[int]
    calls: frozenset[int]


def possible_write(catalog: Catalog, tree: str) -> Write | None:
    """Return what may write in a statement with this analysed *tree*; None if it provably does not.

    A function that is declared STABLE or IMMUTABLE is believed not to write, as PostgreSQL believes
    it; so are the conditions of CHECKs and domains, and casts. A statement without a tree is a utility
    command, of which nothing is known.
    """
    if not tree:
        return Write("it is a utility command, of which nothing is known")
    return next(_writes(catalog, _facts(tree), set()), None)


def broken_promise(query: Query, write: Write, tree: Node | None) -> Diagnostic | None:
    """Return the error about a query that promises to read, but may *write*; None if it does not promise it.

    *tree* is that of the statement, in which the call that writes has its place.
    """
    if query.read_only is None:
        return None
    calls = tree.walk() if tree and write.function else ()
    places = [node.location for node in calls if write.function in _called(node)]
    place = max(places, default=-1)
    return Diagnostic(
        code="not-read-only",
        message=f"`{query.name}` is `read only`, but {write.reason}",
        label=Label(query.read_only if place < 0 else word_at(query, place)),
        hint=write.hint or "leave out the line `-- sqlgen: read only`",
    )


def _called(node: Node) -> tuple[int, ...]:
    return tuple([node.number(field) for field in _CALLS])


def _writes(catalog: Catalog, facts: _Facts, seen: set[int]) -> Iterator[Write]:
    """Yield what may write; *seen* are the oids of the relations and functions already looked at."""
    # A MERGE first: its actions have commands too.
    for command in sorted(facts.commands - {CmdType.SELECT}, reverse=True):
        yield Write(_COMMANDS.get(command, "it has a utility command"))
    if facts.locks:
        yield Write("it locks rows (FOR UPDATE or the like)")
    for oid in sorted(facts.calls):
        if write := _call(catalog, catalog.functions.get(oid), seen):
            yield write._replace(function=oid)
    for oid in sorted(facts.relations - seen):
        seen.add(oid)
        relation = catalog.relations.get(oid)
        for text, place in _stored(relation) if relation else ():
            for write in _writes(catalog, _stored_facts(text), seen):
                yield Write(f"{place} may write: {write.reason}", hint=write.hint)


def _stored(relation: Relation) -> Iterator[tuple[str, str]]:
    """Yield the trees that PostgreSQL adds to a query of the relation, and where they come from."""
    name = f"`{relation.schema}.{relation.name}`"
    if relation.kind is RelationKind.VIEW and relation.tree:
        yield relation.tree, f"the view {name}"
    for policy in relation.policies:
        yield policy, f"a policy of {name}"


def _call(catalog: Catalog, function: Routine | None, seen: set[int]) -> Write | None:
    """Return why a call of a function may write, None if it does not."""
    if function is None:
        return Write("it calls an unknown function")
    if function.system or function.extension:
        listed = _HARMLESS.get(function.extension, frozenset())
        writes = function.volatile and function.name not in listed
        if writes or (function.system and function.name in _WRITING):
            return Write(f"it calls `{function.name}()`, which may write")
        return None
    name = f"`{function.schema}.{function.name}()`"
    if function.kind == "a":
        return Write(
            f"it calls the aggregate {name}, whose functions are not looked at"
        )
    if not function.volatile or function.oid in seen:
        return None
    if not function.body:
        return Write(
            f"it calls {name}, which is VOLATILE",
            hint=f"declare {name} STABLE if it only reads",
        )
    seen.add(function.oid)
    for write in _writes(catalog, _stored_facts(function.body), seen):
        return Write(
            f"it calls {name}, which may write: {write.reason}", hint=write.hint
        )
    return None


def _facts(tree: str) -> _Facts:
    """Return the facts in the text of a tree.

    PostgreSQL escapes the blanks in names, so that no name looks like a field.
    """
    found: dict[str, set[str]] = {}
    for field, value in _FACT.findall(tree):
        found.setdefault(field, set()).add(value)
    return _Facts(
        commands=_numbers(found, "commandType"),
        locks=bool(found.get("rowMarks", set()) - {"<>"}),
        relations=_numbers(found, "relid") - {0},
        calls=frozenset().union(*[_numbers(found, field) for field in _CALLS]),
    )


_stored_facts = lru_cache(maxsize=4096)(_facts)


def _numbers(found: dict[str, set[str]], field: str) -> frozenset[int]:
    return frozenset(map(int, found.get(field, ())))
