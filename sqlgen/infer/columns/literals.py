"""Columns -> the only values that they may have."""

from ...model.catalog import Column, DomainType


def literals_of(column: Column) -> tuple[str, ...]:
    """Return the only values of a column, by its own CHECK constraints or its domain's."""
    domain = domain_of(column)
    return domain.literals if domain else column.literals


def domain_of(column: Column) -> DomainType | None:
    """Return the domain that limits a column's values, None if its own CHECKs do or none does."""
    if column.literals or not isinstance(column.type, DomainType):
        return None
    return column.type if column.type.literals else None
