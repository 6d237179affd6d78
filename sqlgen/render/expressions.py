"""Types and conversions -> Python expressions, each on one line."""

from ..model.python import (
    Apply,
    Conversion,
    Discard,
    Each,
    Field,
    FromJson,
    Generic,
    Invoke,
    Keep,
    LiteralOf,
    Load,
    MakeRow,
    Named,
    OrNone,
    OrUnset,
    Parse,
    PyType,
    Structure,
    Then,
    UnionOf,
    Value,
)
from .imports import Imports
from .literals import string

_LOADS = Named("loads", "._support")
_MAKE_ROW = Named("make_row", "._support")
_FROM_JSON = Named("from_json", "._json")
_LITERAL = Named("Literal", "typing")


def type_text(type_: PyType, imports: Imports, alias: str = "") -> str:
    """Return an annotation; *alias* is the alias being defined, which is quoted within itself."""
    if alias:
        return _type_text(type_, imports, alias)
    known = imports.annotations.get(id(type_))
    if known is None:
        known = type_, _type_text(type_, imports, alias)
        imports.annotations[id(type_)] = known
    return known[1]


def _type_text(type_: PyType, imports: Imports, alias: str) -> str:
    match type_:
        case Named(name=name, module=".models") if alias and name == alias:
            return string(name)
        case Named():
            return imports.name(type_)
        case Generic(origin=origin, arguments=arguments):
            items = [type_text(argument, imports, alias) for argument in arguments]
            return f"{imports.name(origin)}[{', '.join(items)}]"
        case UnionOf(members=members):
            return " | ".join([type_text(x, imports, alias) for x in members])
        case Structure(name=name, module=module):
            return imports.name(Named(name, module))
        case LiteralOf(values=values):
            return f"{imports.name(_LITERAL)}[{', '.join(map(string, values))}]"


def converted(conversion: Conversion, value: str, imports: Imports) -> str:
    """Return the expression for the converted *value*, which is a name."""
    match conversion:
        case Keep():
            return value
        case Discard():
            return "None"
        case Apply() | Load():
            return f"{function_text(conversion, imports)}({value})"
        case Invoke(method=method):
            return f"{value}.{method}()"
        case Parse(function=parse, item=item):
            return f"{imports.name(parse)}({value}, {function_text(item, imports)})"
        case FromJson(type=type_, where=where):
            text = type_text(type_, imports)
            return f"{imports.name(_FROM_JSON)}({text}, {value}, {string(where)})"
        case MakeRow(row=row):
            return f"{imports.name(_MAKE_ROW)}({imports.name(row)}, {value})"
        case Each(item=Keep()):
            return f"list({value})"
        case Each(item=item):
            return f"[{converted(item, 'item', imports)} for item in {value}]"
        case Then(first=first, second=second):
            return converted(second, converted(first, value, imports), imports)
        case OrNone(item=item):
            inner = converted(item, value, imports)
            return f"None if {value} is None else {inner}"
        case OrUnset(item=item):
            unset = imports.use("._variants", "UNSET")
            inner = converted(item, value, imports)
            return f"{value} if {value} is {unset} else {inner}"


def converted_row(
    field: Field | Value, values: str, start: int, imports: Imports
) -> str:
    """Return the expression for a row made of some of the *values*, from number *start* on."""
    end = start + (field.width or 1)
    first = start + 1 if field.optional else start
    row = converted(field.read, f"{values}[{first}:{end}]", imports)
    return f"{row} if {values}[{start}] else None" if field.optional else row


def function_text(conversion: Conversion, imports: Imports) -> str:
    """Return the conversion as something to be called with a value."""
    match conversion:
        case Keep():
            return "str"
        case Apply(function=named, method=""):
            return imports.name(named)
        case Apply(function=named, method=method):
            return f"{imports.name(named)}.{method}"
        case Load(type=name):
            return f"{imports.name(_LOADS)}({string(name)})"
        case _:
            return f"lambda text: {converted(conversion, 'text', imports)}"


def is_function(conversion: Conversion) -> bool:
    """Return whether there is a function for the conversion without making one."""
    return isinstance(conversion, Apply)
