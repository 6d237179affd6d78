"""A query level -> names for parameters that are called `$1`: of arguments, aliases and limits."""

from collections.abc import Iterator

from ...model.catalog import ArrayType
from ..tree.enums import CmdType, RTEKind
from ..tree.expressions import CAST_FORMS, uncoerced
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel, entry_column
from .assignments import values
from .use import Purpose, Use, is_parameter, parameter_in, use_of

CALLS = frozenset({"FUNCEXPR", "OPEXPR", "SUBLINK"})
"""The nodes whose parameters may have the name of an argument, or of a column elsewhere."""

_SAME_MEANING = frozenset({"COALESCEEXPR", "NULLIFEXPR", "MINMAXEXPR", "CASEEXPR"})


def limits(level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters of LIMIT and OFFSET, also in `COALESCE($1, 10)` and the like."""
    for name, purpose in (
        ("limitCount", Purpose.LIMIT),
        ("limitOffset", Purpose.OFFSET),
    ):
        expression = level.query.node(name)
        if expression is None:
            continue
        inner = uncoerced(expression)
        parts = [inner, *inner.nodes("args")] if inner.tag in _SAME_MEANING else [inner]
        for part in parts:
            if parameter := parameter_in(part):
                yield use_of(parameter, purpose)


def named_by_outputs(level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters that have an alias of their own: `$1::int AS n`, `unnest($1) AS t (id)`."""
    if level.query.number("commandType") == CmdType.SELECT:
        for entry in level.output:
            expression, name = entry.node("expr"), entry.string("resname")
            parameter = parameter_in(expression) if expression else None
            if parameter and not is_default_name(name, parameter, level):
                yield use_of(parameter, Purpose.NAMED, name=name)
    for entry in level.entries:
        alias = entry.node("alias")
        if entry.number("rtekind") != RTEKind.FUNCTION or alias is None:
            continue
        functions = entry.nodes("functions")
        columns = alias.strings("colnames") or (alias.string("aliasname"),)
        for name, function in zip(columns, functions, strict=False):
            call = function.node("funcexpr")
            for parameter, _ in values(call, level) if call else ():
                yield use_of(parameter, Purpose.NAMED, name=name)


def named_by_calls(node: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters that a function's arguments, or columns compared elsewhere, name."""
    if node.tag == "FUNCEXPR":
        yield from _arguments(node, level)
    elif node.tag == "OPEXPR":
        yield from _behind_comparisons(node, level)
    else:
        yield from _in_subqueries(node, level)


def _arguments(call: Node, level: QueryLevel) -> Iterator[Use]:
    for name, value in named_arguments(call, level):
        if parameter := parameter_in(value):
            yield use_of(parameter, Purpose.NAMED, name=name)


def named_arguments(call: Node, level: QueryLevel) -> Iterator[tuple[str, Node]]:
    """Yield the arguments of a call that the function has names for, with these."""
    function = level.catalog.functions.get(call.number("funcid"))
    if function is None or call.number("funcformat") in CAST_FORMS:
        return
    names = [name for mode, name, _ in function.all_arguments if mode in "ibv"]
    for place, argument in enumerate(call.nodes("args")):
        if argument.tag == "NAMEDARGEXPR":
            name, value = argument.string("name"), argument.node("arg")
        else:
            name, value = names[place] if place < len(names) else "", argument
        if name and value:
            yield name, value


def _behind_comparisons(node: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the parameters within one side of `lower(email) = lower($1)`, or behind its column."""
    arguments = node.nodes("args")
    if len(arguments) != 2:
        return
    for side, other in (arguments, reversed(arguments)):
        columns = [origin(part, level) for part in other.own if part.tag == "VAR"]
        column = next((column for column in columns if column), None)
        if column is None:
            continue
        inner = uncoerced(side)
        if entry_column(inner, level):
            for parameter, elements in values(inner, level):
                yield use_of(parameter, Purpose.NAMED, column=column, elements=elements)
        for part in side.own:
            if is_parameter(part):
                yield use_of(part, Purpose.WITHIN, column=column)


def _in_subqueries(link: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the parameter of `column IN (SELECT unnest($1))`."""
    test, query = link.node("testexpr"), link.node("subselect")
    if test is None or query is None:
        return
    arguments = test.nodes("args")
    column = origin(uncoerced(arguments[0]), level) if arguments else None
    output = level.inner(query).output_expressions
    expression = output[0] if len(output) == 1 else None
    if column and expression:
        for parameter, elements in values(expression, level.inner(query)):
            yield use_of(parameter, Purpose.NAMED, column=column, elements=elements)


def is_default_name(name: str, parameter: Node, level: QueryLevel) -> bool:
    """Return whether an output column has the name that PostgreSQL chooses without an alias."""
    type_ = level.catalog.types.get(parameter.number("paramtype"))
    element = type_.element if isinstance(type_, ArrayType) else type_
    names = {item.name for item in (type_, element) if item}
    return name in names | {"?column?", "unnest", "coalesce", ""}
