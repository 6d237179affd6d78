"""The arguments of a macro, as expressions of Rust -> names of parameters."""

from collections.abc import Sequence
from typing import Final

from ..names import ParameterNames
from .rust_tokens import RustKind, RustToken

_CONVERSIONS: Final = frozenset("""
    and_then as_bytes as_deref as_mut as_ref as_slice as_str as_uuid borrow clone cloned collect copied
    expect into into_inner iter map naive_utc ok to_owned to_string to_vec try_into unwrap unwrap_or
    unwrap_or_default unwrap_or_else
    """.split())  # noqa: SIM905 (a list of one word in a line is no easier to read)
"""Methods that say nothing about what the value is."""
_WRAPPERS: Final = frozenset({"Some", "Json"})
_HOLDERS: Final = frozenset(
    {
        "args",
        "body",
        "cmd",
        "command",
        "data",
        "dto",
        "form",
        "filter",
        "input",
        "options",
        "opts",
        "params",
        "payload",
        "query",
    }
    | {"req", "request", "self", "this"}
)
"""Objects that say nothing about their fields."""
_NO_NAMES: Final = _CONVERSIONS | _WRAPPERS | {"mut"}


def parameter_names(arguments: Sequence[Sequence[RustToken]]) -> dict[int, str]:
    """Return the names of `$1`, `$2` and so on by their numbers.

    It is empty if no argument is a name, so that sqlgen names all after their columns.
    """
    guesses = [_name(argument) for argument in arguments]
    if not any(guesses):
        return {}
    names = ParameterNames()
    return {
        number: names.of(guess or f"arg{number}", within=str(number))
        for number, guess in enumerate(guesses, 1)
    }


def _name(argument: Sequence[RustToken]) -> str:
    """Return the name of `id`, `&user.id` or `form.id.as_ref() as _`; empty for any other expression."""
    words: list[str] = []
    depth = 0
    previous = ""
    for n, token in enumerate(argument):
        if token.kind is RustKind.OPEN:
            # A slice, `ids[..]`, a conversion, or a method without arguments, `user.id()`.
            is_plain = token.value == "[" or argument[n + 1].kind is RustKind.CLOSE
            if depth == 0 and not is_plain and previous not in _NO_NAMES:
                return ""
            depth += previous not in _WRAPPERS
        elif token.kind is RustKind.CLOSE:
            depth = max(depth - 1, 0)
        elif depth == 0 and token.kind is RustKind.WORD:
            if token.value == "as":
                break
            words.append(token.value)
        elif depth == 0 and not _is_path(token, previous):
            return ""
        previous = token.value
    names = [word for word in words if word not in _NO_NAMES][-2:]
    if len(names) == 2 and names[0] in _HOLDERS:
        names.pop(0)
    return _joined(names)


def _joined(names: Sequence[str]) -> str:
    """Return the names as one: `user_id` for `user` and `id`, `auth_user_id` for `auth_user` and `user_id`."""
    words: list[str] = []
    for name in names:
        parts = name.split("_")
        common = next(
            (n for n in range(len(parts), 0, -1) if words[-n:] == parts[:n]), 0
        )
        words += parts[common:]
    return "_".join(words)


def _is_path(token: RustToken, previous: str) -> bool:
    """Return whether a sign or number belongs to `&user.id` or `pair.0`."""
    if token.kind is RustKind.LITERAL:
        return previous == "."
    return token.kind is RustKind.SIGN and token.value in (".", "&", "*", "?")
