"""Generated columns -> whether their expressions may be NULL in any row of the table.

An expression that is not NULL where the table's constraints hold gives no NULL in any row, however
the table has changed since the row was written:

- A stored value is computed again whenever a column that it is made from is written, after BEFORE
  triggers (`ExecComputeStoredGenerated` in nodeModifyTable.c), and a virtual one each time it is
  read. So it is always that of the row's other columns as they are now.
- These columns fulfil the constraints now. It does not matter if they did not when the value was
  stored: SET NOT NULL, VALIDATE and ADD CHECK look at every row, and a column that was NULL then
  has been written since, and the value with it. SET EXPRESSION (17) writes all rows anew, and the
  type of a column that others are made from cannot be changed.
- Only immutable functions are allowed, so that the value is what it would be now. Yet the body of
  a user's function may have been another when the value was stored. So bodies prove nothing here;
  of the user's functions, only those that the user vouches for count.
- Children, also partitions, may generate their column from something else; then the catalog has no
  expression for it.
"""

import re

from ....model.catalog import Column, Relation
from ...tree import nodes
from ...tree.nodes import Node, stored_query
from ...tree.query_level import QueryLevel, catalog_index
from ..context import StatementContext
from ..scope import Scope
from ..verdict import Verdict, maybe, never


def generated_column(
    relation: Relation, column: Column, title: str, context: StatementContext
) -> Verdict:
    """Return the verdict of a generated column of a table by its expression.

    *title* is the column's name as the query writes it.
    """
    expression = stored_query(column.expression)
    scope = _rows_of(relation, context)
    if expression is None or not _is_trusted(expression, scope):
        return maybe(f"{title} is generated, and may be NULL")
    verdict = scope.verdict(expression)
    reason = f"{title} is generated: {verdict.reason}"
    generated = maybe(reason) if verdict.nullable else never(reason)
    return generated.but(shapes=verdict.shapes)


def _rows_of(relation: Relation, context: StatementContext) -> Scope:
    """Return the scope of `SELECT FROM relation`, whose columns the expression names."""
    names = {number: column.name for number, column in relation.columns.items()}
    places = range(1, max(names, default=0) + 1)
    colnames = " ".join([f'"{_escaped(names.get(number, ""))}"' for number in places])
    tree = nodes.query(
        "{QUERY :commandType 1 :rtable ({RANGETBLENTRY"
        f" :eref {{ALIAS :aliasname {_escaped(relation.name)} :colnames ({colnames})}}"
        f" :rtekind 0 :relid {relation.oid}}})"
        " :jointree {FROMEXPR :fromlist ({RANGETBLREF :rtindex 1}) :quals <>}}"
    )
    rows = StatementContext(
        context.catalog, never_null=context.never_null, bodies=False
    )
    return Scope(QueryLevel(catalog_index(context.catalog), tree or Node()), rows)


def _is_trusted(expression: Node, scope: Scope) -> bool:
    """Return whether all functions that are called are PostgreSQL's, an extension's or vouched for."""
    called = [
        scope.function(node.number("funcid") or node.number("opfuncid"))
        for node in expression.walk()
    ]
    return all(
        function.system or function.extension or scope.context.is_vouched(function)
        for function in called
        if function is not None
    )


def _escaped(name: str) -> str:
    """Return a name as a token of a node tree (`outToken` in outfuncs.c)."""
    return _SPECIAL.sub(r"\\\g<0>", name)


_SPECIAL = re.compile(r"[^\w]")
