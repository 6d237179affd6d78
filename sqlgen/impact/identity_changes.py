"""A query, the identities of what it uses -> what has the name of another column, table or type now. Pure."""

from collections.abc import Iterator

from ..model.catalog import ArrayType, PgType, RangeType
from ..model.typed import TypedQuery
from .findings import Consequence, Mismatch
from .identities import Fate, Identities


def identity_changes(query: TypedQuery, identities: Identities) -> Iterator[Mismatch]:
    """Yield what the query reads or writes of another column or table than before."""
    for column in dict.fromkeys((*query.reads, *query.writes)):
        fate = identities.fate(column)
        if fate is None:
            continue
        is_read = column in query.reads
        name = (
            column.relation if fate.is_table else f"{column.relation}.{column.column}"
        )
        if fate.place or (is_read and identities.is_reversed):
            yield Mismatch(Consequence.CHANGES, "", _other(name, fate, identities))
        elif is_read:
            what = "rows" if fate.is_table else "values"
            message = f"{name} is dropped and created again: its {what} are lost"
            yield Mismatch(Consequence.LOSES_DATA, "", message)


def _other(name: str, fate: Fate, identities: Identities) -> str:
    if not fate.place:
        return f"{name} is the one before it is dropped and created again"
    place = fate.place.partition(".")[0] if fate.is_table else fate.place
    tense = "will be" if identities.is_reversed else "is"
    return f"{name} is another one: what the code means {tense} {place}"


def uses_recreated(query: TypedQuery, identities: Identities) -> bool:
    """Return whether the query gets or sends values of a type that is created again."""
    types = [column.type for column in query.columns]
    types += [parameter.type for parameter in query.parameters]
    return any(is_recreated(type_, identities) for type_ in types)


def is_recreated(type_: PgType, identities: Identities | None) -> bool:
    """Return whether values of the type have another type of that name now, as PostgreSQL compares them."""
    while isinstance(type_, (ArrayType, RangeType)):
        type_ = type_.element if isinstance(type_, ArrayType) else type_.subtype
    name = type_.schema, type_.name
    return identities is not None and name in identities.recreated_types
