"""Arrays of parameters that one query takes apart side by side: `unnest($1, $2)`.

PostgreSQL fills the shorter ones up with NULL.
"""

from ...model.catalog import Catalog
from .enums import RTEKind
from .nodes import Node


def parallel_in_from(entry: Node, catalog: Catalog) -> tuple[int, ...]:
    """Return the parameters of `FROM unnest($1, $2)` and `ROWS FROM (unnest($1), unnest($2))`.

    Empty for one function, and if any of several is something else.
    """
    functions = entry.nodes("functions")
    if entry.number("rtekind") != RTEKind.FUNCTION or len(functions) < 2:
        return ()
    return _all_parameters([each.node("funcexpr") for each in functions], catalog)


def parallel_in_select(query: Node, catalog: Catalog) -> tuple[int, ...]:
    """Return the parameters of `SELECT unnest($1), unnest($2)`.

    Empty for one set-returning function, and if any of several is something else.
    """
    if not query.flag("hasTargetSRFs"):
        return ()
    functions = set_functions(query)
    return _all_parameters(functions, catalog) if len(functions) > 1 else ()


def set_functions(query: Node) -> list[Node | None]:
    """Return the set-returning functions and operators in a query's SELECT list."""
    found: list[Node | None] = []
    pending = list(query.nodes("targetList"))
    while pending:
        node = pending.pop()
        if node.tag == "SUBLINK":
            continue
        if node.flag("funcretset") or node.flag("opretset"):
            found.append(node)
        pending.extend(node.children)
    return found


def _all_parameters(functions: list[Node | None], catalog: Catalog) -> tuple[int, ...]:
    numbers = [_unnested(each, catalog) if each else 0 for each in functions]
    return tuple(numbers) if all(numbers) else ()


def _unnested(call: Node, catalog: Catalog) -> int:
    """Return the number of the parameter that `unnest` is called with, 0 for all else."""
    function = catalog.functions.get(call.number("funcid"))
    arguments = call.nodes("args")
    if (
        function is None
        or not function.system
        or function.signature != "unnest(anyarray)"
    ):
        return 0
    array: Node | None = arguments[0]
    # These casts keep the number of elements.
    while array is not None and array.tag in ("RELABELTYPE", "ARRAYCOERCEEXPR"):
        array = array.node("arg")
    if array is None or array.tag != "PARAM" or array.number("paramkind"):
        return 0
    return array.number("paramid")
