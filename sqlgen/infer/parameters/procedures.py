"""A CALL, which has no analysed tree -> names for its parameters that are called `$1`."""

from collections.abc import Iterator, Sequence

from ...model.catalog import Catalog, Routine
from ...model.query import ServerSql
from ..columns.sql_tokens import SqlTokens
from .use import Purpose, Use

_PROCEDURE = "p"
_TABLE_COLUMN = "t"


def named_by_procedure(sql: ServerSql, catalog: Catalog) -> Iterator[Use]:
    """Yield a use for each parameter that is an argument, with the name that all fitting procedures give it."""
    tokens = SqlTokens(sql.text)
    names: list[str] = []
    index = 1
    while tokens.word(0) == "call" and tokens.word(index) not in ("(", ""):
        names.append(_unquoted(tokens.word(index)))
        index += 1
    if tokens.word(index) != "(":
        return
    places, count = _arguments(tokens, index)
    procedures = [
        procedure
        for procedure in catalog.functions.values()
        if procedure.kind == _PROCEDURE and _is_called(procedure, names, count)
    ]
    for placeholder in sql.placeholders:
        first = tokens.index(placeholder.start)
        before, after = tokens.word(first - 1), tokens.word(
            tokens.index(placeholder.end)
        )
        if after not in (",", ")", "::"):
            continue
        if before == ">" and tokens.word(first - 2) == "=":
            named = {_unquoted(tokens.word(first - 3))}
        elif before in (",", "(") and first in places:
            named = {_name(procedure, places[first]) for procedure in procedures}
        else:
            continue
        name = named.pop() if len(named) == 1 else ""
        if name:
            yield Use(placeholder.number, Purpose.NAMED, -1, name=name)


def _arguments(tokens: SqlTokens, opener: int) -> tuple[dict[int, int], int]:
    """Return the place of the argument that begins at each token, and the number of arguments."""
    places = {opener + 1: 0}
    depth, index = 1, opener + 1
    while depth and index < tokens.count:
        word = tokens.word(index)
        depth += (word in ("(", "[")) - (word in (")", "]"))
        if depth == 1 and word == ",":
            places[index + 1] = len(places)
        index += 1
    is_empty = tokens.word(opener + 1) == ")"
    return places, 0 if is_empty else len(places)


def _is_called(procedure: Routine, names: Sequence[str], count: int) -> bool:
    """Return whether a CALL of these names, with points between them, may be of the procedure."""
    *schema, name = [each for each in names if each != "."] or [""]
    most = len(_parameters(procedure))
    return (
        procedure.name == name
        and schema in ([], [procedure.schema])
        and (procedure.variadic or most - procedure.defaults <= count <= most)
    )


def _parameters(procedure: Routine) -> list[str]:
    return [name for mode, name, _ in procedure.all_arguments if mode != _TABLE_COLUMN]


def _name(procedure: Routine, place: int) -> str:
    names = _parameters(procedure)
    return names[place] if place < len(names) else ""


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word
