"""JSON expressions -> the keys and items that the values have, as far as they are known.

`shape` is of an expression that is `json` or `jsonb` itself, and leaves out that it may be NULL;
`item` is what JSON makes of a value of any type (`json_categorize_type` in jsonfuncs.c). Whatever
is not known to have one form is `ANY`: a key that is no constant, a key twice, a user's function.
"""

from collections.abc import Callable, Iterable, Sequence

from ...model.json_shape import (
    ANY,
    JsonArray,
    JsonItem,
    JsonMap,
    JsonMember,
    JsonObject,
    JsonShape,
)
from ..nullability.conditions import Condition
from ..nullability.scope import Scope
from ..nullability.three_valued import FALSE, NOT_NULL, NULL, TRUE
from ..nullability.verdict import Elements
from ..tree.enums import JsonConstructorType, SubLinkType
from ..tree.nodes import Node
from .merging import absent, any_item, any_shape, without_nulls
from .rows import fields
from .sources import outputs, sources
from .types import STRING, element_type, is_composite, is_json, of_type
from .values import as_number, constant, constant_key, dimensions, literals, typed


def columns(scope: Scope, numbers: Iterable[int]) -> dict[int, JsonShape]:
    """The shapes of those of a statement's columns whose *numbers* these are, where they are known."""
    try:
        found = {number: _of_sources(outputs(scope, number)) for number in numbers}
    except RecursionError:
        return {}
    return {number: shape for number, shape in found.items() if shape != ANY}


def shape(node: Node | None, scope: Scope) -> JsonShape:
    """The shape of a JSON expression where it is not NULL."""
    if node is None or not is_json(typed(node, scope)):
        return ANY
    match node.tag:
        case "VAR":
            return _of_sources(sources(node, scope))
        case "CONST":
            return constant(node)
        case "RELABELTYPE" | "COERCETODOMAIN" | "COERCEVIAIO" | "NAMEDARGEXPR":
            return shape(node.node("arg"), scope)
        case "COALESCEEXPR":
            return any_shape([shape(each, scope) for each in node.nodes("args")])
        case "CASEEXPR":
            return _of_sources(_arms(node, scope))
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXPR:
            return _of_sources(_of_subquery(node, scope))
        case "FUNCEXPR":
            return _call(node, scope)
        case "AGGREF":
            return _aggregate(node, scope)
        case "WINDOWFUNC":
            return _window(node, scope)
        case "JSONCONSTRUCTOREXPR":
            return _constructor(node, scope)
        case "JSONVALUEEXPR":
            return shape(node.node("formatted_expr"), scope)
        case _:
            return ANY


def item(node: Node, scope: Scope) -> JsonItem:
    """What JSON makes of the value of any expression: NULL is null."""
    if node.tag == "JSONVALUEEXPR":
        inner = node.node("formatted_expr")
        return item(inner, scope) if inner else JsonItem(ANY, nullable=True)
    verdict = scope.verdict(node)
    return JsonItem(_value(node, scope), verdict.nullable)


def _of_sources(found: Iterable[tuple[Node, Scope]]) -> JsonShape:
    """The shape of any of them; of none, nothing is known."""
    shapes = [shape(node, scope) for node, scope in found]
    return any_shape(shapes) if shapes else ANY


def _arms(node: Node, scope: Scope) -> tuple[tuple[Node, Scope], ...]:
    """The values of CASE, each where its WHEN is true and those before are not."""
    passed: list[Condition] = []
    found: list[tuple[Node, Scope]] = []
    for when in node.nodes("args"):
        condition, value = when.node("expr"), when.node("result")
        here = passed
        if condition is not None:
            here = [*passed, Condition(condition, "WHEN", TRUE)]
            passed = [*passed, Condition(condition, "ELSE of", FALSE | NULL)]
        if value is not None:
            found.append((value, scope.assuming(*here)))
    default = node.node("defresult")
    if default is not None:
        found.append((default, scope.assuming(*passed)))
    return tuple(found)


def _of_subquery(node: Node, scope: Scope) -> tuple[tuple[Node, Scope], ...]:
    query = node.node("subselect")
    return outputs(scope.child(query), 1) if query else ()


# --- values of any type ------------------------------------------------------------------------


