"""The text of a Python module -> its names, or None where there may be others."""

import pytest

from sqlgen.model.source import SourceFile
from sqlgen.parse import class_references, module_names

NAMES = {
    "class A: b = 1\ndef c(d): e = 1": "A c",
    "import a.b\nimport c as d\nfrom e import f, g as h": "a d f h",
    "a = b = 1\nc, (d, *e) = x\nf: int = 1\ng: int\nh += 1": "a b c d e f g h",
    "if x:\n    class A: ...\nelse:\n    A = None\n    B = 1": "A B",
    "try:\n    import a\nexcept E as e:\n    b = 1\nfinally:\n    c = 1": "a b c e",
    "for a in b:\n    with c as d:\n        while (e := f): g = 1": "a d e g",
    "match x:\n    case [a, *b]: ...\n    case {'k': c, **d}: ...\n    case str() as e: ...": "a b c d e",
    "def f():\n    global a\n    a = 1": "a f",
    "async def f(): ...\n@deco\nclass G(Base): ...": "G f",
    "x = [y for y in z]": "x",
    "if TYPE_CHECKING:\n    from a import B": "B",
}

UNKNOWN = [
    "from a import *",
    "if x:\n    from a import *",
    "def __getattr__(name): ...",
    "__getattr__ = lazy",
    "globals()['A'] = 1",
    "globals().update(a)",
    "import sys\nsetattr(sys.modules[__name__], 'A', 1)",
    "exec('A = 1')",
    "vars()['A'] = 1",
    "make_types(__name__)",
    "class A(",
    "a\0b",
]


@pytest.mark.parametrize("text", NAMES)
def test_names(text: str) -> None:
    assert module_names(text) == frozenset(NAMES[text].split())


@pytest.mark.parametrize("text", UNKNOWN)
def test_names_that_are_not_in_the_text(text: str) -> None:
    assert module_names(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('SELECT a AS "a: app.types.T"', ["app.types.T"]),
        ('SELECT a AS "a!: list[app.types.T | b.U]"', ["app.types.T", "b.U"]),
        ("""SELECT a AS "a?: Literal['a.b']" """, []),
        ("SELECT 'a \"b: app.types.T\"'", []),
        ('-- AS "a: app.types.T"\nSELECT 1', []),
        ("-- sqlgen: parameter a: app.types.T\nSELECT :a", ["app.types.T"]),
        ('-- sqlgen: parameter a: Literal["a.b"]\nSELECT :a', []),
        ("-- sqlgen: parameter a?: dict[str, x.Y]\nSELECT :a", ["x.Y"]),
        ('SELECT "a: int", "t.c", "a:b:c.d"', []),
    ],
)
def test_references(text: str, names: list[str]) -> None:
    found = list(class_references(SourceFile("queries/q.sql", text)))
    assert [f"{each.module}.{each.name}" for each in found] == names
    assert [each.span.text for each in found] == names
