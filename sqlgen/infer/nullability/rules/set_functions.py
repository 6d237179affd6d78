"""Set-returning functions in FROM and in a SELECT list -> whether their columns may be NULL."""

from functools import lru_cache

from ....model import postgres
from ....model.catalog import Routine
from ...tree import nodes
from ...tree.array_shapes import elements_of
from ...tree.enums import (
    CmdType,
    JsonBehaviorType,
    JsonExprOp,
    RTEKind,
    TableFuncType,
)
from ...tree.nodes import Node
from ...tree.parallel_arrays import (
    parallel_in_from,
    parallel_in_select,
    set_functions,
)
from ...tree.query_level import QueryLevel, Source
from ...tree.types import type_of
from ..reasons import column_title
from ..registry import column_rule
from ..scope import Scope
from ..verdict import Elements, Verdict, maybe, never
from .row_fields import (
    count_outputs,
    field_of_row,
    field_of_table,
    gives_fields,
    table_of_type,
    vouched_row,
)


def element_verdict(node: Node, function: Routine, scope: Scope) -> Verdict:
    """Return the verdict of a set-returning function in a SELECT list, a row of it at a time."""
    if len(set_functions(scope.query)) > 1 and not _are_equally_long(
        parallel_in_select(scope.query, scope.catalog), scope
    ):
        reason = (
            "of several set-returning functions the shorter are filled up with NULL"
        )
        shapes = _value(node, function, 1, scope).shapes
        return maybe(reason, node.location).but(shapes=shapes)
    if gives_fields(node, scope) and not _is_unnest(function):
        return vouched_row(node, function, scope)
    return _value(node, function, 1, scope).but(origin=None)


@column_rule(RTEKind.FUNCTION)
def _of_function(source: Source, scope: Scope) -> Verdict:
    """Return the verdict of a column of `FROM function(…)` or `ROWS FROM (f(…), g(…))`."""
    entry, attno = source.entry, source.attno
    title = column_title(source.varno, attno, scope)
    functions = entry.nodes("functions")
    before = 0
    for item in functions:
        count = item.number("funccolcount")
        if not before < attno <= before + count:
            before += count
            continue
        if len(functions) > 1:
            numbers = parallel_in_from(entry, scope.catalog)
            if count == 1 and _are_equally_long(numbers, scope):
                return _column(item, 1, count, title, scope)
            filled = maybe("ROWS FROM fills up its shorter functions with NULL")
            if item.strings("funccolnames"):
                return filled
            column = _column(item, attno - before, count, title, scope)
            return filled.but(shapes=column.shapes)
        if item.strings("funccolnames"):
            return maybe(f"{title} may be NULL")  # a column definition list
        return _column(item, attno, count, title, scope)
    if attno > before and entry.flag("funcordinality"):
        return never("WITH ORDINALITY counts the rows")
    return maybe(f"{title} may be NULL")


def _column(item: Node, attno: int, count: int, title: str, scope: Scope) -> Verdict:
    expression = item.node("funcexpr")
    if expression is None:
        return maybe(f"{title} may be NULL")
    if gives_fields(expression, scope):
        function = scope.function(expression.number("funcid"))
        outputs = count_outputs(function) if function else 0
        row = function and vouched_row(expression, function, scope)
        if row and not row.nullable:
            return field_of_row(row, attno, outputs, title, expression, scope)
        if function and _is_unnest(function):
            row = _unnested(expression, scope)
            # Rows of a table, which its NOT NULL holds for: `unnest(ARRAY(SELECT t FROM t))`.
            if abs(row.table) == table_of_type(type_of(expression), scope):
                field = field_of_table(row, attno, title, scope)
                return field or maybe(f"{title} is a field, which may be NULL")
        if not function or not function.returns_set or outputs != count:
            # A value that is not NULL says nothing of its fields.
            return maybe(f"{title} is a field, which may be NULL", expression.location)
        return _value(expression, function, attno, scope, outputs)
    if count > 1:
        return maybe(f"{title} may be NULL")
    function = scope.function(expression.number("funcid"))
    if expression.tag == "FUNCEXPR" and function and function.returns_set:
        return _value(expression, function, attno, scope)
    return scope.verdict(expression).but(origin=None)


def _are_equally_long(numbers: tuple[int, ...], scope: Scope) -> bool:
    """Return whether the lists of parameters are equally long, as the generated function makes sure."""
    lengths = {scope.context.lengths.get(number, 0) for number in numbers}
    return len(lengths) == 1 and 0 not in lengths


def _is_unnest(function: Routine) -> bool:
    return function.system and function.signature == "unnest(anyarray)"


