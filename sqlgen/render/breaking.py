"""A statement that is too long for a line -> its lines, broken as black breaks them.

Only what generated code has is known: what is not comes back as it was, and is for black to break.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..model.frozen import frozen

WIDTH: Final = 88
STEP: Final = "    "


@frozen
class Group:
    """Items between brackets, with what stands around them: `before(a, b)after`.

    `definition` tells that they are a function's parameters, `apart` that they are a tuple after
    `return` or a list that gets a name, whose items black never puts on a line of their own together.
    """

    before: str
    items: Sequence["Code"]
    after: str
    definition: bool = False
    apart: bool = False


@frozen
class Comprehension:
    """A generator expression: `(element loop)`."""

    element: "Code"
    loop: str


@frozen
class Choice:
    """`before` and a conditional expression: `value if condition else other`, which may be one again."""

    value: str
    condition: str
    other: "str | Choice"
    before: str = ""


Code = str | Group | Comprehension | Choice


def broken(line: str) -> list[str]:
    """Return the lines of a statement that is too long for one."""
    if line[-1] in "([{":  # its items have lines of their own already
        return [line]
    code = line.lstrip(" ")
    indent = line[: len(line) - len(code)]
    if code.startswith("from "):
        before, _, names = code.partition(" import ")
        items = [f"{indent}{STEP}{name}," for name in names.split(", ")]
        return [f"{indent}{before} import (", *items, f"{indent})"]
    if code.startswith(("def ", "async def ")):
        return _lines(_definition(code), indent)
    if code.startswith(("with ", "async with ")):
        return _lines(_call(code, _WITH), indent)
    for word in ("return ", "yield from ", "await "):
        if code.startswith(word):
            return _lines(_after(word, code.removeprefix(word)), indent)
    if match := _TARGET.match(code):
        return _assignment(match[0], code[match.end() :], indent)
    return _lines(_call(code, _STATEMENT), indent)


# --- reading a statement -------------------------------------------------------------------------

_TARGET = re.compile(r"\w+(?:: \w+)? = ")
_CALLED = re.compile(r"(?:await )?\*?[\w.]*")
# Identifiers may have characters that `\w` does not match, such as the middle dot.
_KEYWORD = re.compile(r"[^\s=\"'()\[\]{},:]+=(?!=)")
_ITEM = re.compile(rf"""(?:{_KEYWORD.pattern}|"[^"\\]*": )?\*?[\w.]*""")
_SORTED = re.compile(r"\*\w+\.sorted_by(?:_each)?\([\w.]+\)\.given")
"""Matches the one function that is called of a call's result."""
_WITH = re.compile(r"(?:async )?with [\w.]+")
_STATEMENT = re.compile(r"[\w.]+\.\w+")
_TRAILER = re.compile(r"(?:\.\w+(?:\(\))?)?(?: as \w+:)?")
_BREAKABLE = re.compile(r"[(\[{]| if ")
"""A piece of each item that can be broken; most items have none."""
_NESTED = re.compile(r"""[(\[{"']| if | for |\blambda\b""")
# The branches begin with different characters, by which `re` chooses among them.
_TOKEN = re.compile(
    r'[()\[\]{}]|, ?| (?:if|else|for) |"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|lambda\b'
)


@frozen
class _Scan:
    """Where the brackets of an expression, and its commas and words outside of them, stand."""

    brackets: list[tuple[int, int]]
    commas: list[tuple[int, int]]
    words: list[tuple[str, int]]


def _scan(code: str) -> _Scan:
    """Return where the outermost brackets, commas and words of an expression stand."""
    scan = _Scan([], [], [])
    depth = start = 0
    for match in _TOKEN.finditer(code):
        token = match[0]
        if token[0] in "([{":
            if depth == 0:
                start = match.start()
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
            if depth == 0:
                scan.brackets.append((start, match.end()))
        elif depth == 0 and token[0] == ",":
            scan.commas.append(match.span())
        elif depth == 0 and token[0] not in "\"'":
            scan.words.append((token.strip(), match.start()))
    return scan


def _definition(code: str) -> Code:
    """Return a function's parameters between what stands before and after them."""
    if '"' in code or "'" in code:
        start, end = _scan(code).brackets[0]
    else:  # as nearly always: no bracket is within a string
        start, end = code.index("("), code.rindex(") -> ") + 1
    items = _items(code[start + 1 : end - 1])
    return Group(code[: start + 1], items, code[end - 1 :], definition=True)


def _after(word: str, code: str) -> Code:
    """Return the expression after a `return`, `yield from` or `await`."""
    scan = _scan(code)
    if scan.words:
        item = _expression(code)
        return replace(item, before=word) if isinstance(item, Choice) else word + code
    if scan.brackets == [(0, len(code))] and word == "return " and code[0] == "(":
        item = _expression(code)
        if isinstance(item, Group):
            before = word + item.before
            return Group(before, item.items, item.after, apart=True)
        return word + code
    call = _call(code, _CALLED)
    if isinstance(call, Group):
        return Group(word + call.before, call.items, call.after)
    return word + code


