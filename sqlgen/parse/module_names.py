"""The text of a Python module -> the names that it defines, without running it."""

import ast
from collections.abc import Iterator
from typing import Final

_DYNAMIC: Final = frozenset(
    {
        *("__dict__", "__getattr__", "__import__", "__name__", "eval", "exec"),
        *("globals", "locals", "modules", "setattr", "vars"),
    }
)
"""Names with which a module may define others while it runs."""

_SCOPES: Final = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def module_names(text: str) -> frozenset[str] | None:
    """Return the names that a module defines or imports; `None` if it may have others.

    That is so if it cannot be parsed, imports `*`, has a `__getattr__`, or uses what makes names at run time.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _DYNAMIC:
                return None
            case ast.FunctionDef(name="__getattr__"):
                return None
            case ast.Global(names=globals_):
                names.update(globals_)
            case ast.ImportFrom() if any(each.name == "*" for each in node.names):
                return None
            case _:
                pass
    for node in _of_module(tree):
        names.update(_bound(node))
    return frozenset(names)


def _of_module(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes whose names are those of the module, not of a function or class in it."""
    for child in ast.iter_child_nodes(tree):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _of_module(child)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)) | ast.ExceptHandler(name=str(name)):
            yield name
        case _:
            pass
