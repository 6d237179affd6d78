"""JSON expressions -> the keys and items that their values have, as far as they are known.

`shape` is that of an expression of type `json` or `jsonb`, apart from whether it may be NULL;
`item` is that of a value of any type converted to JSON (`json_categorize_type` in jsonfuncs.c). A
value that is not known to have one form is `ANY`: a key that is no constant, a key twice, a user's
function.
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
from ..nullability.rules.expressions import literal_dimensions
from ..nullability.scope import Scope
from ..nullability.three_valued import NOT_NULL
from ..nullability.verdict import Elements, Verdict
from ..tree.array_shapes import ASSUMED
from ..tree.enums import JsonConstructorType, SubLinkType
from ..tree.expressions import constant_key
from ..tree.nodes import Node
from .merging import absent, any_item, any_shape, without_nulls
from .numbers import as_number
from .rows import fields
from .sources import (
    ScopedExpression,
    case_expressions,
    output_expressions,
    source_expressions,
    subquery_expressions,
)
from .types import STRING, element_type, is_composite, is_json, shape_of_type
from .values import (
    constant,
    expression_type,
    literals,
)


def column_shapes(scope: Scope, numbers: Iterable[int]) -> dict[int, JsonShape]:
    """Return the shapes of a statement's columns of these *numbers*, by number, where they are known."""
    try:
        shapes = {
            number: _any_of(output_expressions(scope, number)) for number in numbers
        }
    except RecursionError:
        return {}
    return {number: shape for number, shape in shapes.items() if shape != ANY}


def shape(node: Node | None, scope: Scope) -> JsonShape:
    """Return the shape of a JSON expression where it is not NULL."""
    if node is None or not is_json(expression_type(node, scope)):
        return ANY
    match node.tag:
        case "VAR":
            return _any_of(source_expressions(node, scope))
        case "CONST":
            return constant(node)
        case "RELABELTYPE" | "COERCETODOMAIN" | "COERCEVIAIO" | "NAMEDARGEXPR":
            return shape(node.node("arg"), scope)
        case "COALESCEEXPR":
            return any_shape(
                [shape(argument, scope) for argument in node.nodes("args")]
            )
        case "CASEEXPR":
            return _any_of(case_expressions(node, scope))
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXPR:
            return _any_of(subquery_expressions(node, scope))
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
    """Return the item that an expression of any type becomes in JSON; NULL becomes null."""
    if node.tag == "JSONVALUEEXPR":
        inner = node.node("formatted_expr")
        return item(inner, scope) if inner else JsonItem(ANY, nullable=True)
    verdict = scope.verdict(node)
    return JsonItem(_value(node, scope), verdict.nullable)


def _any_of(expressions: Iterable[ScopedExpression]) -> JsonShape:
    """Return the shape of any of the *expressions*, `ANY` if there are none."""
    shapes = [shape(node, scope) for node, scope in expressions]
    return any_shape(shapes) if shapes else ANY


# --- values of any type ------------------------------------------------------------------------


def _value(node: Node, scope: Scope) -> JsonShape:
    type_ = expression_type(node, scope)
    if type_ is None:
        return ANY
    if is_json(type_):
        return shape(node, scope)
    if is_composite(type_):
        return _row(node, scope)
    element = element_type(type_)
    if element is not None:
        return _array(node, scope)
    known = shape_of_type(type_, scope.catalog)
    return literals(node, scope, known) or as_number(node, scope, known)


def _row(node: Node, scope: Scope) -> JsonShape:
    """Return the shape of a row by the names of its fields."""
    row = fields(node, scope)
    if row is None:
        return _elsewhere(node, scope, _row) or shape_of_type(
            expression_type(node, scope), scope.catalog
        )
    names, values, inside = row
    return _object(
        [
            JsonMember(name, item(value, inside))
            for name, value in zip(names, values, strict=True)
        ]
    )


def _elsewhere(
    node: Node, scope: Scope, known: Callable[[Node, Scope], JsonShape]
) -> JsonShape | None:
    """Return what *known* says of the expressions that a value comes from, None if there are none."""
    match node.tag:
        case "VAR":
            origins = source_expressions(node, scope)
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXPR:
            origins = subquery_expressions(node, scope)
        case "CASEEXPR":
            origins = case_expressions(node, scope)
        case "COALESCEEXPR":
            origins = tuple([(argument, scope) for argument in node.nodes("args")])
        case _:
            return None
    type_ = expression_type(node, scope)
    if not origins or any(expression_type(*origin) != type_ for origin in origins):
        return None
    return any_shape([known(*origin) for origin in origins])


def _array(node: Node, scope: Scope) -> JsonShape:
    """Return the shape of an array, by its elements or its type: a table's have one dimension."""
    made = _made_of(node, scope)
    if made is not None:
        return made
    if (origin := _elsewhere(node, scope, _array)) is not None:
        return origin
    element = element_type(expression_type(node, scope))
    verdict = scope.verdict(node)
    stored = verdict.elements is Elements.STORED and scope.context.nullable_elements
    nullable = verdict.element_nullable or stored
    return _lists(shape_of_type(element, scope.catalog), nullable, verdict)


