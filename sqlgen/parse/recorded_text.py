"""A lock's claims about a statement's text -> whether the statement has that.

Expansions and overrides become code as they are. So a lock is not believed about them: columns
replace a star or a column only where the statement has one, and an override must be in the text.
"""

from collections.abc import Iterator

from ..model.catalog import ArrayType, CompositeType, DomainType, PgType, RangeType
from ..model.override_text import (
    is_in_statement,
    is_type_in_statement,
    read_override,
)
from ..model.typed import TypedColumn, TypedQuery
from .expansions import are_expansions


def agrees_with_text(typed: TypedQuery) -> bool:
    """Return whether the expansions and overrides of an analysis are in the text of its statement."""
    text = typed.query.sql.text
    rows = [column.row_columns for column in typed.columns if column.row_columns]
    merged = {star.start: star for star in (*typed.stars, *rows)}
    return (
        all(_is_override(column, text) for column in typed.columns)
        and all(_are_overrides(column.type, text) for column in typed.columns)
        and not any(override for p in typed.parameters for override in _fields(p.type))
        and (not typed.stars or are_expansions(typed.stars, text))
        and (not rows or are_expansions([merged[n] for n in sorted(merged)], text))
    )


def _is_override(column: TypedColumn, text: str) -> bool:
    """Return whether a column has no override, or one that reads as the text has it."""
    override = column.override
    if override is None:
        return True
    return override == read_override(override.text) and is_in_statement(
        column.name, override.text, text
    )


def _are_overrides(type_: PgType, text: str) -> bool:
    """Return whether the fields of rows have the overrides that are in the text."""
    return all(is_type_in_statement(*field, text) for field in _fields(type_))


def _fields(type_: PgType) -> Iterator[tuple[str, str]]:
    """Yield the names and overrides of all fields that have one."""
    match type_:
        case CompositeType(fields=fields):
            for field in fields:
                if field.override:
                    yield field.name, field.override
                yield from _fields(field.type)
        case (
            ArrayType(element=inner) | DomainType(base=inner) | RangeType(subtype=inner)
        ):
            yield from _fields(inner)
        case _:
            pass
