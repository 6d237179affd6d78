"""Which conditions can be left out, and what holds with and without them, on a server's trees."""

from collections.abc import Callable, Sequence
from itertools import product

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.describe.pipeline import describe_pipelined
from sqlgen.describe.responses import ParsedStatement
from sqlgen.describe.tree_settings import debug_print_parse
from sqlgen.describe.tree_text import unwrap
from sqlgen.infer.tree import nodes
from sqlgen.infer.tree.nodes import Node
from sqlgen.infer.variants.comparison import differences
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery

Connection = psycopg.Connection[TupleRow]
Varied = Callable[[str, str], tuple[Description, TypedQuery]]

SCHEMA = """
CREATE TABLE patients (
    id int PRIMARY KEY,
    mrn text NOT NULL UNIQUE,
    name varchar(80) NOT NULL,
    born_on date,
    status text NOT NULL CHECK (status IN ('in', 'out')),
    tags text[]
);
CREATE TABLE visits (
    id int PRIMARY KEY,
    patient_id int NOT NULL REFERENCES patients,
    at timestamptz NOT NULL,
    note text
);
CREATE VIEW inpatients AS SELECT * FROM patients WHERE status = 'in';
"""


@pytest.fixture
def varied(connection: Connection) -> Varied:
    """A function that analyses a statement with these optional parameters."""
    connection.execute(SCHEMA)
    catalog = describe.catalog(connection)

    def call(names: str, statement: str) -> tuple[Description, TypedQuery]:
        text = f"-- name: q :many\n-- sqlgen: optional {names}\n{statement}"
        queries = parse.query_file(SourceFile("queries/q.sql", text)).queries
        [description] = describe.queries(connection, catalog, queries)
        assert isinstance(description, Description), description
        return description, infer.query(description, catalog)

    return call


PROVED = {
    "a": "SELECT * FROM patients WHERE mrn = :a",
    "a, b": "SELECT id FROM patients WHERE mrn = :a AND name ILIKE :b AND id > 3",
    "c, d, e": """SELECT id FROM patients WHERE born_on BETWEEN :c AND :d
        AND (status = 'in' AND (tags @> :e AND name <> 'and'))""",
    "f, g": """SELECT p.id, v.note FROM patients AS p JOIN visits AS v ON v.patient_id = p.id AND v.at > :f
        LEFT JOIN visits AS w ON w.id = v.id WHERE w.note = :g""",
    "h, i": """SELECT patient_id, count(*) FROM visits WHERE at > :h GROUP BY patient_id
        HAVING count(*) > :i AND min(id) > 3""",
    "j": "SELECT max(id) FROM visits HAVING count(*) > :j",
    "k": "SELECT p.id FROM patients AS p GROUP BY p.id HAVING p.born_on = :k",
    "l, m": """SELECT id FROM patients AS p WHERE NOT EXISTS (SELECT FROM visits AS v
        WHERE v.patient_id = p.id AND v.note = :l) AND :m IN (SELECT note FROM visits)""",
    "n, o": """WITH r AS (SELECT * FROM inpatients WHERE mrn = :n AND name > 'a')
        SELECT * FROM r WHERE born_on = :o""",
    "p, q, r, s, t, u": """SELECT id FROM patients WHERE id = :p AND mrn = :q AND name = :r AND born_on = :s
        AND status = :t AND tags && :u AND id IN (SELECT patient_id FROM visits)""",
    "v, w": "UPDATE visits SET note = 'x' WHERE at > :v AND patient_id = ANY(:w) RETURNING *",
    "x": "DELETE FROM visits USING patients AS p WHERE p.id = patient_id AND p.name = :x",
    "y": "INSERT INTO visits SELECT id, id, now(), name FROM patients WHERE id > 3 AND name = :y",
    "z": "SELECT id FROM patients WHERE name = :z UNION SELECT id FROM visits WHERE note = 'x'",
    "a, c": "SELECT id FROM patients WHERE (name, mrn) > (:a, :c) AND status = 'in' FOR UPDATE",
    "k, c": "SELECT id FROM patients WHERE name = :k AND (born_on = :c OR born_on IS NULL) AND true",
    "é": "SELECT 'é'::text AS x FROM patients WHERE name = :é AND mrn <> 'ß' -- é AND\n AND id > 1",
    "s, v": "SELECT s.id FROM (SELECT * FROM patients WHERE name = :s OFFSET 0) AS s WHERE s.mrn = :v",
    "i, j": "MERGE INTO visits AS v USING (SELECT * FROM patients WHERE mrn = :i AND name = :j) AS p"
    " ON v.patient_id = p.id WHEN MATCHED THEN DELETE",
}  # fmt: skip


