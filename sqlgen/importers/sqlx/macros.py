"""SourceFile -> MacroCall: the calls of SQLx's macros in a Rust source.

https://docs.rs/sqlx/latest/sqlx/#macros
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from .rust_tokens import RustKind, RustToken, rust_tokens

_MACROS: Final = {
    f"query{file}{kind}{unchecked}"
    for file in ("", "_file")
    for kind in ("", "_as", "_scalar")
    for unchecked in ("", "_unchecked")
}
FETCHES: Final = frozenset(
    {
        "fetch_one",
        "fetch_optional",
        "fetch_all",
        "fetch",
        "fetch_many",
        "execute",
        "execute_many",
    }
)
"""The methods that run a query."""


@frozen(kw_only=True)
class MacroCall:
    """A call of a macro within the function `function`, empty outside of any.

    `type_name` is the type of `query_as!`. `text` is the query, or the path of its file with `is_file`; `None` if it
    is not a string. `arguments` are the tokens of each argument, and `fetch` the method that runs the query, with
    `counts_rows` if the caller reads the number of rows; it is empty if that is not called here.
    """

    macro: str
    function: str
    type_name: str
    text: str | None
    is_file: bool
    arguments: tuple[tuple[RustToken, ...], ...]
    fetch: str
    counts_rows: bool
    place: Span


def macro_calls(source: SourceFile) -> Iterator[MacroCall]:
    """Yield the calls in a Rust source, in order."""
    tokens = list(rust_tokens(source.text))
    closers = _closers(tokens)
    functions: list[tuple[str, int]] = []  # with the token that ends each
    pending = ""
    for n, token in enumerate(tokens):
        while functions and functions[-1][1] <= n:
            functions.pop()
        if token.value == "fn" and _is_word(tokens, n + 1):
            pending = tokens[n + 1].value
        elif token.value == ";" and token.kind is RustKind.SIGN:
            pending = ""
        elif token.value == "{" and pending:
            functions.append((pending, closers.get(n, len(tokens))))
            pending = ""
        elif _is_call(tokens, n) and n + 2 in closers:
            function = functions[-1][0] if functions else ""
            yield _call(source, tokens, n, closers, function)


def _is_word(tokens: Sequence[RustToken], n: int) -> bool:
    return n < len(tokens) and tokens[n].kind is RustKind.WORD


def _is_call(tokens: Sequence[RustToken], n: int) -> bool:
    return (
        tokens[n].kind is RustKind.WORD
        and tokens[n].value in _MACROS
        and n + 2 < len(tokens)
        and tokens[n + 1].value == "!"
        and tokens[n + 2].kind is RustKind.OPEN
    )


def _closers(tokens: Sequence[RustToken]) -> dict[int, int]:
    """Return the token that closes each bracket."""
    closers: dict[int, int] = {}
    stack: list[int] = []
    for n, token in enumerate(tokens):
        if token.kind is RustKind.OPEN:
            stack.append(n)
        elif token.kind is RustKind.CLOSE and stack:
            closers[stack.pop()] = n
    return closers


def _call(
    source: SourceFile,
    tokens: Sequence[RustToken],
    n: int,
    closers: dict[int, int],
    function: str,
) -> MacroCall:
    end = closers[n + 2]
    parts = _parts(tokens, n + 3, end, closers)
    name = tokens[n].value
    type_name = ""
    if "_as" in name and parts:
        type_name = _last_of_path(parts.pop(0))
    text = _text(parts.pop(0)) if parts else None
    fetch, counts_rows = _fetch(tokens, end + 1, closers)
    return MacroCall(
        macro=name,
        function=function,
        type_name=type_name,
        text=text,
        is_file="_file" in name,
        arguments=tuple(parts),
        fetch=fetch,
        counts_rows=counts_rows,
        place=Span(source, tokens[n].start, tokens[n + 1].end),
    )


def _parts(
    tokens: Sequence[RustToken], start: int, end: int, closers: dict[int, int]
) -> list[tuple[RustToken, ...]]:
    """Return the tokens between the commas of `tokens[start:end]`; those in brackets stay together."""
    parts: list[list[RustToken]] = [[]]
    n = start
    while n < end:
        if tokens[n].value == "," and tokens[n].kind is RustKind.SIGN:
            parts.append([])
            n += 1
            continue
        last = min(closers.get(n, n), end - 1)
        parts[-1].extend(tokens[n : last + 1])
        n = last + 1
    return [tuple(part) for part in parts if part]


def _last_of_path(part: Sequence[RustToken]) -> str:
    """Return the last name of a type's path, without what is in `<…>`."""
    name = ""
    for token in part:
        if token.value == "<":
            break
        if token.kind is RustKind.WORD:
            name = token.value
    return "" if name == "Self" else name


def _text(part: Sequence[RustToken]) -> str | None:
    """Return the text of strings that `+` puts together; None for anything else."""
    strings, signs = part[::2], part[1::2]
    is_text = all(token.kind is RustKind.STRING for token in strings) and all(
        token.value == "+" and token.kind is RustKind.SIGN for token in signs
    )
    is_whole = len(strings) == len(signs) + 1
    return "".join(token.value for token in strings) if is_text and is_whole else None


def _fetch(
    tokens: Sequence[RustToken], n: int, closers: dict[int, int]
) -> tuple[str, bool]:
    """Return the method in the chain of calls from token *n* on that runs the query, and whether rows are counted."""
    fetch = ""
    while n < len(tokens):
        value = tokens[n].value
        if value in ("?", "await", "."):
            n += 1
        elif value == "::" and n + 1 < len(tokens) and tokens[n + 1].value == "<":
            while n < len(tokens) and tokens[n].kind is not RustKind.OPEN:
                n += 1
        elif tokens[n].kind is RustKind.OPEN and value == "(":
            n = closers.get(n, len(tokens)) + 1
        elif tokens[n].kind is RustKind.WORD and tokens[n - 1].value == ".":
            if fetch and value == "rows_affected":
                return fetch, True
            if not fetch and value in FETCHES:
                fetch = value
            n += 1
        else:
            break
    return fetch, False
