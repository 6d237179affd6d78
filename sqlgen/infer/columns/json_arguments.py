"""A statement -> the expressions that it makes JSON of, where the JSON is only returned."""

from collections.abc import Iterator
from typing import Final

from ..tree.enums import CmdType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel

_JSON_FUNCTIONS: Final = frozenset(
    {
        *("to_json", "to_jsonb", "row_to_json", "array_to_json"),
        *("json_build_object", "jsonb_build_object"),
        *("json_build_array", "jsonb_build_array"),
        *("json_agg", "jsonb_agg", "json_agg_strict", "jsonb_agg_strict"),
        *("json_object_agg", "jsonb_object_agg"),
    }
)
JSON_CALLS: Final = _JSON_FUNCTIONS | {
    *("json_object", "json_array", "json_arrayagg", "json_objectagg")
}
"""The words that such a call may begin with: SQL's own syntax for JSON has more."""


def json_arguments(statement: QueryLevel) -> Iterator[tuple[Node, QueryLevel]]:
    """Yield the arguments of functions that make JSON, with their queries, where it is only returned.

    What a statement stores stays as it is: an audit may want the columns that are added.
    """
    stores = any(
        level.query.number("commandType") not in (CmdType.SELECT, CmdType.DELETE)
        for level in statement.all
    )
    for level in statement.all:
        if stores and level.query.number("commandType") == CmdType.SELECT:
            continue
        for entry in level.output:
            if entry.number("ressortgroupref"):
                continue
            for node in entry.own:
                for argument in _arguments_of(node, level):
                    yield argument, level


def _arguments_of(node: Node, level: QueryLevel) -> Iterator[Node]:
    """Yield the arguments of a call that makes JSON of them."""
    if node.tag == "JSONCONSTRUCTOREXPR":
        yield from node.nodes("args")
    if node.tag not in ("FUNCEXPR", "AGGREF") or node.nodes("aggdistinct"):
        return
    oid = node.number("funcid") or node.number("aggfnoid")
    function = level.catalog.functions.get(oid)
    if function is None or not function.system or function.name not in _JSON_FUNCTIONS:
        return
    for argument in node.nodes("args"):
        if node.tag == "FUNCEXPR":
            yield argument
        elif (value := argument.node("expr")) and not argument.number(
            "ressortgroupref"
        ):
            yield value
