"""Config, Catalog -> the names in the configuration that do not exist in the database."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..model.catalog import Catalog, CompositeType, DomainType, EnumType, Routine
from ..model.config import Config, NameKind, UnknownName
from ..model.routines import is_named_by


def unknown_names(config: Config, catalog: Catalog) -> tuple[UnknownName, ...]:
    """Return the configured columns, types and functions that do not exist, with similar names."""
    return (
        *_unknown(NameKind.COLUMNS, config.columns, _columns(catalog)),
        *_unknown(NameKind.TYPES, config.types, _types(catalog)),
        *_unknown(
            NameKind.FUNCTIONS,
            config.never_null,
            _functions(catalog.functions.values()),
            # Nobody needs to configure PostgreSQL's own functions, so none is suggested.
            _functions(f for f in catalog.functions.values() if not f.system),
        ),
        *_unknown(
            NameKind.TYPED_FUNCTIONS,
            _naming_none(config.typed_functions, catalog),
            frozenset(),
            frozenset(f"{f.schema}.{f.name}" for f in catalog.functions.values()),
        ),
        *_without_effect(config.never_null, catalog),
        *_unknown(NameKind.CLASSES, config.class_names, _types(catalog, _WITH_CLASS)),
        *_unknown_fields(config.field_names, catalog),
    )


def _naming_none(patterns: Iterable[str], catalog: Catalog) -> list[str]:
    """Return the patterns of `functions` that name no routine."""
    names = {(f.schema, f.name) for f in catalog.functions.values()}
    return [
        pattern
        for pattern in patterns
        if not any(is_named_by(pattern, *name) for name in names)
    ]


def _without_effect(names: Iterable[str], catalog: Catalog) -> Iterable[UnknownName]:
    """Yield the functions in `never_null` that no query can call for a value."""
    for name in names:
        kinds = {
            _not_for(function)
            for function in catalog.functions.values()
            if name in _functions([function])
        }
        if kinds and "" not in kinds:
            yield UnknownName(NameKind.FUNCTIONS, name, "", min(kinds))


def _not_for(function: Routine) -> str:
    """Return what a routine is that gives no values, empty for others."""
    if function.kind == "p":
        return "a procedure"
    if function.result in ("trigger", "event_trigger"):
        return "a trigger function"
    return "a function that returns nothing" if function.result == "void" else ""


def _unknown(
    where: NameKind,
    names: Iterable[str],
    known: frozenset[str],
    suggested: frozenset[str] | None = None,
) -> Iterable[UnknownName]:
    for name in names:
        if name not in known:
            import difflib  # rarely needed

            # A qualified name is compared with qualified names only.
            candidates = sorted(
                k
                for k in (known if suggested is None else suggested)
                if _dots(k) == _dots(name)
            )
            near = difflib.get_close_matches(name, candidates, n=1, cutoff=0.7)
            yield UnknownName(where, name, near[0] if near else "")


def _dots(name: str) -> int:
    return name.partition("(")[0].count(".")


def _columns(catalog: Catalog) -> frozenset[str]:
    columns = [
        (relation.schema, f"{relation.name}.{column.name}")
        for relation in catalog.relations.values()
        for column in relation.columns.values()
    ]
    return frozenset(name for schema, c in columns for name in (c, f"{schema}.{c}"))


def _unknown_fields(names: Iterable[str], catalog: Catalog) -> Iterable[UnknownName]:
    """Yield the names of fields that do not exist; one that is a type's may be meant as a class."""
    types = _types(catalog, _WITH_CLASS)
    hint = "write the name of a class in PascalCase"
    for unknown in _unknown(NameKind.FIELDS, names, _fields(catalog)):
        yield replace(unknown, hint=hint) if unknown.name in types else unknown


def _fields(catalog: Catalog) -> frozenset[str]:
    """Return the names of columns and of composites' attributes, alone and with those of their types."""
    attributes = [
        (type_.schema, type_.name, field.name)
        for type_ in catalog.types.values()
        if isinstance(type_, CompositeType)
        for field in type_.fields
    ]
    alone = {name.rpartition(".")[2] for name in _columns(catalog)}
    return frozenset(
        alone
        | _columns(catalog)
        | {
            name
            for schema, type_name, field in attributes
            for name in (field, f"{type_name}.{field}", f"{schema}.{type_name}.{field}")
        }
    )


_WITH_CLASS: Final = (CompositeType, DomainType, EnumType)
"""The types that may have a class or an alias in `models`; of relations, those of their rows."""


def _types(catalog: Catalog, kinds: tuple[type, ...] = (object,)) -> frozenset[str]:
    return frozenset(
        name
        for type_ in catalog.types.values()
        if isinstance(type_, kinds)
        for name in (type_.display, type_.name, f"{type_.schema}.{type_.name}")
    )


def _functions(functions: Iterable[Routine]) -> frozenset[str]:
    return frozenset(
        name
        for function in functions
        for name in (function.signature, f"{function.schema}.{function.signature}")
    )
