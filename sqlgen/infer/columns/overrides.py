"""A result column's name in the query -> its name, and the override that its author wrote."""

import re
from collections.abc import Callable, Container, Sequence

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.override_text import is_in_statement, read_override
from ...model.query import Query
from ...model.source import Span
from ...model.typed import Override

UNNAMED = "?column?"
"""PostgreSQL's name of a column that has none; its question marks are no override."""

_PARTS = re.compile(r"(?P<name>[^:!?]*)(?P<rest>.*)", re.DOTALL)


def split_names(
    query: Query,
    names: Sequence[str],
    spans: Callable[[], Sequence[Span]],
    own_names: Container[str] = (),
) -> tuple[tuple[str, Override | None], ...]:
    """Return the name and the override of each result column.

    An unnamed one is called after its number, `column_2`, and an only column whose value is returned is `""`.

    *spans* gives the places of the columns. *own_names* are names that a table's own columns have. They
    hold no override, whatever characters they have, and neither does a name that is not in the
    statement, as a function's OUT argument. The grammar is SQLx's: the name ends at the first `:`,
    `!` or `?`; `[!|?][: T]` follows. Raises `SqlgenError` with `bad-override` and `duplicate-column`.
    """
    columns: list[tuple[str, Override | None]] = []
    problems: list[Diagnostic] = []
    for name in names:
        if name in own_names:
            columns.append((name, None))
            continue
        if name == UNNAMED:
            columns.append(("", None))
            continue
        try:
            columns.append(_split(query, name))
        except SqlgenError as error:
            problems.extend(error.diagnostics)
    if len(columns) > 1 or query.row is not None:
        columns = _all_named(columns)
    if not problems and len({name for name, _ in columns}) < len(columns):
        problems = _duplicates(query, columns, spans())
    if problems:
        raise SqlgenError(*problems)
    return tuple(columns)


def _all_named(
    columns: Sequence[tuple[str, Override | None]],
) -> list[tuple[str, Override | None]]:
    """Return the columns with a name for each unnamed one, after its number: `column_2`."""
    taken = {name for name, _ in columns}
    named: list[tuple[str, Override | None]] = []
    for number, (name, override) in enumerate(columns, 1):
        if not name:
            name = f"column_{number}"
            while name in taken:
                name += "_"
            taken.add(name)
        named.append((name, override))
    return named


def plain_name(name: str) -> str:
    """Return a column's name up to the first `:`, `!` or `?`, where an override may begin."""
    return re.split("[:!?]", name, maxsplit=1)[0].rstrip()


def split_field(query: Query, name: str) -> tuple[str, Override | None]:
    """Return the name and the override of a column of a row within the result.

    Raises `SqlgenError` (`bad-override`).
    """
    return _split(query, name)


def name_span(query: Query, text: str) -> Span:
    """Return the place of the quoted column name in the file, else that of the query's name."""
    quoted = '"' + text.replace('"', '""') + '"'
    offset = query.sql.text.find(quoted)
    if offset < 0:
        return query.name_span
    start = query.sql.to_source(offset)
    return Span(query.sql.source, start, start + len(quoted))


def _split(query: Query, text: str) -> tuple[str, Override | None]:
    if not (":" in text or "!" in text or "?" in text):
        return text, None
    parts = _PARTS.fullmatch(text)
    assert parts is not None
    name, rest = parts["name"].rstrip(), parts["rest"]
    if not is_in_statement(name, rest, query.sql.text):
        return text, None
    override = read_override(rest)
    if name and override:
        return name, override
    if not name:
        problem = "there is no name before it"
    elif set("!?:") & set(rest.partition(":")[2]):
        problem = "nothing may follow the type"
    elif rest.rstrip().endswith(":"):
        problem = "there is no type after the colon"
    else:
        problem = "only `!` or `?` and then `: type` may follow the name"
    raise SqlgenError(
        Diagnostic(
            code="bad-override",
            message=f"the override in the column name `{text}` cannot be read: {problem}",
            label=Label(name_span(query, text)),
            hint=(
                'write `"name!"`, `"name?"`, `"name: type"`, `"name!: type"` or `"name?: type"`'
            ),
        )
    )


def _duplicates(
    query: Query,
    columns: Sequence[tuple[str, Override | None]],
    spans: Sequence[Span],
) -> list[Diagnostic]:
    named: dict[str, list[int]] = {}
    for number, (name, _) in enumerate(columns, 1):
        named.setdefault(name, []).append(number)
    return [
        Diagnostic(
            code="duplicate-column",
            message=(
                f"columns {' and '.join(map(str, numbers))} of `{query.name}`"
                f" are both named `{name}`"
                if len(numbers) == 2
                else f"columns {', '.join(map(str, numbers))} of `{query.name}`"
                f" are all named `{name}`"
            ),
            label=Label(spans[numbers[0] - 1]),
            related=tuple(
                Label(span)
                for span in dict.fromkeys(spans[number - 1] for number in numbers)
                if span != spans[numbers[0] - 1]
            ),
            hint=_renaming(name, [spans[number - 1].text for number in numbers]),
        )
        for name, numbers in named.items()
        if len(numbers) > 1
    ]


def _renaming(name: str, written: Sequence[str]) -> str:
    """Return a hint on how to tell columns of one *name* apart; *written* is their text in SQL."""
    stars = [text.removesuffix(".*") for text in written if text.endswith("*")]
    rows = [star for star in dict.fromkeys(stars) if star != "*"]
    if rows:
        whole = ", ".join(rows)
        instead = ", ".join([f"{row}.*" for row in rows])
        return f"select whole rows, `{whole}` for `{instead}`: each is an object of its own"
    if stars:
        return (
            f"select whole rows, `t, u` for `*` (the names in FROM), or write the columns out and"
            f" rename `{name}` with `AS`"
        )
    return f"rename one of them with `AS`, for instance `AS {name}_{len(written)}`"
