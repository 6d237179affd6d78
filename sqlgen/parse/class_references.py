"""A query file -> the dotted paths of Python classes that its author names."""

import re
from collections.abc import Iterator
from typing import Final

from ..model.frozen import frozen
from ..model.source import SourceFile, Span
from .lexer import Kind, tokens

_MAY_HAVE_ONE: Final = re.compile(r'"[^"\n]*:[^"\n]*\.[^"\n]*"|sqlgen:\s*parameter\b')
_DIRECTIVE: Final = re.compile(r"--\s*sqlgen:\s*parameter\s+[^:]+:(?P<type>.*)")
_OVERRIDE: Final = re.compile(r'"[^":]*:(?P<type>[^":!?]*)"')
_STRING: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATH: Final = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)+")


@frozen
class ClassReference:
    """A class by its `module` and `name`, and the place where the author names it."""

    module: str
    name: str
    span: Span


def class_references(source: SourceFile) -> Iterator[ClassReference]:
    """Yield the classes in overrides of columns (`"c: app.types.T"`) and in types of parameters."""
    if not _MAY_HAVE_ONE.search(source.text):
        return
    for token in tokens(source.text):
        text = source.text[token.start : token.end]
        if token.kind is Kind.LINE_COMMENT:
            match = _DIRECTIVE.match(text)
        elif token.kind is Kind.QUOTED:
            match = _OVERRIDE.fullmatch(text)
        else:
            continue
        if match:
            start = token.start + match.start("type")
            for module, name, place in paths_in(match["type"]):
                first = start + place
                end = first + len(module) + 1 + len(name)
                yield ClassReference(module, name, Span(source, first, end))


def paths_in(type_: str) -> Iterator[tuple[str, str, int]]:
    """Yield the module and the name of each dotted path in a Python type, and its place."""
    without_strings = _STRING.sub(lambda match: " " * len(match[0]), type_)
    for match in _PATH.finditer(without_strings):
        module, _, name = match[0].rpartition(".")
        yield module, name, match.start()
