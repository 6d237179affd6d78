"""Calls of functions and operators -> whether they may give NULL.

A STRICT function gives NULL for NULL, which does not say that it gives none otherwise. So only these
are believed: functions of the lists in `never_null/`, each by its signature, functions that the user
vouches for, and SQL functions whose body is known.
"""

from ....model import postgres
from ....model.catalog import Routine
from ...cardinality.row_count import at_least_one
from ...tree.nodes import Node
from ...tree.types import holds_array, type_of
from ..never_null import marks
from ..reasons import text_of, unless_tested
from ..registry import rule
from ..scope import Scope
from ..verdict import Elements, Verdict, elements_of, maybe, never, shapes_of
from .array_functions import call_shapes, text_shapes
from .expressions import all_of
from .row_fields import table_of_type
from .set_functions import body_scope, element_verdict


@rule("OPEXPR")
def _operator(node: Node, scope: Scope) -> Verdict:
    return unless_tested(_call(node, scope), node, scope)


@rule("FUNCEXPR")
def _call(node: Node, scope: Scope) -> Verdict:
    function = called(node, scope)
    if function is None:
        return maybe("nothing is known of the function", node.location)
    if function.returns_set:
        return element_verdict(node, function, scope)
    verdict = _result(node, function, scope)
    if not holds_array(node, scope.catalog.types):
        return verdict
    return verdict.but(shapes=call_shapes(node, function, verdict, scope))


def _result(node: Node, function: Routine, scope: Scope) -> Verdict:
    arguments = node.nodes("args")
    title = _title(node, function, scope)
    mark = _listed(function)
    if not mark and _is_growing_field(function, arguments):
        mark = _NON_NULL
    if function.body and not mark and (function.system or scope.context.bodies):
        verdict = _body(node, function, scope)
        if not verdict.nullable or not scope.context.is_vouched(function):
            return verdict
    if not mark and not scope.context.is_vouched(function):
        unknown = not (function.system or function.extension or function.body)
        why = ": its body is not read, and `never_null` does not list it"
        return maybe(f"`{title}` may give NULL{why if unknown else ''}", node.location)
    if not arguments or (mark == _ALWAYS and not node.flag("funcvariadic")):
        verdict = never(f"`{title}` never gives NULL", node.location)
    else:
        required = arguments
        if mark.isdigit() and not node.flag("funcvariadic"):
            required = arguments[: len(mark)]
        reason = f"`{title}` gives NULL only for NULL, and is given none"
        verdict = all_of(required, scope, reason)
    if not mark:  # a row of a function that is vouched for
        verdict = verdict.but(table=table_of_type(type_of(node), scope))
    if function.name in _WITHOUT_NULLS:
        return verdict.but(elements=Elements.NOT_NULL)
    if function.name not in _OF_ELEMENTS:
        return verdict
    return verdict.but(elements=_elements(function, arguments, scope))


def called(node: Node, scope: Scope) -> Routine | None:
    """Return the function that a call or an operator stands for."""
    return scope.function(node.number("funcid") or node.number("opfuncid"))


def gives_null(node: Node, scope: Scope) -> str:
    """Return why the call may be NULL although its arguments are not, empty if it never is."""
    function = called(node, scope)
    if function is None:
        return "nothing is known of the function"
    if _listed(function) or scope.context.is_vouched(function):
        return ""
    return f"`{_title(node, function, scope)}` may give NULL"