def _value(node: Node, scope: Scope) -> JsonShape:
    type_ = typed(node, scope)
    if type_ is None:
        return ANY
    if is_json(type_):
        return shape(node, scope)
    if is_composite(type_):
        return _row(node, scope)
    element = element_type(type_)
    if element is not None:
        return _array(node, scope)
    known = of_type(type_, scope.catalog)
    return literals(node, scope, known) or as_number(node, scope, known)


def _row(node: Node, scope: Scope) -> JsonShape:
    """A row by the names of its fields."""
    found = fields(node, scope)
    if found is None:
        return _elsewhere(node, scope, _row) or of_type(
            typed(node, scope), scope.catalog
        )
    names, values, inside = found
    return _object(
        [
            JsonMember(name, item(value, inside))
            for name, value in zip(names, values, strict=True)
        ]
    )


def _elsewhere(
    node: Node, scope: Scope, known: Callable[[Node, Scope], JsonShape]
) -> JsonShape | None:
    """What is *known* of the value where it comes from; None where that leads nowhere."""
    match node.tag:
        case "VAR":
            found = sources(node, scope)
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXPR:
            found = _of_subquery(node, scope)
        case "CASEEXPR":
            found = _arms(node, scope)
        case "COALESCEEXPR":
            found = tuple([(each, scope) for each in node.nodes("args")])
        case _:
            return None
    type_ = typed(node, scope)
    if not found or any(typed(each, inner) != type_ for each, inner in found):
        return None
    return any_shape([known(each, inner) for each, inner in found])


def _array(node: Node, scope: Scope) -> JsonShape:
    """An array by what it is made of, else by its type: one of a table has one dimension."""
    made = _made_of(node, scope)
    if made is not None:
        return made
    if (found := _elsewhere(node, scope, _array)) is not None:
        return found
    element = element_type(typed(node, scope))
    verdict = scope.verdict(node)
    stored = verdict.elements is Elements.STORED and scope.context.nullable_elements
    return JsonArray(
        JsonItem(of_type(element, scope.catalog), verdict.element_nullable or stored)
    )


def _made_of(node: Node, scope: Scope) -> JsonShape | None:
    """An array that is made on the spot; of arrays, it has a dimension more than its type says."""
    match node.tag:
        case "CONST" if dimensions(node) > 1:
            return ANY
        case "ARRAYEXPR":
            return JsonArray(any_item([item(x, scope) for x in node.nodes("elements")]))
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.ARRAY:
            found = _of_subquery(node, scope)
            return JsonArray(any_item([item(*source) for source in found]))
        case "AGGREF" if _name(node, "aggfnoid", scope) == "array_agg":
            arguments, inside = _collected(node, scope)
            return JsonArray(any_item([item(each, inside) for each in arguments]))
        case "RELABELTYPE" | "COERCETODOMAIN":
            value = node.node("arg")
            return _value(value, scope) if value else None
        case "ARRAYCOERCEEXPR":
            return ANY if _is_deep(node.node("arg"), scope) else None
        case "FUNCEXPR" | "OPEXPR":
            name = _name(node, "funcid", scope) or _name(node, "opfuncid", scope)
            arguments = list(node.nodes("args"))
            if name == "array_cat":
                return any_shape([_value(each, scope) for each in arguments])
            deep = any(_is_deep(each, scope) for each in arguments)
            return ANY if deep or name == "array_fill" else None
        case _:
            return None


def _is_deep(array: Node | None, scope: Scope) -> bool:
    """Whether it is an array of several dimensions, or may be."""
    if array is None or element_type(typed(array, scope)) is None:
        return False
    found = _value(array, scope)
    of = found.item.shape if isinstance(found, JsonArray) else ANY
    return isinstance(of, JsonArray) or found == ANY


# --- calls -------------------------------------------------------------------------------------


def _call(node: Node, scope: Scope) -> JsonShape:
    arguments = node.nodes("args")
    if node.flag("funcvariadic") or node.flag("funcretset"):
        return ANY
    match _name(node, "funcid", scope), arguments:
        case ("json_build_object" | "jsonb_build_object"), _:
            return _built(arguments, scope)
        case ("json_build_array" | "jsonb_build_array"), _:
            return JsonArray(any_item([item(each, scope) for each in arguments]))
        case ("to_json" | "to_jsonb" | "row_to_json" | "array_to_json"), (value, *_):
            return item(value, scope).shape
        case ("json_strip_nulls" | "jsonb_strip_nulls"), (value,):
            return without_nulls(shape(value, scope))
        case ("json_strip_nulls" | "jsonb_strip_nulls"), (value, arrays):
            # The second argument (PostgreSQL 18) says whether items of arrays go too.
            known = arrays.tag == "CONST" and not any(arrays.datum("constvalue"))
            return without_nulls(shape(value, scope)) if known else ANY
        case ("json_object" | "jsonb_object"), _:
            return JsonMap(JsonItem(STRING, nullable=True))
        case _:
            return ANY


