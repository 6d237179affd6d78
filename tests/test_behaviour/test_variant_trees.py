"""The statements that calls can run, all of them, as PostgreSQL analyses them."""

import re
from collections.abc import Collection, Sequence
from itertools import product

import pytest

from sqlgen.describe.pipeline import describe_pipelined
from sqlgen.describe.responses import ParsedStatement
from sqlgen.describe.tree_settings import debug_print_parse
from sqlgen.describe.tree_text import unwrap
from sqlgen.infer.tree import nodes
from sqlgen.infer.tree.nodes import Node
from sqlgen.infer.variants.comparison import differences
from sqlgen.infer.variants.missing_entries import missing_entries
from sqlgen.model.query import Part, PartKind
from tests.test_behaviour.packages import Build, Connection, Package

SCHEMA = """
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t (
    id int PRIMARY KEY, name varchar(20) NOT NULL, mail text COLLATE "C", tags text[], x int DEFAULT 3, y int,
    pair pair, at timestamptz NOT NULL DEFAULT now(), double int GENERATED ALWAYS AS (2 * x) STORED
);
CREATE VIEW v AS SELECT id, name, mail FROM t;
"""

UPDATES = {
    "name, mail, tags, x, y, at": "UPDATE t SET name = :name, mail = :mail, tags = :tags, x = :x, y = :y, at = :at"
    " WHERE id = :id RETURNING *",
    "name, x": "UPDATE t AS u SET name = upper(:name) || 'x', y = u.x + 1, x = CASE WHEN u.y > 3 AND :x > 2"
    " THEN (SELECT max(id) FROM t WHERE name = 'a, b') ELSE 1 END FROM v WHERE v.id = u.id RETURNING u.x, v.name",
    "a, b, name": "UPDATE t SET (x, y) = (:a, :b), name = :name, mail = DEFAULT WHERE id = 1 RETURNING x",
    "a, b": "UPDATE t SET mail = 'x', (x, y) = (SELECT :a::int, :b::int) RETURNING mail",
    "a, b, x": "UPDATE t SET tags[1] = :a, pair.b = :b, tags[2] = :x WHERE id = 1 RETURNING tags, pair",
    "mail, x, id": "UPDATE t SET mail = :mail, x = :x WHERE id = :id AND name = 'a' RETURNING id",
    "mail, name": "INSERT INTO t (id, name) VALUES (:id, 'n') ON CONFLICT (id) DO UPDATE SET name = :name,"
    " x = excluded.x, mail = :mail WHERE t.id > 3 RETURNING id, mail",
    "y, name": "WITH c AS (UPDATE t SET x = 1, y = :y RETURNING id) UPDATE t SET name = :name, mail = NULL WHERE id IN"
    " (SELECT id FROM c) RETURNING id",
    "mail": "UPDATE v SET mail = :mail, name = 'x' WHERE id = 3 RETURNING *",
}  # fmt: skip
INSERTS = {
    "mail, tags, x, at": "INSERT INTO t (id, name, mail, tags, x, at) VALUES (1, 'n' || :name::text, :mail, :tags, :x, :at)"
    " RETURNING *",
    "x, y, a, b": "INSERT INTO t (id, name, x, y) VALUES (1, 'a', :x, :y), (2, 'b', abs(:a), (:b + 1) * 2) RETURNING x",
    "x": "WITH c AS (INSERT INTO t (id, name, x) VALUES (:id, 'n', :x) RETURNING x) SELECT x FROM c",
    "mail, y": "INSERT INTO t (id, name, mail, y) VALUES (:id, 'n', :mail, :y) ON CONFLICT (id) DO UPDATE"
    " SET mail = excluded.mail, y = excluded.y + 1 RETURNING y",
}  # fmt: skip


@pytest.mark.parametrize("names", [*UPDATES, *INSERTS])
def test_each_part_changes_the_tree_in_its_place_only(
    build: Build, connection: Connection, names: str
) -> None:
    """Whatever else is left out, leaving out one part more changes what this part is, and nothing else."""
    word = "optional" if names in UPDATES else "default"
    head = f"-- sqlgen: {word} {names}\n"
    statement = (UPDATES | INSERTS)[names]
    package = build(SCHEMA, f"-- name: q :many\n{head}{statement}")
    query = package.descriptions["q"].query
    types = [
        _oid(connection, type_.display)
        for type_ in package.descriptions["q"].parameter_types
    ]
    texts: dict[tuple[bool, ...], str] = {}
    for combination in product([True, False], repeat=len(query.parts)):
        left_out = [
            part
            for part, is_given in zip(query.parts, combination, strict=True)
            if not is_given
        ]
        text = _text(package, left_out, query.assigned, len(types))
        if not text.startswith("SELECT"):  # with nothing to set
            texts[combination] = text
    trees = dict(zip(texts, _trees(connection, [*texts.values()], types), strict=True))
    compared = 0
    for combination, tree in trees.items():
        for place, part in enumerate(query.parts):
            less = (*combination[:place], False, *combination[place + 1 :])
            if combination[place] and less in trees:
                [found] = differences(tree, trees[less])
                compared += 1
                if part.kind is PartKind.CONDITION:
                    assert found.after.tag == "CONST"
                elif part.kind is PartKind.ASSIGNMENT:
                    assert missing_entries(found)
                else:
                    assert found.after.tag == "SETTODEFAULT"
    assert compared


def _text(
    package: Package, left_out: Collection[Part], assigned: Collection[int], count: int
) -> str:
    """Return the statement that the package runs without some parts, its parameters numbered as in the whole."""
    unset = package.module.UNSET
    absent = {number for part in left_out for number in part.parameters}
    values = [
        n if n not in absent else unset if n in assigned else None
        for n in range(1, count + 1)
    ]
    statement, numbers = package.sub("q").Q_VARIANTS.given(*values)
    return re.sub(r"\$(\d+)", lambda match: f"${numbers[int(match[1]) - 1]}", statement)


def _oid(connection: Connection, type_: str) -> int:
    row = connection.execute("SELECT %s::regtype::oid", [type_]).fetchone()
    assert row is not None
    return int(row[0])


def _trees(
    connection: Connection, texts: Sequence[str], types: Sequence[int]
) -> list[Node]:
    trees = []
    with debug_print_parse(connection.pgconn):
        all_types = [types] * len(texts)
        for response in describe_pipelined(connection.pgconn, texts, all_types):
            assert isinstance(response, ParsedStatement), response
            tree = nodes.query(unwrap(response.tree))
            assert tree is not None
            trees.append(tree)
    return trees