@rule("SCALARARRAYOPEXPR")
def _array_comparison(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of `x = ANY (array)`, NULL also where a member is and no other decides."""
    reason = gives_null(node, scope)
    if reason:
        return maybe(reason, node.location)
    arguments = node.nodes("args")
    if scope.has_null_elements(scope.verdict(arguments[-1])):
        return maybe("a member of the array may be NULL", node.location)
    return all_of(arguments, scope, "neither side of the comparison is NULL")


@rule("DISTINCTEXPR")
def _distinct(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of `a IS DISTINCT FROM b`, which compares NULLs and uses the type's `=`."""
    reason = gives_null(node, scope)
    if reason:
        return maybe(reason, node.location)
    return never("`IS DISTINCT FROM` is true or false", node.location)


@rule("ROWCOMPAREEXPR")
def _row_comparison(node: Node, scope: Scope) -> Verdict:
    if any(
        operator >= postgres.FIRST_NORMAL_OBJECT_ID
        for operator in node.numbers("opnos")
    ):
        return maybe("the comparison may be NULL")
    arguments = node.nodes("largs") + node.nodes("rargs")
    return all_of(arguments, scope, "neither side of the comparison is NULL")


@rule("COERCEVIAIO")
def _through_text(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of a cast by way of text.

    The executor itself refuses a NULL from a type's input function.
    """
    verdict = all_of(_argument(node), scope, "a cast of what is not NULL")
    if not holds_array(node, scope.catalog.types):
        return verdict
    return verdict.but(shapes=text_shapes(node, scope))


@rule("ARRAYCOERCEEXPR")
def _cast_array(node: Node, scope: Scope) -> Verdict:
    arguments = _argument(node)
    verdict = all_of(arguments, scope, "a cast of what is not NULL").but(
        shapes=shapes_of([scope.verdict(argument) for argument in arguments])
    )
    element = node.node("elemexpr")
    if element is None:
        return verdict
    keeps = element.tag in ("RELABELTYPE", "COERCEVIAIO", "CASETESTEXPR") or (
        element.tag == "FUNCEXPR" and not gives_null(element, scope)
    )
    if not keeps:
        return verdict
    return verdict.but(elements=elements_of([scope.verdict(a) for a in arguments]))


def _argument(node: Node) -> tuple[Node, ...]:
    argument = node.node("arg")
    return (argument,) if argument else ()


def _body(node: Node, function: Routine, scope: Scope) -> Verdict:
    """Return the verdict of a function with a SQL-standard body: that of its last statement."""
    arguments = [scope.verdict(argument) for argument in node.nodes("args")]
    nullable = next((a for a in arguments if a.nullable), None)
    if function.strict and nullable:
        return maybe(nullable.reason, nullable.location)
    body = body_scope(node, function, scope)
    if body is None or not at_least_one(body.level):
        return maybe(f"`{function.name}` may give NULL", node.location)
    columns = body.columns()
    if len(columns) != 1:
        return maybe(f"`{function.name}` may give NULL", node.location)
    verdict = columns[0].but(location=node.location, origin=None)
    if verdict.nullable:
        return verdict.but(reason=f"`{function.name}` may give NULL: {verdict.reason}")
    return verdict.but(reason=f"`{function.name}` gives no NULL: {verdict.reason}")


def _listed(function: Routine) -> str:
    """Return the mark that the lists have for the function, empty if it is not in them."""
    if function.system:
        return marks("pg_catalog").get(function.signature, "")
    if function.extension:
        return marks(function.extension).get(_bare(function), "")
    return ""


def _bare(function: Routine) -> str:
    """Return the signature without the schemas of an extension's own types."""
    arguments = [argument.rpartition(".")[2] for argument in function.arguments]
    return f"{function.name}({', '.join(arguments)})"


def _title(node: Node, function: Routine, scope: Scope) -> str:
    """Return what the query's author wrote: an operator's sign, a function's name."""
    if node.tag == "FUNCEXPR":
        return function.name
    return scope.catalog.operators.get(node.number("opno"), function.name)


def _elements(function: Routine, arguments: tuple[Node, ...], scope: Scope) -> Elements:
    """Return whether elements may be NULL in an array made of arrays, values or pieces of a text."""
    verdicts = [scope.verdict(argument) for argument in arguments]
    match function.name:
        case "array_append" | "array_replace":
            array, added = verdicts[0], verdicts[-1]
        case "array_prepend":
            added, array = verdicts
        case "array_remove":
            return verdicts[0].elements
        case "array_cat":
            return elements_of(verdicts)
        case _:
            # string_to_array's third argument is the piece that becomes NULL.
            return Elements.NOT_NULL if len(verdicts) == 2 else Elements.NULLABLE
    return Elements.NULLABLE if added.nullable else array.elements


def _is_growing_field(function: Routine, arguments: tuple[Node, ...]) -> bool:
    """Return whether a call is like `extract(epoch from …)`, which gives infinity for infinity.

    Fields that start again, such as `day`, are NULL there (NonFiniteTimestampTzPart in
    timestamp.c).
    """
    if not function.system or function.name not in ("date_part", "extract"):
        return False
    field = text_of(arguments[0]) if arguments else ""
    if function.arguments[1:] in _TIMES:
        return bool(field)
    if function.arguments[1:] == ("interval",):
        return field in ("epoch", "year")
    return field in _GROWING


_NON_NULL, _ALWAYS = "+", "*"
_GROWING = frozenset(
    {"century", "decade", "epoch", "isoyear", "julian", "millennium", "year"}
)
_TIMES = (("time without time zone",), ("time with time zone",))
_OF_ELEMENTS = frozenset(
    {
        "array_append",
        "array_cat",
        "array_prepend",
        "array_remove",
        "array_replace",
        "string_to_array",
    }
)
_WITHOUT_NULLS = frozenset(
    {
        "akeys",
        "array_positions",
        "current_schemas",
        "enum_range",
        "parse_ident",
        "regexp_split_to_array",
        "show_trgm",
        "tsvector_to_array",
    }
)
"""Functions whose arrays have no NULL in them."""
