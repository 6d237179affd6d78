"""The text of a Python type -> PyType, and the conversions to and from a chosen type."""

import ast
from collections.abc import Mapping
from keyword import iskeyword
from typing import TypeGuard

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.python import (
    NONE,
    Apply,
    Conversion,
    Each,
    FromJson,
    Generic,
    Keep,
    LiteralOf,
    Named,
    PyType,
    Structure,
    UnionOf,
)
from .python_types import (
    ANY,
    DECIMAL,
    JSON_INPUT,
    JSON_VALUE,
    LIST,
    MAPPING,
    SEQUENCE,
    UUID,
    or_none,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BUILTINS = _words(
    "bool bytes complex dict float frozenset int list object set str tuple"
)
_WELL_KNOWN = {
    "Any": ANY,
    "Decimal": DECIMAL,
    "JsonInput": JSON_INPUT,
    "JsonValue": JSON_VALUE,
    "Sequence": SEQUENCE,
    "Mapping": MAPPING,
    "UUID": UUID,
}
_OWN = frozenset({"Literal", "None"})
_CALLABLE = frozenset({"bool", "bytes", "float", "int", "str"})
_PLAIN = frozenset({"", "typing", "collections.abc"})
_DATETIME = frozenset({"date", "datetime", "time", "timedelta"})


def parsed(text: str, aliases: Mapping[str, str], where: Label | None) -> PyType:
    """Return the type that *text* names: builtins, dotted paths, aliases, generics and unions.

    Raises `SqlgenError` (`bad-type`) at *where*.
    """
    return _Parser(aliases, where).type(text, seen=frozenset())


def is_known_name(name: str, aliases: Mapping[str, str]) -> bool:
    """Return whether a bare name stands for a type, as a builtin or an alias does."""
    return name in aliases or name in _BUILTINS or name in _WELL_KNOWN or name in _OWN


def text(type_: PyType) -> str:
    """Return the type as annotations show it."""
    match type_:
        case Named(name=name, qualified=True):
            return f"{type_.module}.{name}"
        case Named(name=name):
            return name
        case Generic(origin=origin, arguments=arguments):
            return f"{text(origin)}[{', '.join(map(text, arguments))}]"
        case UnionOf(members=members):
            return " | ".join(map(text, members))
        case Structure(name=name):
            return name
        case LiteralOf(values=values):
            return f"Literal[{', '.join(map(repr, values))}]"


def conversion(chosen: PyType, usual: PyType, where: str = "") -> Conversion:
    """Return the conversion of psycopg's value to the *chosen* type.

    *usual* is the type that the value has. Errors in JSON name the place *where*.
    """
    if usual == JSON_VALUE and (from_json := _from_json(chosen, where)):
        return from_json
    match chosen:
        case Named(name=name, module=""):
            return Apply(chosen) if name in _CALLABLE else Keep()
        case Named(module="typing" | "collections.abc"):
            return Keep()
        case Named() if chosen == JSON_VALUE or usual == chosen:
            return Keep()
        case Named():
            return Apply(chosen)
        case Generic(origin=Named(name="list", module=""), arguments=(item,)):
            return _each(item, usual, where)
        case Generic(origin=Named(module="" | "typing" | "collections.abc")):
            return Keep()
        case Generic(origin=origin):
            return Apply(origin)
        case UnionOf(members=(inner, last)) if last == NONE:
            return or_none(conversion(inner, usual, where))
        case UnionOf() | LiteralOf() | Structure():
            return Keep()


def holds_users_type(type_: PyType) -> bool:
    """Return whether a type is one of the user's, or is made of one; `JsonValue` is none."""
    match type_:
        case Named(module=module):
            return module not in _PLAIN and not module.startswith(".")
        case Generic(origin=origin, arguments=arguments):
            return any(map(holds_users_type, (origin, *arguments)))
        case UnionOf(members=members):
            return any(map(holds_users_type, members))
        case LiteralOf() | Structure():
            return False


def _from_json(chosen: PyType, where: str) -> Conversion | None:
    """Return what makes the user's type of JSON; None for a union of several, and other types."""
    if isinstance(chosen, UnionOf) or not holds_users_type(chosen):
        return None
    return FromJson(chosen, where)


def is_list(type_: PyType) -> TypeGuard[Generic]:
    """Return whether the type is a `list` or a `Sequence`."""
    return isinstance(type_, Generic) and type_.origin.name in ("list", "Sequence")


def _each(item: PyType, usual: PyType, where: str) -> Conversion:
    """Return the conversion of a list, whose items are converted if they need to be."""
    inner: PyType = ANY
    if isinstance(usual, Generic) and usual.origin == LIST:
        inner = usual.arguments[0]
    if isinstance(inner, UnionOf):  # the author knows whether there are NULLs
        inner = inner.members[0]
    same = (inner, UnionOf((inner, NONE)))
    if item in same or inner == UnionOf((item, NONE)):
        return Keep()
    convert = conversion(item, inner, where)
    return convert if convert == Keep() else Each(convert)


class _Parser:
    """Parses one type expression; holds what every level of it needs."""

    def __init__(self, aliases: Mapping[str, str], where: Label | None) -> None:
        self.aliases = aliases
        self.where = where

    def type(self, text: str, seen: frozenset[str]) -> PyType:
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            raise self.error(f"`{text.strip()}` is not a Python type") from None
        return self.node(tree, seen)

    def node(self, tree: ast.expr, seen: frozenset[str]) -> PyType:
        match tree:
            case ast.Constant(value=None):
                return NONE
            case ast.Name(id=name):
                return self.name(name, seen)
            case ast.Attribute():
                return self.dotted(tree)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                members = [self.node(left, seen), self.node(right, seen)]
                flat = [
                    m
                    for member in members
                    for m in (
                        member.members if isinstance(member, UnionOf) else (member,)
                    )
                ]
                ordered = dict.fromkeys(m for m in flat if m != NONE)
                return UnionOf((*ordered, *((NONE,) if NONE in flat else ())))
            case ast.Subscript(value=origin, slice=arguments):
                return self.generic(origin, arguments, seen)
            case _:
                raise self.error(f"`{ast.unparse(tree)}` is not a Python type")

    def name(self, name: str, seen: frozenset[str]) -> PyType:
        if name in self.aliases:
            if name in seen:
                raise self.error(f"alias `{name}` stands for itself")
            return self.type(self.aliases[name], seen | {name})
        if name in _BUILTINS:
            return Named(name)
        if name in _WELL_KNOWN:
            return _WELL_KNOWN[name]
        raise self.error(
            f"unknown type `{name}`",
            f"write the path it is imported by (`app.types.{name}`), or add `{name}` to"
            " `[tool.sqlgen.aliases]`",
        )

    def dotted(self, tree: ast.Attribute) -> Named:
        text = ast.unparse(tree)
        parts = text.split(".")
        if not all(part.isidentifier() and not iskeyword(part) for part in parts):
            raise self.error(f"`{text}` is not a Python type")
        module, name = ".".join(parts[:-1]), parts[-1]
        return Named(name, module, module == "datetime" and name in _DATETIME)

    def generic(
        self, origin: ast.expr, arguments: ast.expr, seen: frozenset[str]
    ) -> PyType:
        if isinstance(origin, ast.Name) and origin.id == "Literal":
            return self.literal(arguments)
        named = self.node(origin, seen)
        if not isinstance(named, Named):
            raise self.error(f"`{ast.unparse(origin)}` takes no arguments")
        items = arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
        if not items:
            raise self.error(f"`{ast.unparse(origin)}[()]` has no arguments")
        return Generic(
            named,
            tuple(
                (
                    Named("...")
                    if isinstance(item, ast.Constant) and item.value is ...
                    else self.node(item, seen)
                )
                for item in items
            ),
        )

    def literal(self, arguments: ast.expr) -> LiteralOf:
        items = arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]
        values: list[str] = []
        for item in items:
            if not isinstance(item, ast.Constant) or not isinstance(item.value, str):
                raise self.error(f"`{ast.unparse(item)}` is not a string")
            values.append(item.value)
        return LiteralOf(tuple(values))

    def error(self, message: str, hint: str = "") -> SqlgenError:
        return SqlgenError(
            Diagnostic(code="bad-type", message=message, label=self.where, hint=hint)
        )
