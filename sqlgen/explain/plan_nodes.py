"""The JSON of EXPLAIN -> a tree of plan nodes. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..model.frozen import frozen


@frozen(kw_only=True)
class PlanNode:
    """A node of a plan, with the fields of EXPLAIN that say what is read, and how.

    `kind` is the node's type (`Seq Scan`), `operation` that of a ModifyTable (`Delete`). `schema`, `relation`
    and `alias` are those of the table that it reads or writes; `index` is the name of an index, which is in
    the same schema. Conditions are SQL as EXPLAIN prints it, in which each column has the alias in
    front. `arbiters` are the indexes of ON CONFLICT. `function` is that of a Function Scan. `strategy`,
    `direction` and `join_type` are words of EXPLAIN's for what a plan's reader sees in the node's name.
    """

    kind: str
    children: tuple["PlanNode", ...] = ()
    schema: str = ""
    relation: str = ""
    alias: str = ""
    index: str = ""
    index_condition: str = ""
    recheck_condition: str = ""
    filter: str = ""
    join_filter: str = ""
    join_type: str = ""
    operation: str = ""
    direction: str = ""
    strategy: str = ""
    function: str = ""
    arbiters: tuple[str, ...] = ()
    relationship: str = ""
    subplan: str = ""
    output: tuple[str, ...] = ()
    sort_key: tuple[str, ...] = ()
    rows: float = 0
    cost: float = 0

    def nodes(self) -> Iterator["PlanNode"]:
        """Yield the node and all below it, from the top down."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


def read_plan(text: str) -> PlanNode:
    """Return the plan that `EXPLAIN (FORMAT JSON)` has printed: of a statement that rules split, all.

    Raises `ValueError` for anything else.
    """
    document = json.loads(text)
    if not isinstance(document, list) or not document:
        raise ValueError("no plan")
    plans = [_node(entry["Plan"]) for entry in document if isinstance(entry, dict)]
    if len(plans) == 1:
        return plans[0]
    # A utility statement has none, and so has one that a rule has replaced by NOTHING.
    return PlanNode(kind="Statements", children=tuple(plans))


def _node(fields: Mapping[str, Any]) -> PlanNode:
    return PlanNode(
        kind=fields["Node Type"],
        children=tuple([_node(child) for child in fields.get("Plans", ())]),
        schema=fields.get("Schema", ""),
        relation=fields.get("Relation Name", ""),
        alias=fields.get("Alias", ""),
        index=fields.get("Index Name", ""),
        index_condition=fields.get("Index Cond", ""),
        recheck_condition=fields.get("Recheck Cond", ""),
        filter=fields.get("Filter", ""),
        join_filter=fields.get("Join Filter", ""),
        join_type=fields.get("Join Type", ""),
        operation=fields.get("Operation", ""),
        direction=fields.get("Scan Direction", ""),
        strategy=fields.get("Strategy", ""),
        function=fields.get("Function Name", ""),
        arbiters=tuple(fields.get("Conflict Arbiter Indexes", ())),
        relationship=fields.get("Parent Relationship", ""),
        subplan=fields.get("Subplan Name", ""),
        output=tuple(fields.get("Output", ())),
        sort_key=tuple(fields.get("Sort Key", ())),
        rows=fields.get("Plan Rows", 0),
        cost=fields.get("Total Cost", 0),
    )