@pytest.mark.parametrize("names", PROVED)
@pytest.mark.usefixtures("varied")
def test_each_combination_is_analysed_as_proved(
    connection: Connection, names: str
) -> None:
    """The trees of all combinations are that of the whole statement with `true` for each part."""
    statement = PROVED[names]
    if statement.startswith("MERGE") and connection.info.server_version < 15_00_00:
        pytest.skip("MERGE is newer")
    command = (
        ":exec" if statement.startswith(("MERGE", "INSERT", "DELETE")) else ":many"
    )
    text = f"-- name: q {command}\n-- sqlgen: optional {names}\n{statement}"
    [query] = parse.query_file(SourceFile("queries/q.sql", text)).queries
    catalog = describe.catalog(connection)
    [description] = describe.queries(connection, catalog, [query])
    assert isinstance(description, Description), description
    infer.query(description, catalog)
    types = [_oid(connection, type_.display) for type_ in description.parameter_types]
    combinations = list(product([True, False], repeat=len(query.parts)))
    texts = []
    for kept in combinations:
        text = query.sql.text
        for part, is_kept in reversed(list(zip(query.parts, kept, strict=True))):
            if not is_kept:
                text = f"{text[: part.start]}true{text[part.end :]}"
        texts.append(text)
    trees = _trees(connection, texts, [types] * len(texts))
    for kept, tree in zip(combinations, trees, strict=True):
        found = differences(trees[0], tree)
        assert len(found) == kept.count(False)
        assert all(one.after.tag == "CONST" for one in found)


def _oid(connection: Connection, type_: str) -> int:
    row = connection.execute("SELECT %s::regtype::oid", [type_]).fetchone()
    assert row is not None
    return int(row[0])


def _trees(
    connection: Connection, texts: Sequence[str], types: Sequence[Sequence[int]]
) -> list[Node]:
    trees = []
    with debug_print_parse(connection.pgconn):
        for response in describe_pipelined(connection.pgconn, texts, types):
            assert isinstance(response, ParsedStatement), response
            tree = nodes.query(unwrap(response.tree))
            assert tree is not None
            trees.append(tree)
    return trees


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "SELECT 1 FROM patients AS p LEFT JOIN visits AS v ON v.patient_id = p.id AND v.note = :x",
            "it stands in the ON of an outer join",
        ),
        (
            "SELECT 1 FROM patients AS p FULL JOIN visits AS v ON v.patient_id = p.id AND v.note = :x",
            "it stands in the ON of an outer join",
        ),
        (
            "SELECT count(*) FILTER (WHERE note = :x AND id > 3) FROM visits",
            "it stands in the FILTER of an aggregate",
        ),
        (
            "EXPLAIN SELECT 1 FROM patients WHERE mrn = :x",
            "PostgreSQL does not show how it analyses the statement",
        ),
        (
            "SELECT count(*) FILTER (WHERE note = :x) OVER () FROM visits",
            "it stands in the FILTER of a window function",
        ),
        (
            "SELECT (SELECT 1 WHERE count(v.id) > :x) FROM visits AS v",
            "the rest of the statement would not stay the same",
        ),
        (
            "INSERT INTO visits (id, patient_id, at) VALUES (1, 1, now()) ON CONFLICT (id) DO UPDATE SET note = 'x' WHERE visits.note = :x",
            "it stands in the WHERE of ON CONFLICT",
        ),
    ],
)
def test_other_conditions_have_to_stay(
    varied: Varied, statement: str, reason: str
) -> None:
    with pytest.raises(SqlgenError) as caught:
        varied("x", statement)
    assert any(
        error.code == "not-optional" and error.message.endswith(reason)
        for error in caught.value.diagnostics
    )


def test_the_on_of_merge_has_to_stay(connection: Connection, varied: Varied) -> None:
    if connection.info.server_version < 15_00_00:
        pytest.skip("MERGE is newer")
    with pytest.raises(SqlgenError, match="it stands in the ON of MERGE"):
        varied(
            "x",
            "MERGE INTO patients AS p USING visits AS v ON p.id = v.patient_id AND v.note = :x"
            " WHEN MATCHED THEN DELETE",
        )


