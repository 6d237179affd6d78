"""A node that PostgreSQL has not: one of two values, and nothing tells which."""

from typing import Final

from .nodes import Node

ALTERNATIVES: Final = "ALTERNATIVES"
"""The tag of the node."""

UNKNOWN: Final = Node("PARAM :paramkind 0 :paramid 0 :location -1")
"""A value of which nothing is known: a parameter that no query has."""


def alternatives(value: Node, otherwise: Node) -> Node:
    """Return the node that is one of two values."""
    return Node(f"{ALTERNATIVES} :args ({{ {{)", (value, otherwise))


def column(varno: int, attno: int) -> Node:
    """Return the column of a relation in the range table."""
    return Node(
        f"VAR :varno {varno} :varattno {attno} :varlevelsup 0 :location -1",
    )
