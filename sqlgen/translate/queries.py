"""TypedQuery -> Function, with the row class and the constant it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from ..model.catalog import ArrayType, DomainType, PgType
from ..model.config import Config
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import (
    Argument,
    Constant,
    Field,
    Function,
    Many,
    Named,
    Nothing,
    One,
    Optional,
    PyType,
    Record,
    Result,
    Row,
    RowCount,
    Shape,
    Stream,
    Value,
)
from ..model.query import Command, Query
from ..model.source import Span
from ..model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from . import names, overrides, sql
from .scalars import STR
from .shared import Literals
from .types import (
    Reading,
    Types,
    Writing,
    nullable,
    or_none,
    overridden,
    overridden_writing,
    reading,
    writing,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What all queries are translated with. `columns` are the configured types of columns."""

    config: Config
    types: Types
    literals: Literals
    columns: dict[str, PyType]


@dataclass(frozen=True, slots=True)
class Translated:
    """A query's function, its constant, and its row class: shared with others, its own, or none."""

    query: Query
    function: Function
    constant: Constant
    shared: Record | None
    own: Record | None


def translated(query: TypedQuery, context: Context, module: str) -> Translated:
    """The function of one query in the module of that name.

    Raises `SqlgenError`: `not-yet-supported`, `bad-type`.
    """
    constant = names.constant_name(query.query.name)
    shape, record = _shape(query, context, module)
    order = _signature_order(query)
    arguments, casts = _arguments(order, context, taken=(constant,))
    function = Function(
        name=names.function_name(query.query.name),
        doc=query.query.doc,
        arguments=arguments,
        values=tuple(
            order.index(p)
            for p in sorted(order, key=lambda parameter: parameter.number)
        ),
        result=_result(query.query, shape),
        sql=Named(constant, module),
    )
    named = query.query.row is not None
    return Translated(
        query.query,
        function,
        Constant(constant, sql.running(query, casts)),
        shared=record if named else None,
        own=None if named else record,
    )


def _signature_order(query: TypedQuery) -> list[TypedParameter]:
    """The parameters in the order of their first use."""
    first: dict[int, int] = {}
    for place in query.query.sql.placeholders:
        first.setdefault(place.number, place.start)
    return sorted(query.parameters, key=lambda p: (first.get(p.number, 0), p.number))


def _arguments(
    parameters: list[TypedParameter], context: Context, taken: tuple[str, ...]
) -> tuple[tuple[Argument, ...], frozenset[int]]:
    """The arguments, and the numbers of the parameters whose placeholders need a cast."""
    found: list[Argument] = []
    casts: set[int] = set()
    argument_names = names.argument_names([p.name for p in parameters], taken)
    for name, parameter in zip(argument_names, parameters, strict=True):
        how = _parameter(parameter, context)
        write = or_none(how.write) if parameter.nullable else how.write
        type_ = nullable(how.type) if parameter.nullable else how.type
        found.append(Argument(name=name, type=type_, write=write))
        if how.cast:
            casts.add(parameter.number)
    return tuple(found), frozenset(casts)


def _parameter(parameter: TypedParameter, context: Context) -> Writing:
    base = writing(
        parameter.type, context.types, element_nullable=parameter.element_nullable
    )
    configured = _configured(parameter.column, context)
    if configured is not None and not _element_of(parameter.type, parameter.column):
        return overridden_writing(base, configured)
    alias = context.literals.alias(parameter)
    if alias is not None and base.type == STR:
        return Writing(alias, base.write, base.cast)
    return base


def _element_of(type_: PgType, column: ColumnName | None) -> bool:
    """Whether an array is compared with a column that may well be no array: `= ANY ($1)`."""
    return column is not None and isinstance(type_, ArrayType)


def _shape(
    query: TypedQuery, context: Context, module: str
) -> tuple[Shape | None, Record | None]:
    """What a row is, and its class if it has one."""
    if not query.query.command.returns_rows:
        return None, None
    readings = [_column(column, query, context) for column in query.columns]
    if len(readings) == 1 and query.query.row is None:
        (only,) = readings
        return Value(only.type, only.raw, only.read), None
    fields = tuple(
        Field(name=name, type=found.type, raw=found.raw, read=found.read)
        for name, found in zip(
            names.field_names([column.name for column in query.columns]),
            readings,
            strict=True,
        )
    )
    shared = query.query.row is not None
    name = names.row_name(query.query.row or f"{names.class_name(query.query.name)}Row")
    record = Record(
        name=name,
        doc="" if shared else f"A row of `{names.function_name(query.query.name)}`.",
        fields=fields,
        style=context.config.rows,
    )
    return Row(Named(name, ".models" if shared else module), record.converts), record


def _column(column: TypedColumn, query: TypedQuery, context: Context) -> Reading:
    """How a column is read: the query's word before the column's before the type's."""
    found = _without_null(column, query, context)
    if not column.nullable:
        return found
    return Reading(nullable(found.type), nullable(found.raw), or_none(found.read))


def _without_null(column: TypedColumn, query: TypedQuery, context: Context) -> Reading:
    base = reading(column.type, context.types, element_nullable=column.element_nullable)
    plain = reading(
        column.type,
        Types(context.types.classes),
        element_nullable=column.element_nullable,
    )
    if column.override and column.override.type:
        where = _override_place(query.query, column)
        aliases = context.config.aliases
        return overridden(plain, overrides.parsed(column.override.type, aliases, where))
    configured = _configured(column.column, context)
    if configured is not None:
        return overridden(plain, configured)
    alias = context.literals.alias(column)
    if (
        alias is not None
        and base.type == STR
        and not isinstance(column.type, DomainType)
    ):
        return Reading(alias, alias, base.read)
    return base


def _configured(column: ColumnName | None, context: Context) -> PyType | None:
    if column is None:
        return None
    short = f"{column.relation}.{column.column}"
    return context.columns.get(str(column), context.columns.get(short))


def _override_place(query: Query, column: TypedColumn) -> Label:
    """The override in the user's file, else the query's name."""
    text = column.override.text if column.override else ""
    found = query.sql.text.find(f'"{column.name}{text}"')
    if found < 0:
        return Label(query.name_span)
    start = query.sql.to_source(found)
    length = len(f'"{column.name}{text}"')
    return Label(Span(query.sql.source, start, start + length))


_RESULTS: dict[Command, Callable[[Shape], Result]] = {
    Command.ONE: One,
    Command.OPTIONAL: Optional,
    Command.MANY: Many,
    Command.STREAM: Stream,
}


def _result(query: Query, shape: Shape | None) -> Result:
    if shape is not None:
        return _RESULTS[query.command](shape)
    if query.command is Command.EXEC:
        return Nothing()
    if query.command is Command.EXECROWS:
        return RowCount()
    raise SqlgenError(
        Diagnostic(
            code="not-yet-supported",
            message=f"`:{query.command}` is not supported yet",
            label=Label(query.name_span),
            hint="use `:exec` or `:execrows` and call the function for each row",
        )
    )