def _value(
    node: Node, function: Routine, attno: int, scope: Scope, outputs: int = 1
) -> Verdict:
    """Return the verdict of one of the *outputs* of a set-returning function.

    The body of a function may also give all its outputs as one row, whose fields may be NULL.
    """
    name = function.name
    if function.body:
        body = body_scope(node, function, scope)
        columns = body.columns() if body else ()
        if attno <= outputs == len(columns):
            return columns[attno - 1].but(location=node.location)
    if _is_unnest(function):
        return _unnested(node, scope)
    if function.system and attno in _FILLED.get(function.signature, ()):
        return never(f"no row of `{name}` has a NULL here", node.location)
    if not gives_fields(node, scope) or outputs > 1:
        return vouched_row(node, function, scope).but(table=0)
    return maybe(f"`{name}` may give NULL", node.location)


def _unnested(node: Node, scope: Scope) -> Verdict:
    array = scope.verdict(node.nodes("args")[0])
    verdict = maybe("an element of the array may be NULL", node.location)
    if not scope.has_null_elements(array):
        verdict = never("no element of the array is NULL", node.location)
        if array.elements is Elements.STORED:
            reason = "no element of a stored array is NULL, as `array_elements` has it"
            verdict = verdict.but(reason=reason)
    return verdict.but(table=array.table, shapes=elements_of(array.shapes))


def body_scope(node: Node, function: Routine, scope: Scope) -> Scope | None:
    """Return the scope of a SQL-standard body's last statement for the arguments of the call *node*.

    None if the body is not known, gives no rows, or leads in a circle.
    """
    tree = _last_query(function.body)
    arguments = node.nodes("args")
    if tree is None or len(arguments) != len(function.arguments):
        return None
    parameters = {
        _place(argument, number): scope.verdict(argument).but(origin=None)
        for number, argument in enumerate(arguments, start=1)
    }
    context = scope.context.entering(function.oid, parameters)
    level = QueryLevel(scope.level.index, tree)
    return Scope(level, context) if context else None


def _place(argument: Node, number: int) -> int:
    """Return the number of the parameter that an argument is for, which `b => 1` tells by name."""
    if argument.tag == "NAMEDARGEXPR":
        return argument.number("argnumber") + 1
    return number


@lru_cache(maxsize=1024)
def _last_query(body: str) -> Node | None:
    """Return the statement whose rows a body gives; `RETURN expression` is stored as a query too."""
    statements = nodes.parse(body)
    last = statements[-1] if statements else None
    return (
        last
        if last is not None and last.number("commandType") == CmdType.SELECT
        else None
    )


@column_rule(RTEKind.TABLEFUNC)
def _of_table_function(source: Source, scope: Scope) -> Verdict:
    """Return the verdict of a column of XMLTABLE or JSON_TABLE."""
    attno = source.attno
    title = column_title(source.varno, attno, scope)
    table = source.entry.node("tablefunc")
    if table is None:
        return maybe(f"{title} may be NULL")
    if table.number("functype") == TableFuncType.JSON_TABLE:
        return _of_json_table(table, attno, title)
    if attno - 1 == table.number("ordinalitycol"):
        return never("FOR ORDINALITY counts the rows")
    if attno - 1 in table.numbers("notnulls"):
        return never(f"{title} is NOT NULL")
    return maybe(f"{title} may be NULL")


def _of_json_table(table: Node, attno: int, title: str) -> Verdict:
    """Return the verdict of a column of JSON_TABLE, whose nested paths fill up with NULL.

    `colMin` and `colMax` are the numbers, from 0, of the columns of the outermost path, in whose rows
    they all are. A column FOR ORDINALITY has no expression.
    """
    path = table.node("plan")
    columns = table.nodes_or_nulls("colvalexprs")
    place = attno - 1
    if path is None or not 0 <= place < len(columns):
        return maybe(f"{title} may be NULL")
    if not path.number("colMin") <= place <= path.number("colMax"):
        return maybe(f"{title} is NULL where its NESTED PATH leads to nothing")
    column = columns[place]
    if column is None:
        return never("FOR ORDINALITY counts the rows")
    returning, on_error = column.node("returning"), column.node("on_error")
    if (
        column.tag == "JSONEXPR"
        and column.number("op") == JsonExprOp.EXISTS
        and returning is not None
        and returning.number("typid") == postgres.BOOL
        and (on_error is None or on_error.number("btype") != JsonBehaviorType.UNKNOWN)
    ):
        return never(f"{title} is true or false, as EXISTS is")
    return maybe(f"{title} may be NULL")


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
"""The numbers of the columns of set-returning functions that are NULL in no row, by signature."""
