"""Set-returning functions -> what their rows may be, in FROM and in a SELECT list."""

from functools import lru_cache

from ....model.catalog import CompositeType, Function
from ...tree import nodes
from ...tree.enums import CmdType, RTEKind, TableFuncType
from ...tree.nodes import Node
from ..reasons import name
from ..registry import column_of
from ..scope import Scope
from ..verdict import Elements, Verdict, maybe, never


def element(node: Node, function: Function, scope: Scope) -> Verdict:
    """A set-returning function's value in a SELECT list, a row of it at a time."""
    if _how_many(scope.query) > 1:
        reason = (
            "of several set-returning functions the shorter are filled up with NULL"
        )
        return maybe(reason, node.location)
    if _has_out(function) or _gives_rows(function, scope):
        return maybe(f"`{function.name}` may give NULL", node.location)
    return _value(node, function, 1, scope).but(origin=None)


@column_of(RTEKind.FUNCTION)
def _of_function(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    """`FROM function(…)`, `ROWS FROM (f(…), g(…)) WITH ORDINALITY`."""
    shown = name(varno, attno, scope)
    functions = entry.nodes("functions")
    before = 0
    for item in functions:
        count = item.number("funccolcount")
        if not before < attno <= before + count:
            before += count
            continue
        if len(functions) > 1:
            return maybe("ROWS FROM fills up its shorter functions with NULL")
        if item.strings("funccolnames"):
            return maybe(f"{shown} may be NULL")  # a column definition list
        return _column(item, attno, count, shown, scope)
    if attno > before and entry.flag("funcordinality"):
        return never("WITH ORDINALITY counts the rows")
    return maybe(f"{shown} may be NULL")


def _column(item: Node, attno: int, count: int, shown: str, scope: Scope) -> Verdict:
    expression = item.node("funcexpr")
    if expression is None:
        return maybe(f"{shown} may be NULL")
    function = scope.function(expression.number("funcid"))
    if expression.tag == "FUNCEXPR" and function and function.returns_set:
        return _value(expression, function, attno, scope)
    if count > 1 or (function and (_has_out(function) or _gives_rows(function, scope))):
        return maybe(f"{shown} may be NULL")
    return scope.verdict(expression).but(origin=None)


def _gives_rows(function: Function, scope: Scope) -> bool:
    """Whether it gives rows of a composite type, whose fields a body may give as one value."""
    return any(
        isinstance(type_, CompositeType) and type_.display == function.result
        for type_ in scope.catalog.types.values()
    )


def _has_out(function: Function) -> bool:
    return any(mode in "bot" for mode, _, _ in function.all_arguments)


def _value(node: Node, function: Function, attno: int, scope: Scope) -> Verdict:
    title = function.name
    if function.body and not _gives_rows(function, scope):
        level = body_scope(node, function, scope)
        columns = level.columns() if level else ()
        if attno <= len(columns):
            return columns[attno - 1].but(location=node.location)
    if function.system and function.signature == "unnest(anyarray)":
        return _unnested(node, scope)
    if function.system and attno in _FILLED.get(function.signature, ()):
        return never(f"no row of `{title}` has a NULL here", node.location)
    return maybe(f"`{title}` may give NULL", node.location)


def _unnested(node: Node, scope: Scope) -> Verdict:
    array = scope.verdict(node.nodes("args")[0])
    if array.elements is Elements.NOT_NULL:
        return never("no element of the array is NULL", node.location)
    return maybe("an element of the array may be NULL", node.location)


def body_scope(node: Node, function: Function, scope: Scope) -> Scope | None:
    """The level of a SQL-standard body's last statement, called with the arguments of *node*."""
    tree = _last_query(function.body)
    arguments = node.nodes("args")
    if tree is None or len(arguments) != len(function.arguments):
        return None
    given = {
        number: scope.verdict(argument).but(origin=None)
        for number, argument in enumerate(arguments, start=1)
    }
    context = scope.context.entering(function.oid, given)
    return Scope(tree, context) if context else None


@lru_cache(maxsize=1024)
def _last_query(body: str) -> Node | None:
    """The statement whose rows a body gives: `RETURN expression` is stored as a query, too."""
    statements = nodes.parse(body)
    last = statements[-1] if statements else None
    return (
        last
        if last is not None and last.number("commandType") == CmdType.SELECT
        else None
    )


def _how_many(query: Node) -> int:
    count = 0
    pending = list(query.nodes("targetList"))
    while pending:
        node = pending.pop()
        if node.tag == "SUBLINK":
            continue
        if node.flag("funcretset") or node.flag("opretset"):
            count += 1
        pending.extend(node.children)
    return count


@column_of(RTEKind.TABLEFUNC)
def _of_table_function(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    """XMLTABLE's NOT NULL columns and its ordinality; JSON_TABLE's nested paths fill up with NULL."""
    shown = name(varno, attno, scope)
    table = entry.node("tablefunc")
    if table is None or table.number("functype") != TableFuncType.XMLTABLE:
        return maybe(f"{shown} may be NULL")
    if attno - 1 == table.number("ordinalitycol"):
        return never("FOR ORDINALITY counts the rows")
    if attno - 1 in table.numbers("notnulls"):
        return never(f"{shown} is NOT NULL")
    return maybe(f"{shown} may be NULL")


_FILLED: dict[str, tuple[int, ...]] = {
    "generate_series(integer, integer)": (1,),
    "generate_series(integer, integer, integer)": (1,),
    "generate_series(bigint, bigint)": (1,),
    "generate_series(bigint, bigint, bigint)": (1,),
    "generate_series(numeric, numeric)": (1,),
    "generate_series(numeric, numeric, numeric)": (1,),
    "generate_series(timestamp without time zone, timestamp without time zone, interval)": (
        1,
    ),
    "generate_series(timestamp with time zone, timestamp with time zone, interval)": (
        1,
    ),
    "generate_series(timestamp with time zone, timestamp with time zone, interval, text)": (
        1,
    ),
    "generate_subscripts(anyarray, integer)": (1,),
    "generate_subscripts(anyarray, integer, boolean)": (1,),
    "json_array_elements(json)": (1,),
    "json_each(json)": (1, 2),
    "json_each_text(json)": (1,),
    "json_object_keys(json)": (1,),
    "jsonb_array_elements(jsonb)": (1,),
    "jsonb_each(jsonb)": (1, 2),
    "jsonb_each_text(jsonb)": (1,),
    "jsonb_object_keys(jsonb)": (1,),
    "jsonb_path_query(jsonb, jsonpath, jsonb, boolean)": (1,),
    "jsonb_path_query_tz(jsonb, jsonpath, jsonb, boolean)": (1,),
    "regexp_matches(text, text)": (1,),
    "regexp_matches(text, text, text)": (1,),
    "regexp_split_to_table(text, text)": (1,),
    "regexp_split_to_table(text, text, text)": (1,),
    "string_to_table(text, text)": (1,),
    "ts_parse(text, text)": (1, 2),
    "ts_parse(oid, text)": (1, 2),
    "ts_stat(text)": (1, 2, 3),
    "ts_token_type(text)": (1, 2, 3),
    "ts_token_type(oid)": (1, 2, 3),
    "unnest(anymultirange)": (1,),
    "unnest(tsvector)": (1,),
}
"""Columns of set-returning functions that are NULL in no row, by signature."""