def _built(arguments: Sequence[Node], scope: Scope) -> JsonShape:
    """Keys and values in turn."""
    if len(arguments) % 2:
        return ANY
    members: list[JsonMember] = []
    for key, value in zip(arguments[::2], arguments[1::2], strict=True):
        name = constant_key(key)
        if name is None:
            return ANY
        members.append(JsonMember(name, item(value, scope)))
    return _object(members)


def _object(members: Sequence[JsonMember]) -> JsonShape:
    """An object, unless it has a key twice."""
    if len({member.key for member in members}) < len(members):
        return ANY
    return JsonObject(tuple(members))


# --- aggregates --------------------------------------------------------------------------------


def _aggregate(node: Node, scope: Scope) -> JsonShape:
    if node.number("agglevelsup"):
        return ANY
    arguments, inside = _collected(node, scope)
    return _gathered(_name(node, "aggfnoid", scope), arguments, inside)


def _window(node: Node, scope: Scope) -> JsonShape:
    inside = _where(node, scope.of_other_rows())
    return _gathered(_name(node, "winfnoid", scope), node.nodes("args"), inside)


def _collected(node: Node, scope: Scope) -> tuple[list[Node], Scope]:
    """What is aggregated, and how the rows of a group see it."""
    found = [e.node("expr") for e in node.nodes("args") if not e.flag("resjunk")]
    arguments = [expression for expression in found if expression is not None]
    return arguments, _where(node, scope.within_groups())


def _where(node: Node, scope: Scope) -> Scope:
    """The rows that FILTER leaves."""
    condition = node.node("aggfilter")
    return scope.assuming(Condition(condition, "FILTER")) if condition else scope


def _gathered(name: str, arguments: Sequence[Node], scope: Scope) -> JsonShape:
    """`json_agg(value)` and `json_object_agg(key, value)`; the strict ones pass over NULLs."""
    kind = _AGGREGATES.get(name.removeprefix("jsonb_").removeprefix("json_"))
    if kind is None or len(arguments) != kind[0]:
        return ANY
    value = arguments[-1]
    if kind[1]:
        scope = scope.assuming(Condition(value, "the aggregate", NOT_NULL))
    found = item(value, scope)
    found = JsonItem(found.shape, found.nullable and not kind[1])
    return JsonArray(found) if kind[0] == 1 else JsonMap(found)


_AGGREGATES = {
    "agg": (1, False),
    "agg_strict": (1, True),
    "object_agg": (2, False),
    "object_agg_strict": (2, True),
    "object_agg_unique": (2, False),
    "object_agg_unique_strict": (2, True),
}
"""How many arguments there are, and whether a NULL is left out."""


# --- SQL/JSON ----------------------------------------------------------------------------------


def _constructor(node: Node, scope: Scope) -> JsonShape:
    """`JSON_OBJECT(…)`, `JSON_ARRAY(…)`, `JSON_OBJECTAGG(…)`, `JSON_ARRAYAGG(…)`, `JSON_SCALAR(…)`."""
    arguments = node.nodes("args")
    leaves_out = node.flag("absent_on_null")
    match node.number("type"):
        case kind if kind == JsonConstructorType.OBJECT:
            found = _built(arguments, scope)
            if leaves_out and isinstance(found, JsonObject):
                return JsonObject(tuple([absent(each) for each in found.members]))
            return found
        case kind if kind == JsonConstructorType.ARRAY:
            items = any_item([item(each, scope) for each in arguments])
            return JsonArray(JsonItem(items.shape, items.nullable and not leaves_out))
        case kind if kind in (
            JsonConstructorType.OBJECTAGG,
            JsonConstructorType.ARRAYAGG,
        ):
            return shape(node.node("func"), scope)
        case kind if kind == JsonConstructorType.SCALAR and arguments:
            return item(arguments[0], scope).shape
        case _:
            return ANY


def _name(node: Node, field: str, scope: Scope) -> str:
    """The name of one of PostgreSQL's own functions; empty for others."""
    function = scope.function(node.number(field))
    return function.name if function and function.system else ""
