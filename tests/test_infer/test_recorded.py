"""The trees of PostgreSQL 14 to 18, which print nodes differently, are all read and mean the same.

Recorded from servers, so that each version's format is held where that version is not at hand.
"""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from _pytest.mark.structures import ParameterSet

from sqlgen import infer
from sqlgen.infer.tree import nodes
from sqlgen.model.description import Description
from sqlgen.model.query import Query
from sqlgen.model.typed import TypedQuery

from .recorded.recording import (
    TAGS_OF_14,
    VERSIONS,
    Recording,
    nullable,
    queries,
    read,
    since,
)


@cache
def recording(major: int) -> Recording:
    return read(major)


def inferred(major: int, query: Query) -> TypedQuery:
    recorded_catalog = recording(major).catalog
    recorded = recording(major).queries[query.name]
    description = Description(
        query=query,
        parameter_types=recorded.parameter_types,
        columns=recorded.columns,
        tree=recorded.tree,
    )
    return infer.query(description, recorded_catalog)


def cases() -> Iterator[ParameterSet]:
    for major in VERSIONS:
        for query in queries(major):
            yield pytest.param(major, query, id=f"pg{major}-{query.name}")


@pytest.mark.parametrize(("major", "query"), tuple(cases()))
def test_what_may_be_null(major: int, query: Query) -> None:
    typed = inferred(major, query)
    assert {
        column.name: column.reason
        for column in typed.columns
        if column.nullable != (column.name in nullable(query))
    } == {}
    assert nullable(query) <= {column.name for column in typed.columns}


@pytest.mark.parametrize("query", queries(VERSIONS[-1]), ids=lambda query: query.name)
def test_all_versions_mean_the_same(query: Query) -> None:
    known = [major for major in VERSIONS if since(query) <= major]
    typed = [inferred(major, query) for major in known]
    assert typed == [typed[0]] * len(known)


@pytest.mark.parametrize("major", VERSIONS)
def test_every_tree_is_read_whole(major: int) -> None:
    for name, recorded in recording(major).queries.items():
        tree = nodes.query(recorded.tree)
        assert tree is not None, name
        assert sum(1 for _ in tree.walk()) == braces(recorded.tree), name
        for node in tree.walk():
            assert node.tag.isalpha(), (name, node)
            assert "missing" not in node  # tells the fields apart


def braces(tree: str) -> int:
    """How many nodes the text has: its braces that are not escaped."""
    return tree.replace("\\\\", "").replace("\\{", "").count("{")


def test_the_recordings_have_what_only_their_version_prints() -> None:
    tags = {
        major: {
            tag
            for recorded in recording(major).queries.values()
            for tag in re.findall(r"\{([A-Z]+) ", recorded.tree)
        }
        for major in VERSIONS
    }
    assert set(TAGS_OF_14.values()) <= tags[14]
    assert set(TAGS_OF_14) <= tags[15] - tags[14]
    assert "RTEPERMISSIONINFO" in tags[16] - tags[15]
    assert "JSONCONSTRUCTOREXPR" in tags[16] - tags[15]
    assert {"JSONEXPR", "MERGESUPPORTFUNC"} <= tags[17] - tags[16]
    trees = {
        major: "".join(recorded.tree for recorded in recording(major).queries.values())
        for major in VERSIONS
    }
    assert "mergeActionList" not in trees[14]
    assert ":varnullingrels" in trees[16]
    assert ":varnullingrels" not in trees[15]
    assert ":varreturningtype" in trees[18]
    assert ":hasGroupRTE true" in trees[18]
