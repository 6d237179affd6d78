"""Types and conversions -> Python expressions."""

from ..model.python import (
    Apply,
    Conversion,
    Each,
    FromJson,
    Generic,
    Invoke,
    Keep,
    LiteralOf,
    Load,
    Named,
    OrNone,
    Parse,
    PyType,
    Structure,
    Then,
    UnionOf,
)
from .imports import Imports
from .layout import Choice, Code, Group, flat
from .literals import string

_LOADS = Named("loads", "._support")
_FROM_JSON = Named("from_json", "._json")


def type_text(type_: PyType, imports: Imports, alias: str = "") -> str:
    """An annotation; *alias* is the alias being defined, which is quoted within itself."""
    if alias:
        return flat(type_code(type_, imports, alias))
    known = imports.annotations.get(id(type_))
    if known is None:
        known = type_, flat(type_code(type_, imports))
        imports.annotations[id(type_)] = known
    return known[1]


def type_code(type_: PyType, imports: Imports, alias: str = "") -> Code:
    """The same, to be broken over lines."""
    match type_:
        case Named(name=name, module=".models") if alias and name == alias:
            return string(name)
        case Named():
            return imports.name(type_)
        case Generic(origin=origin, arguments=arguments):
            items = [type_text(argument, imports, alias) for argument in arguments]
            return Group(f"{imports.name(origin)}[", items, "]")
        case UnionOf(members=members):
            return " | ".join(type_text(member, imports, alias) for member in members)
        case Structure(name=name, module=module):
            return imports.name(Named(name, module))
        case LiteralOf(values=values):
            literal = imports.name(Named("Literal", "typing"))
            return Group(f"{literal}[", [string(value) for value in values], "]")


def converted(conversion: Conversion, value: str, imports: Imports) -> str:
    """The expression for the converted *value*, which is a name."""
    match conversion:
        case Keep():
            return value
        case Apply() | Load():
            return f"{function(conversion, imports)}({value})"
        case Invoke(method=method):
            return f"{value}.{method}()"
        case Parse(function=parse, item=item):
            return f"{imports.name(parse)}({value}, {function(item, imports)})"
        case FromJson(type=type_, where=where):
            wanted = type_text(type_, imports)
            return f"{imports.name(_FROM_JSON)}({wanted}, {value}, {string(where)})"
        case Each(item=Keep()):
            return f"list({value})"
        case Each(item=item):
            return f"[{converted(item, 'item', imports)} for item in {value}]"
        case Then(first=first, second=second):
            return converted(second, converted(first, value, imports), imports)
        case OrNone(item=item):
            inner = converted(item, value, imports)
            return f"None if {value} is None else {inner}"


def converted_code(
    conversion: Conversion, value: str, imports: Imports, before: str = ""
) -> Code:
    """The same after a few characters, to be broken over lines."""
    if isinstance(conversion, OrNone):
        other = converted(conversion.item, value, imports)
        return Choice("None", f"{value} is None", other, before)
    return before + converted(conversion, value, imports)


def function(conversion: Conversion, imports: Imports) -> str:
    """The conversion as something to be called with a value."""
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
    """Whether there is a function for the conversion without making one."""
    return isinstance(conversion, Apply)
