"""Config, TypeReferences -> what all queries of a package are translated with."""

from collections.abc import Mapping
from dataclasses import field, replace

from ...model.config import Config
from ...model.diagnostic import SqlgenError
from ...model.frozen import frozen
from ...model.python import PyType
from ...model.typed import ColumnName, TypedColumn, TypedParameter
from ..types import overrides
from ..types.mapping import TypeMapping
from ..types.reading import Reading
from ..types.writing import Writing
from .references import TypeReferences
from .shared_names import SharedNames, shared_names


@frozen
class TranslationContext:
    """The configuration and the shared names that all queries are translated with.

    `columns` are the configured Python types of columns, `fields` the configured names. `readings` and `writings` are filled while
    translating, since queries have most of their columns and parameters in common.
    """

    config: Config
    types: TypeMapping
    names: SharedNames
    columns: Mapping[str, PyType]
    fields: Mapping[str, str] = field(default_factory=dict)
    readings: dict[tuple[object, ...], Reading] = field(default_factory=dict)
    writings: dict[tuple[object, ...], Writing] = field(default_factory=dict)


def translation_context(
    references: TypeReferences, config: Config
) -> TranslationContext:
    """Return the context for queries with these *references*. Raises `SqlgenError` (`bad-type`)."""
    names = shared_names(references, config)
    return TranslationContext(
        config=config,
        types=TypeMapping(names.classes, _configured("types", config.types, config)),
        names=names,
        columns=_configured("columns", config.columns, config),
        fields=config.field_names,
    )


def chosen_name(
    name: str, column: ColumnName | None, context: TranslationContext
) -> str:
    """Return the name of a field or parameter: the configured one, or its own.

    What is configured for the table's *column* it has to do with counts where *name* is the column's.
    """
    if not context.fields:
        return name
    if column is not None and column.column == name:
        for key in (str(column), f"{column.relation}.{column.column}"):
            if key in context.fields:
                return context.fields[key]
    return context.fields.get(name, name)


def configured_type(
    column: ColumnName | None, context: TranslationContext
) -> PyType | None:
    """Return the Python type that is configured for a table's column, if any is."""
    if column is None or not context.columns:
        return None
    short = f"{column.relation}.{column.column}"
    return context.columns.get(str(column), context.columns.get(short))


def translation_key(
    item: TypedColumn | TypedParameter, context: TranslationContext
) -> tuple[object, ...]:
    """Return all that an item's Python type depends on, but for what its own query says."""
    configured = (item.name, item.column) if context.columns else ()
    checked = (item.column, item.literals, item.domain) if item.literals else ()
    written_out = isinstance(item, TypedColumn) and item.written_out
    return (
        item.type,
        item.nullable,
        item.element_nullable,
        written_out,
        configured,
        checked,
    )


def _configured(
    table: str, entries: Mapping[str, str], config: Config
) -> dict[str, PyType]:
    """Return the types of a table of the configuration; an error names the entry."""
    types: dict[str, PyType] = {}
    for key, text in sorted(entries.items()):
        try:
            types[key] = overrides.parsed(text, config.aliases, None)
        except SqlgenError as error:
            place = f"`{key}` in `[tool.sqlgen.{table}]`"
            raise SqlgenError(
                *(
                    replace(diagnostic, message=f"{place}: {diagnostic.message}")
                    for diagnostic in error.diagnostics
                )
            ) from None
    return types
