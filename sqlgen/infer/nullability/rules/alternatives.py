"""One of two values: what a call gives, or what is there otherwise."""

from ...tree.alternatives import ALTERNATIVES
from ...tree.nodes import Node
from ..registry import rule
from ..scope import Scope
from ..verdict import Verdict, any_of


@rule(ALTERNATIVES)
def _alternatives(node: Node, scope: Scope) -> Verdict:
    return any_of([scope.verdict(value) for value in node.nodes("args")])