def _lists(element: JsonShape, nullable: bool, array: Verdict) -> JsonShape:
    """Return the shape of an array of such elements, with as many dimensions as its verdict says."""
    if array.shapes <= ASSUMED:
        return JsonArray(JsonItem(element, nullable))
    numbers = {shape[0] if shape else 1 for shape in array.shapes}
    if len(numbers) > 1:
        return JsonArray(JsonItem(ANY, nullable=True))
    lists = JsonArray(JsonItem(element, nullable))
    for _ in range(numbers.pop() - 1):
        lists = JsonArray(JsonItem(lists, nullable=False))
    return lists


def _made_of(node: Node, scope: Scope) -> JsonShape | None:
    """Return the shape of an array that the expression makes, None for others.

    Made of arrays, it has a dimension more than its type says.
    """
    match node.tag:
        case "CONST" if literal_dimensions(node) > 1:
            return ANY
        case "ARRAYEXPR":
            return JsonArray(any_item([item(e, scope) for e in node.nodes("elements")]))
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.ARRAY:
            return JsonArray(
                any_item([item(*e) for e in subquery_expressions(node, scope)])
            )
        case "AGGREF" if _name(node, "aggfnoid", scope) == "array_agg":
            arguments, inside = _collected(node, scope)
            return JsonArray(
                any_item([item(argument, inside) for argument in arguments])
            )
        case "RELABELTYPE" | "COERCETODOMAIN":
            value = node.node("arg")
            return _value(value, scope) if value else None
        case "ARRAYCOERCEEXPR":
            return ANY if _is_deep(node.node("arg"), scope) else None
        case "FUNCEXPR" | "OPEXPR":
            name = _name(node, "funcid", scope) or _name(node, "opfuncid", scope)
            arguments = list(node.nodes("args"))
            if name == "array_cat":
                return any_shape([_value(argument, scope) for argument in arguments])
            deep = any(_is_deep(argument, scope) for argument in arguments)
            return ANY if deep or name == "array_fill" else None
        case _:
            return None


def _is_deep(array: Node | None, scope: Scope) -> bool:
    """Return whether it is an array of several dimensions, or may be one."""
    if array is None or element_type(expression_type(array, scope)) is None:
        return False
    known = _value(array, scope)
    element = known.item.shape if isinstance(known, JsonArray) else ANY
    return isinstance(element, JsonArray) or known == ANY


# --- calls -------------------------------------------------------------------------------------


def _call(node: Node, scope: Scope) -> JsonShape:
    arguments = node.nodes("args")
    if node.flag("funcvariadic") or node.flag("funcretset"):
        return ANY
    match _name(node, "funcid", scope), arguments:
        case ("json_build_object" | "jsonb_build_object"), _:
            return _built(arguments, scope)
        case ("json_build_array" | "jsonb_build_array"), _:
            return JsonArray(
                any_item([item(argument, scope) for argument in arguments])
            )
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
    """Return the shape of an object that is built of keys and values in turn."""
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
    """Return the shape of an object, `ANY` if it has a key twice."""
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
    """Return the aggregated expressions, with the scope of a group's rows."""
    entries = [entry for entry in node.nodes("args") if not entry.flag("resjunk")]
    arguments = [e for entry in entries if (e := entry.node("expr")) is not None]
    return arguments, _where(node, scope.within_groups())


def _where(node: Node, scope: Scope) -> Scope:
    """Return the scope of the rows that FILTER leaves."""
    condition = node.node("aggfilter")
    return scope.assuming(Condition(condition, "FILTER")) if condition else scope


def _gathered(name: str, arguments: Sequence[Node], scope: Scope) -> JsonShape:
    """Return the shape of an aggregate like `json_agg(value)` or `json_object_agg(key, value)`."""
    kind = _AGGREGATES.get(name.removeprefix("jsonb_").removeprefix("json_"))
    if kind is None or len(arguments) != kind[0]:
        return ANY
    value = arguments[-1]
    if kind[1]:
        scope = scope.assuming(Condition(value, "the aggregate", NOT_NULL))
    gathered = item(value, scope)
    gathered = JsonItem(gathered.shape, gathered.nullable and not kind[1])
    return JsonArray(gathered) if kind[0] == 1 else JsonMap(gathered)


_AGGREGATES = {
    "agg": (1, False),
    "agg_strict": (1, True),
    "object_agg": (2, False),
    "object_agg_strict": (2, True),
    "object_agg_unique": (2, False),
    "object_agg_unique_strict": (2, True),
}
"""The number of an aggregate's arguments, and whether it leaves out NULLs."""


# --- SQL/JSON ----------------------------------------------------------------------------------


def _constructor(node: Node, scope: Scope) -> JsonShape:
    """Return the shape of `JSON_OBJECT(…)`, `JSON_ARRAYAGG(…)` and the other constructors."""
    arguments = node.nodes("args")
    leaves_out = node.flag("absent_on_null")
    match node.number("type"):
        case kind if kind == JsonConstructorType.OBJECT:
            built = _built(arguments, scope)
            if leaves_out and isinstance(built, JsonObject):
                return JsonObject(tuple([absent(member) for member in built.members]))
            return built
        case kind if kind == JsonConstructorType.ARRAY:
            items = any_item([item(argument, scope) for argument in arguments])
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
    """Return the name of one of PostgreSQL's own functions, empty for others."""
    function = scope.function(node.number(field))
    return function.name if function and function.system else ""
