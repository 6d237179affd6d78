"""A server's answers about the recorded queries, as data <-> as JSON.

Only facts that the trees mention are stored: inference never asks for an oid that is in no tree.

There is no recording of PostgreSQL 14. Its trees are made of those of 15, from which they differ in
little (`src/backend/nodes/outfuncs.c` of both): some tags are shorter, some fields are not there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from sqlgen import parse
from sqlgen.model import catalog as _models
from sqlgen.model.catalog import Catalog, PgType
from sqlgen.model.description import ResultColumn
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile

FOLDER = Path(__file__).parent
SCHEMA = (FOLDER / "schema.sql").read_text("utf-8")
VERSIONS = (14, 15, 16, 17, 18)
TAGS_OF_14 = {
    "ARRAYEXPR": "ARRAY",
    "CASEEXPR": "CASE",
    "CASEWHEN": "WHEN",
    "COALESCEEXPR": "COALESCE",
    "COLLATEEXPR": "COLLATE",
    "MINMAXEXPR": "MINMAX",
    "RANGETBLENTRY": "RTE",
    "ROWCOMPAREEXPR": "ROWCOMPARE",
    "ROWEXPR": "ROW",
}
_NOT_IN_14 = re.compile(
    r" :(?:mergeActionList <>|mergeUseOuterJoin false|runCondition <>)"
)
_TYPES = {member.__name__: member for member in get_args(PgType)}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A `Description` but for its query, which stands in `queries.sql`."""

    parameter_types: tuple[PgType, ...]
    columns: tuple[ResultColumn, ...]
    tree: str


@dataclass(frozen=True, kw_only=True)
class Recording:
    catalog: Catalog
    queries: Mapping[str, Recorded]


def queries(major: int) -> tuple[Query, ...]:
    """Return the queries that a server of this major version knows."""
    text = (FOLDER / "queries.sql").read_text("utf-8")
    in_file = parse.query_file(SourceFile("queries.sql", text)).queries
    return tuple(query for query in in_file if since(query) <= major)


def since(query: Query) -> int:
    match = re.search(r"^since: (\d+)$", query.doc, re.MULTILINE)
    return int(match[1]) if match else 0


def nullable(query: Query) -> set[str]:
    """Return the columns that the query's comment says may be NULL."""
    match = re.search(r"^nullable:(.*)$", query.doc, re.MULTILINE)
    assert match, query.name
    return set(filter(None, match[1].replace(" ", "").split(",")))


def read(major: int) -> Recording:
    if major == 14:
        return _of_14(read(15))
    text = (FOLDER / f"pg{major}.json").read_text("utf-8")
    recording = _decode(Recording, json.loads(text))
    assert isinstance(recording, Recording)
    return recording


def _of_14(recording: Recording) -> Recording:
    known = {query.name for query in queries(14)}
    catalog = recording.catalog
    return Recording(
        catalog=replace(
            catalog,
            server_version=140000,
            relations={
                oid: replace(
                    relation,
                    tree=_tree_of_14(relation.tree),
                    checks=tuple(
                        replace(check, tree=_tree_of_14(check.tree))
                        for check in relation.checks
                    ),
                )
                for oid, relation in catalog.relations.items()
            },
            functions={
                oid: replace(function, body=_tree_of_14(function.body))
                for oid, function in catalog.functions.items()
            },
        ),
        queries={
            name: replace(recorded, tree=_tree_of_14(recorded.tree))
            for name, recorded in recording.queries.items()
            if name in known
        },
    )


def _tree_of_14(tree: str) -> str:
    for new, old in TAGS_OF_14.items():
        tree = tree.replace(f"{{{new} ", f"{{{old} ")
    return _NOT_IN_14.sub("", tree)


def write(major: int, recording: Recording) -> None:
    """Write a line for each fact and each query, so that changes are seen as such."""
    data = _encode(recording)
    sections = [
        f"{json.dumps(name)}: {_lines(value)}"
        for name, value in (*data["catalog"].items(), ("queries", data["queries"]))
    ]
    *catalog, described = sections
    text = '{"catalog": {\n' + ",\n".join(catalog) + "},\n" + described + "}\n"
    (FOLDER / f"pg{major}.json").write_text(text, "utf-8")


def mentioned(catalog: Catalog, trees: Iterable[str]) -> Catalog:
    """Return the facts of *catalog* that the trees may refer to, and all of the schema `public`."""
    relations = {o: r for o, r in catalog.relations.items() if r.schema == "public"}
    texts = [*trees]
    for relation in relations.values():
        texts += [relation.tree, *(check.tree for check in relation.checks)]
    texts += [f.body for f in catalog.functions.values() if f.schema == "public"]
    whole = "".join(texts)
    oids = set(map(int, re.findall(r"(?<= )\d+(?=[ )}])", whole)))
    called = set(map(int, re.findall(r":\w*(?:funcid|fnoid) (\d+)", whole)))
    return replace(
        catalog,
        relations=relations,
        types={o: t for o, t in catalog.types.items() if o in oids},
        functions={o: f for o, f in catalog.functions.items() if o in called},
        operators={o: n for o, n in catalog.operators.items() if o in oids},
    )


def _lines(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    items = (f"{json.dumps(str(k))}: {json.dumps(v)}" for k, v in value.items())
    return "{\n" + ",\n".join(items) + "}"


def _encode(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case tuple():
            return [_encode(item) for item in value]
        case frozenset():
            return sorted(_encode(item) for item in value)
        case dict():
            return {key: _encode(value[key]) for key in sorted(value)}
        case _ if is_dataclass(value):
            kind = type(value).__name__
            members = {
                field.name: _encode(own)
                for field in fields(value)
                if (own := getattr(value, field.name)) != field.default
                or field.default is MISSING
            }
            return {"is": kind, **members} if kind in _TYPES else members
        case _:
            return value


def _decode(kind: Any, data: Any) -> Any:
    if isinstance(kind, UnionType):
        if data is None or not isinstance(data, dict):
            return data
        kind = _TYPES.get(data.get("is", ""), get_args(kind)[0])
    if is_dataclass(kind):
        hints = get_type_hints(kind, vars(_models))
        values = {k: _decode(hints[k], v) for k, v in data.items() if k != "is"}
        return kind(**values)  # type: ignore[operator]
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is tuple and arguments[-1] is Ellipsis:
            return tuple(_decode(arguments[0], item) for item in data)
        case origin if origin is tuple:
            return tuple(map(_decode, arguments, data))
        case origin if origin is frozenset:
            return frozenset(_decode(arguments[0], item) for item in data)
        case origin if origin is Mapping:
            key, item = arguments
            return {key(k): _decode(item, v) for k, v in data.items()}
        case _:
            return kind(data)