@pytest.mark.parametrize(
    ("statement", "nullable", "rows"),
    [
        # A condition that may not be there proves nothing.
        ("SELECT born_on FROM patients WHERE born_on = :x", [True], "many"),
        ("SELECT born_on FROM patients WHERE id = :x", [True], "many"),
        ("SELECT id FROM patients WHERE id = 3 AND name = :x", [False], "optional"),
        ("SELECT born_on FROM patients WHERE born_on > '2000-1-1' AND name = :x", [False], "many"),
        (
            "SELECT w.note FROM patients AS p LEFT JOIN visits AS w ON w.patient_id = p.id WHERE w.id = :x",
            [True],
            "many",
        ),
        # Nor does its absence: the subquery has a row only without the condition.
        ("SELECT (SELECT 1 WHERE 'a' = :x)", [True], "one"),
        ("SELECT (SELECT count(*) FROM visits WHERE note = :x)", [False], "one"),
        ("SELECT (SELECT count(*) FROM visits HAVING count(*) > :x)", [True], "one"),
        ("SELECT count(*) FROM visits HAVING count(*) > :x", [False], "optional"),
        (
            "SELECT p.name FROM visits AS v LEFT JOIN (SELECT * FROM patients WHERE name = :x) AS p ON p.id = v.patient_id",
            [True],
            "many",
        ),
        (
            "SELECT p.name FROM visits AS v LEFT JOIN patients AS p ON p.id = v.patient_id WHERE v.note = :x",
            [False],
            "many",
        ),
        ("UPDATE visits SET note = 'x' WHERE note = :x RETURNING note, at", [False, False], "many"),
    ],
)  # fmt: skip
def test_verdicts_hold_with_and_without_the_condition(
    varied: Varied, statement: str, nullable: list[bool], rows: str
) -> None:
    _, typed = varied("x", statement)
    assert [column.nullable for column in typed.columns] == nullable
    assert typed.cardinality == rows


def test_parameters_have_the_types_of_the_whole_statement(varied: Varied) -> None:
    description, typed = varied(
        "a, b",
        "SELECT id FROM patients WHERE status = :a AND born_on + :b::int > current_date",
    )
    assert [p.type.display for p in typed.parameters] == ["text", "integer"]
    assert typed.parameters[0].literals == ("in", "out")
    assert description.variants is not None
    assert len(description.variants.without) == 2


@pytest.mark.parametrize(
    ("optional", "required", "statement", "expected"),
    [
        ("id, mrn", "id, mrn", "id = :id AND mrn = :mrn", "optional"),
        ("id, mrn, name", "id, mrn", "id = :id AND mrn = :mrn AND name = :name", "optional"),
        ("id, mrn, name", "id, name", "id = :id AND mrn = :mrn AND name = :name", "many"),
        ("id, mrn, name", "mrn", "id = :id AND (mrn = :mrn AND name = :name)", "optional"),
        ("id, mrn", "id, mrn", "id = :id AND lower(mrn) = :mrn", "many"),
        ("id, mrn", "id, mrn", "id = :id AND EXISTS (SELECT FROM visits WHERE mrn = :mrn)", "many"),
        ("id, mrn", "id, mrn", "name = 'x' AND id = :id AND (status = 'in' AND mrn = :mrn)", "optional"),
    ],
)  # fmt: skip
def test_one_row_by_whichever_key_a_call_gives(
    connection: Connection, optional: str, required: str, statement: str, expected: str
) -> None:
    """With `require one of`, each call has one of the conditions; without it, none may be there."""
    connection.execute(SCHEMA)
    catalog = describe.catalog(connection)
    for line, rows in (
        (f"-- sqlgen: require one of {required}\n", expected),
        ("", "many"),
    ):
        for start in ("SELECT name FROM patients", "DELETE FROM patients"):
            end = " RETURNING name" if start.startswith("DELETE") else ""
            text = (
                f"-- name: q :many\n-- sqlgen: optional {optional}\n{line}"
                f"{start} WHERE {statement}{end}"
            )
            queries = parse.query_file(SourceFile("queries/q.sql", text)).queries
            [description] = describe.queries(connection, catalog, queries)
            assert isinstance(description, Description), description
            assert infer.query(description, catalog).cardinality == rows