def _call(code: str, before: re.Pattern[str]) -> Code:
    """Return a call's arguments between what stands around them, if *before* matches its function."""
    scan = _scan(code)
    filled = [(start, end) for start, end in scan.brackets if end - start > 2]
    if len(filled) != 1 or scan.words or scan.commas:
        return code
    start, end = filled[0]
    if not before.fullmatch(code, 0, start) or not _TRAILER.fullmatch(code, end):
        return code
    return _group(code, start, end)


def _expression(code: str) -> Code:
    """Return an argument or an item of a tuple, as far as it can be broken."""
    if not _BREAKABLE.search(code):
        return code
    scan = _scan(code)
    words = [word for word, _ in scan.words]
    if words in (["if", "else"], ["if", "else"] * 2):
        (_, if_), (_, else_), *_ = scan.words
        value, rest = code[:if_], code[else_ + 6 :]
        match = _KEYWORD.match(value)
        before = match[0] if match else ""
        condition = code[if_ + 4 : else_]
        other = _expression(rest) if len(words) > 2 else rest
        if not isinstance(other, Choice):
            other = rest
        return Choice(value.removeprefix(before), condition, other, before)
    filled = [(start, end) for start, end in scan.brackets if end - start > 2]
    if words or not filled:
        return code
    start, end = filled[-1]
    before_it = _ITEM if len(filled) == 1 else _SORTED
    if end != len(code) or not before_it.fullmatch(code, 0, start):
        return code
    return _group(code, start, end)


def _group(code: str, start: int, end: int) -> Code:
    """Return the brackets from *start* to *end* with what is in them, if that can be broken."""
    inner = code[start + 1 : end - 1]
    scan = _scan(inner)
    words = [word for word, _ in scan.words]
    is_whole = code[0] == "(" and end == len(code)
    if words == ["for"] and not scan.commas and is_whole:
        at = scan.words[0][1]
        return Comprehension(_expression(inner[:at]), inner[at + 1 :])
    if "for" in words:
        return code
    after = code[end - 1 :]
    if scan.commas and scan.commas[-1][1] == len(inner):  # a tuple of one
        inner, after = inner[: scan.commas[-1][0]], f",{after}"
    return Group(code[: start + 1], _items(inner), after)


def _items(code: str) -> list[Code]:
    """Return the items of what stands between brackets."""
    if not _NESTED.search(code):
        return list(code.removesuffix(",").split(", "))
    items: list[Code] = []
    start = 0
    for comma, end in _scan(code).commas:
        items.append(_expression(code[start:comma]))
        start = end
    return [*items, _expression(code[start:])]


# --- breaking it ---------------------------------------------------------------------------------


def _assignment(target: str, value: str, indent: str) -> list[str]:
    """Return the lines of `target = value`; what cannot be broken may be put in parentheses."""
    code = _expression(value)
    if isinstance(code, Group):
        is_list = code.before == "[" and len(code.items) > 1
        named = Group(target + code.before, code.items, code.after, apart=is_list)
        return _lines(named, indent)
    inside = f"{indent}{STEP}{value}"
    if isinstance(code, str) and len(inside) <= WIDTH:
        return [f"{indent}{target}(", inside, f"{indent})"]
    return [f"{indent}{target}{value}"]


def _flat(code: Code) -> str:
    """Return the code on one line."""
    match code:
        case str():
            return code
        case Comprehension(element, loop):
            return f"({_flat(element)} {loop})"
        case Choice(value, condition, other, before):
            return f"{before}{value} if {condition} else {_flat(other)}"
        case Group(before, items, after):
            return f"{before}{', '.join(map(_flat, items))}{after}"


def _lines(code: Code, indent: str, end: str = "") -> list[str]:
    """Return the code at an indentation, `end` (a comma) after it."""
    whole = f"{indent}{_flat(code)}{end}"
    inner = indent + STEP
    if isinstance(code, str) or len(whole) <= WIDTH:
        return [whole]
    if isinstance(code, Comprehension):
        loop = f"{inner}{code.loop}"
        return [f"{indent}(", *_lines(code.element, inner), loop, f"{indent}){end}"]
    if isinstance(code, Choice):
        arms = [inner + _flat(replace(code, before=""))]
        if len(arms[0]) > WIDTH:
            arms = _arms(code, inner)
        return [f"{indent}{code.before}(", *arms, f"{indent}){end}"]
    head, tail = indent + code.before, indent + code.after.removeprefix(",") + end
    body = inner + ", ".join(map(_flat, code.items))
    # The comma that makes a tuple of one and the one after a lone parameter take a line each.
    alone = code.after.startswith(",") or (code.definition and len(code.items) == 1)
    if len(body) <= WIDTH and not alone and not code.apart:
        return [head, body, tail]
    if len(code.items) == 1 and not alone and not code.apart:
        # A comma after it would make a tuple of what stands in square brackets.
        item = code.items[0]
        if isinstance(item, Choice) and not item.before:
            return [head, *_arms(item, inner), tail]
        return [head, *_lines(code.items[0], inner), tail]
    lines = [line for item in code.items for line in _lines(item, inner, ",")]
    return [head, *lines, tail]


def _arms(choice: Choice, indent: str) -> list[str]:
    """Return the lines of a conditional expression within brackets."""
    lines = [f"{indent}{choice.value}", f"{indent}if {choice.condition}"]
    if isinstance(choice.other, Choice):
        return [*lines, *_lines(replace(choice.other, before="else "), indent)]
    return [*lines, f"{indent}else {choice.other}"]
