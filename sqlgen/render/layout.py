"""Code that is too long for a line is broken as black would break it.

Black is not asked: it costs more than all other stages together. What is laid out here is what
black leaves alone, which tests hold; for what this does not know how to break there is `fits`.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..model.frozen import frozen

WIDTH = 88
STEP = "    "


@frozen
class Group:
    """Items between brackets, with what stands around them: `before(a, b)after`.

    `definition` tells that they are a function's parameters, `returned` that they are a tuple after
    `return`, whose items black never puts on a line of their own together.
    """

    before: str
    items: Sequence["Code"]
    after: str
    definition: bool = False
    returned: bool = False


@frozen
class Each:
    """A generator expression: `(element loop)`."""

    element: "str | Group"
    loop: str


@frozen
class Choice:
    """`before` and a conditional expression: `value if condition else other`."""

    value: str
    condition: str
    other: str
    before: str = ""


Code = str | Group | Each | Choice


def flat(code: Code) -> str:
    """The code on one line."""
    if isinstance(code, str):
        return code
    if isinstance(code, Each):
        return f"({flat(code.element)} {code.loop})"
    if isinstance(code, Choice):
        return f"{code.before}{code.value} if {code.condition} else {code.other}"
    return f"{code.before}{_joined(code.items)}{code.after}"


def _joined(items: Sequence[Code]) -> str:
    return ", ".join([x if isinstance(x, str) else flat(x) for x in items])


def parameters(values: Sequence["Code"]) -> Group:
    """A tuple."""
    return Group("(", values, ",)" if len(values) == 1 else ")")


def lines(code: Code, indent: str, end: str = "") -> list[str]:
    """The code at an indentation, `end` (a comma) after it."""
    whole = f"{indent}{flat(code)}{end}"
    inner = indent + STEP
    if isinstance(code, str) or _short(whole):
        return [whole]
    if isinstance(code, Each):
        loop = f"{inner}{code.loop}"
        return [f"{indent}(", *lines(code.element, inner), loop, f"{indent}){end}"]
    if isinstance(code, Choice):
        body = flat(replace(code, before=""))
        arms = [code.value, f"if {code.condition}", f"else {code.other}"]
        if _short(inner + body):
            arms = [body]
        return [
            f"{indent}{code.before}(",
            *(inner + arm for arm in arms),
            f"{indent}){end}",
        ]
    if not code.items:
        return [whole]
    head, tail = indent + code.before, indent + code.after.removeprefix(",") + end
    body = inner + _joined(code.items)
    # The comma that makes a tuple of one and the one after a lone parameter take a line each.
    alone = code.after.startswith(",") or (code.definition and len(code.items) == 1)
    if _short(body) and not alone and not code.returned:
        return [head, body, tail]
    if len(code.items) == 1 and isinstance(code.items[0], Group | Each) and not alone:
        return [head, *lines(code.items[0], inner), tail]
    broken = [line for item in code.items for line in lines(item, inner, ",")]
    return [head, *broken, tail]


def assignment(target: str, code: Code, indent: str = "") -> list[str]:
    """`target = code`; a value that cannot be broken gets parentheses if that is enough."""
    whole = f"{indent}{target} = {flat(code)}"
    if _short(whole):
        return [whole]
    if isinstance(code, Group):
        before = f"{target} = {code.before}"
        return lines(Group(before, code.items, code.after), indent)
    inside = f"{indent}{STEP}{flat(code)}"
    if _short(inside):
        return [f"{indent}{target} = (", inside, f"{indent})"]
    return [whole]


def fits(text: Sequence[str]) -> bool:
    """Whether the lines are certainly as black wants them.

    Where one is too long, or has characters that may be wider than one column, black decides.
    """
    return max(map(len, text), default=0) <= WIDTH and "".join(text).isascii()


def _short(line: str) -> bool:
    return len(line) <= WIDTH
