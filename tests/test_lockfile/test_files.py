"""The lock of a project: its exact text, and what is read back from it, without a server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sqlgen import lockfile, parse
from sqlgen.model.catalog import DomainType, EnumType, ScalarType
from sqlgen.model.commands import Cardinality
from sqlgen.model.config import Config
from sqlgen.model.diagnostic import Diagnostic, Label, SqlgenError
from sqlgen.model.json_shape import JsonItem, JsonKind, JsonMember, JsonObject
from sqlgen.model.json_shape import JsonScalar as Scalar
from sqlgen.model.output import LOCK_MARKER
from sqlgen.model.query import Mark, QueryFile
from sqlgen.model.source import SourceFile, Span
from sqlgen.model.typed import (
    ColumnName,
    Override,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)

CONFIG = Config(root=Path("/"))
TEXT = ScalarType(schema="pg_catalog", name="text", display="text")
MOOD = EnumType(schema="public", name="mood", display="mood", labels=("so", 'f"ine'))
ZIP = DomainType(
    schema="public",
    name="zip",
    display="zip",
    base=TEXT,
    not_null=True,
    literals=("a",),
)
PLACE = ColumnName("public", "ödd.name", 'a "b"\n')
FILE = parse.query_file(
    SourceFile(
        "queries/a/b.sql",
        "-- name: second :many\nSELECT *, :m::mood;\n-- name: first :exec\nSELECT 1;",
    )
)
MIGRATION = SourceFile("migrations/1_a.sql", "", bytes(48))

SECOND = TypedQuery(
    query=FILE.queries[0],
    parameters=(
        TypedParameter(
            name="m",
            number=1,
            type=MOOD,
            nullable=True,
            reason="said by people",
            column=PLACE,
            literals=("ä", "\\"),
            domain=ZIP,
            element_nullable=True,
        ),
    ),
    columns=(
        TypedColumn(name="plain", type=TEXT, nullable=False, reason="it is so"),
        TypedColumn(
            name="x\ty",
            type=MOOD,
            nullable=True,
            reason="",
            override=Override("?: app.T", Mark.NULLABLE, "app.T"),
            column=PLACE,
            literals=("1",),
            domain=ZIP,
            element_nullable=True,
            narrowed=True,
            json=JsonObject((JsonMember("k", JsonItem(Scalar(JsonKind.ANY), False)),)),
        ),
    ),
    cardinality=Cardinality.MANY,
    stars=(Star(7, 8, ("a", '"b c"')), Star(9, 10, ())),
    reads=(PLACE, ColumnName("s", "t", "c")),
    writes=(PLACE,),
    warnings=(
        Diagnostic(
            code="x", message="far away", label=Label(Span(MIGRATION, 0, 0)), hint=""
        ),
    ),
)
FIRST = TypedQuery(
    query=FILE.queries[1], parameters=(), columns=(), cardinality=Cardinality.NONE
)

LOCK = r"""  "queries": {
    "first": {
      "cardinality": "none",
      "fingerprint": "<first>"
    },
    "second": {
      "cardinality": "many",
      "columns": [
        {"name": "plain", "nullable": false, "type": "text"},
        {"column": ["public", "ödd.name", "a \"b\"\n"], "domain": "zip", "element_nullable": true, "json": {"object": [["k", ["any", false], true]]}, "literals": ["1"], "name": "x\ty", "narrowed": true, "nullable": true, "override": ["?: app.T", "?", "app.T"], "type": "mood"}
      ],
      "fingerprint": "<second>",
      "parameters": [
        {"column": ["public", "ödd.name", "a \"b\"\n"], "domain": "zip", "element_nullable": true, "literals": ["ä", "\\"], "name": "m", "nullable": true, "number": 1, "type": "mood"}
      ],
      "reads": [
        ["public", "ödd.name", "a \"b\"\n"],
        ["s", "t", "c"]
      ],
      "stars": [
        [7, 8, ["a", "\"b c\""]],
        [9, 10, []]
      ],
      "writes": [
        ["public", "ödd.name", "a \"b\"\n"]
      ]
    }
  }
}
"""


def files(*typed: TypedQuery, file: QueryFile = FILE) -> dict[str, str]:
    made, types = lockfile.query_file(CONFIG, file, typed)
    schema = lockfile.schema_file(CONFIG, [MIGRATION], [types, types])
    return {one.path: one.text for one in (made, schema)}


def recorded(texts: dict[str, str]) -> lockfile.Lockfile:
    contents = {path: text.encode() for path, text in texts.items()}
    return lockfile.Lockfile(CONFIG, [MIGRATION], contents)


def test_items_are_sorted_one_a_line() -> None:
    text = files(SECOND, FIRST)["generated/.sqlgen/queries/a/b.json"]
    expected = LOCK.replace("<first>", lockfile.fingerprint(FIRST.query)).replace(
        "<second>", lockfile.fingerprint(SECOND.query)
    )
    assert text == f"{LOCK_MARKER},\n{expected}"


def test_a_file_without_queries_has_a_lock() -> None:
    empty = QueryFile(SourceFile("queries/e.sql", "-- Nothing."), "", ())
    text = files(file=empty)["generated/.sqlgen/queries/e.json"]
    assert text == f'{LOCK_MARKER},\n  "queries": {{}}\n}}\n'


def test_the_schema_has_each_type_once() -> None:
    schema = json.loads(files(SECOND, FIRST)[lockfile.schema_path(CONFIG)])
    assert schema["migrations"] == {MIGRATION.path: "0" * 40}
    assert schema["types"] == {
        "mood": {"schema": "public", "name": "mood", "labels": list(MOOD.labels)},
        "text": {"schema": "pg_catalog", "name": "text"},
        "zip": {
            "schema": "public",
            "name": "zip",
            "base": "text",
            "not_null": True,
            "literals": ["a"],
        },
    }


def test_the_lock_is_read_without_reasons_and_warnings() -> None:
    lock = recorded(files(SECOND, FIRST))
    assert lock.stale == ()
    second = replace(
        SECOND,
        parameters=tuple(replace(p, reason="") for p in SECOND.parameters),
        columns=tuple(replace(c, reason="") for c in SECOND.columns),
        warnings=(),
    )
    assert lock.queries(FILE) == ((second, FIRST), ())


def test_queries_with_warnings_about_other_places_are_not_packed() -> None:
    """They would be shown at a wrong place once one of the two places has moved."""
    unpacked = lockfile.unpack(lockfile.pack([SECOND, FIRST]), FILE.queries)
    assert unpacked == {id(FIRST.query): FIRST}
    near = replace(SECOND, warnings=())
    unpacked = lockfile.unpack(lockfile.pack([near, FIRST]), FILE.queries)
    assert unpacked == {id(near.query): near, id(FIRST.query): FIRST}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"type": "text"', '"type": "txet"'),
        ('"domain": "zip"', '"domain": "text"'),
        ('"cardinality": "many"', '"cardinality": "some"'),
        ('["s", "t", "c"]', '["s", "t"]'),
        ('"name": "plain", ', ""),
        ("[7, 8, ", "[7, "),
        ('"reads": [', '"reads": {['),
    ],
)
def test_files_that_sqlgen_did_not_write_are_refused(old: str, new: str) -> None:
    before = files(SECOND, FIRST)
    path = "generated/.sqlgen/queries/a/b.json"
    assert old in before[path]
    changed = before | {path: before[path].replace(old, new)}
    with pytest.raises(SqlgenError) as caught:
        recorded(changed).queries(FILE)
    assert [d.code for d in caught.value.diagnostics] == ["unreadable-lock"]
