"""TypedQuery -> Function, with the row class and the constant it needs."""

from collections.abc import Callable
from dataclasses import field, replace

from ..model.catalog import ArrayType, PgType
from ..model.commands import Columns, Command
from ..model.config import Config
from ..model.diagnostic import Label
from ..model.frozen import frozen
from ..model.python import (
    Argument,
    Batch,
    Constant,
    Copied,
    Each,
    Field,
    Function,
    Generic,
    Keep,
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
    Structure,
    UnionOf,
    Value,
)
from ..model.query import Query
from ..model.source import Span
from ..model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from . import bulk, names, sql
from .shared.references import SharedNames, has_literals
from .types import formats, overrides
from .types.mapping import TypeMapping, without_overrides
from .types.python_types import MODELS, STR, nullable, or_none
from .types.reading import Reading, overridden, reading
from .types.structures import Owner, structured_type, structures_in
from .types.writing import Writing, overridden_writing, writing


@frozen
class TranslationContext:
    """What all queries are translated with. `columns` are the configured types of columns.

    `readings` and `writings` are those that were found already: queries have most of their columns
    and parameters in common.
    """

    config: Config
    types: TypeMapping
    literals: SharedNames
    columns: dict[str, PyType]
    readings: dict[tuple[object, ...], Reading] = field(default_factory=dict)
    writings: dict[tuple[object, ...], Writing] = field(default_factory=dict)


@frozen
class TranslatedQuery:
    """A query's function, its constant, and its classes: the row's and its parameters'.

    The row's class is shared with others or its own. `narrowed` tells of each column what
    `TypedColumn.narrowed` does. `structures` are the `TypedDict`s of the row's JSON, the shared
    row's as well.
    """

    query: Query
    function: Function
    constant: Constant
    shared: Record | None
    own: Record | None
    params: Record | None = None
    narrowed: tuple[bool, ...] = ()
    structures: tuple[Structure, ...] = ()

    @property
    def classes(self) -> tuple[Record, ...]:
        """The classes that stand in the query's own module."""
        return tuple(record for record in (self.params, self.own) if record)


def translate_query(
    query: TypedQuery, context: TranslationContext, module: str
) -> TranslatedQuery:
    """The function of one query in the module of that name.

    Raises `SqlgenError`: `bad-type`, `bulk-needs-parameters`, `copy-needs-values`.
    """
    shape, record = _shape(query, context, module)
    order = _signature_order(query)
    constant = names.constant_name(query.query.name)
    arguments, casts = _arguments(order, context, taken=(constant,))
    positions = {parameter.number: n for n, parameter in enumerate(order)}
    function = Function(
        name=names.function_name(query.query.name),
        doc=query.query.doc,
        arguments=arguments,
        values=tuple(positions[number] for number in sorted(positions)),
        result=Nothing(),
        sql=Named(constant, module),
    )
    text = sql.running(query, casts)
    params: Record | None = None
    match query.query.command:
        case Command.BATCH:
            function = replace(function, arguments=bulk.as_fields(arguments))
            rows, params = bulk.rows_type(query, function.arguments, module)
            function = replace(function, result=Batch(rows, shape))
        case Command.COPY:
            bulk.copy_target(query)
            function = replace(function, arguments=bulk.as_fields(arguments))
            rows, params = bulk.rows_type(query, function.arguments, module)
            function, text = _copying(query, order, function, rows, context)
        case command:
            function = replace(
                function,
                result=_result(command, shape),
                binary=formats.in_binary([column.type for column in query.columns]),
            )
    named = query.query.row is not None
    return TranslatedQuery(
        query.query,
        function,
        Constant(constant, text),
        shared=record if named else None,
        own=None if named else record,
        narrowed=tuple([column.narrowed for column in query.columns]),
        params=params,
        structures=_structures(query, shape, record),
    )


def _copying(
    query: TypedQuery,
    order: list[TypedParameter],
    function: Function,
    rows: PyType,
    context: TranslationContext,
) -> tuple[Function, str]:
    """The function with its rows copied instead of inserted, and the COPY."""
    positions = {parameter.number: n for n, parameter in enumerate(order)}
    numbers = bulk.copy_target(query).numbers
    types = bulk.binary_types(
        [order[positions[number]].type for number in numbers],
        any(_is_overridden(parameter, context) for parameter in order),
    )
    arguments = tuple(
        bulk.copy_argument(argument, parameter, context.types, binary=bool(types))
        for argument, parameter in zip(function.arguments, order, strict=True)
    )
    copying = replace(
        function,
        arguments=arguments,
        values=tuple(positions[number] for number in numbers),
        result=Copied(rows, types),
    )
    return copying, bulk.copy_statement(query, binary=bool(types))


def _is_overridden(parameter: TypedParameter, context: TranslationContext) -> bool:
    """Whether the parameter's Python type is the configuration's choice."""
    return (
        _configured(parameter.column, context) is not None
        or context.types.override(parameter.type) is not None
    )


def _signature_order(query: TypedQuery) -> list[TypedParameter]:
    """The parameters in the order of their first use."""
    first: dict[int, int] = {}
    for place in query.query.sql.placeholders:
        first.setdefault(place.number, place.start)
    return sorted(query.parameters, key=lambda p: (first.get(p.number, 0), p.number))


def _arguments(
    parameters: list[TypedParameter],
    context: TranslationContext,
    taken: tuple[str, ...],
) -> tuple[tuple[Argument, ...], frozenset[int]]:
    """The arguments, and the numbers of the parameters whose placeholders need a cast."""
    found: list[Argument] = []
    casts: set[int] = set()
    argument_names = names.argument_names([p.name for p in parameters], taken)
    for name, parameter in zip(argument_names, parameters, strict=True):
        how = _parameter(parameter, context)
        found.append(Argument(name=name, type=how.type, write=how.write))
        if how.cast:
            casts.add(parameter.number)
    return tuple(found), frozenset(casts)


def _parameter(parameter: TypedParameter, context: TranslationContext) -> Writing:
    """How a parameter is sent: the column's word before the type's."""
    facts = _facts(parameter, context)
    found = context.writings.get(facts)
    if found is None:
        found = _not_null(parameter, context)
        if parameter.nullable:
            found = Writing(nullable(found.type), or_none(found.write), found.cast)
        context.writings[facts] = found
    return found


def _facts(
    item: TypedColumn | TypedParameter, context: TranslationContext
) -> tuple[object, ...]:
    """All that its Python type depends on, if the query itself says nothing of it."""
    configured = (item.name, item.column) if context.columns else ()
    limited = (item.column, item.literals, item.domain) if item.literals else ()
    return item.type, item.nullable, item.element_nullable, configured, limited


def _not_null(parameter: TypedParameter, context: TranslationContext) -> Writing:
    base = writing(
        parameter.type, context.types, element_nullable=parameter.element_nullable
    )
    configured = _configured(parameter.column, context)
    if configured is not None:
        return _configured_writing(parameter.type, base, configured)
    alias = context.literals.alias(parameter)
    if alias is not None and not has_literals(parameter.type):
        return Writing(_limited(base.type, alias), base.write, base.cast)
    return base


def _limited(type_: PyType, alias: PyType) -> PyType:
    """The alias in the place of `str`, alone or as the items of a list or sequence."""
    match type_:
        case Generic(origin=origin, arguments=arguments):
            return Generic(origin, tuple(_limited(item, alias) for item in arguments))
        case UnionOf(members=members):
            return UnionOf(tuple(_limited(member, alias) for member in members))
        case _:
            return alias if type_ == STR else type_


def _configured_writing(type_: PgType, base: Writing, chosen: PyType) -> Writing:
    """An argument of the type that is configured for its column.

    An array is compared with a column that is none (`= ANY ($1)`) if what is configured for the
    column is no list; then the items are of that type.
    """
    of_items = isinstance(type_, ArrayType) and not (
        isinstance(chosen, Generic) and chosen.origin.name in ("list", "Sequence")
    )
    if of_items:
        sequence = Generic(Named("Sequence", "collections.abc"), (chosen,))
        return Writing(sequence, Each(Keep()), cast=True)
    return overridden_writing(base, chosen)


def _shape(
    query: TypedQuery, context: TranslationContext, module: str
) -> tuple[Shape | None, Record | None]:
    """What a row is, and its class if it has one."""
    if query.query.command.spec.columns is not Columns.RETURNED or not query.columns:
        return None, None
    shared = query.query.row is not None
    name = names.row_name(query.query.row or f"{names.class_name(query.query.name)}Row")
    place = MODELS if shared else module
    function = names.function_name(query.query.name)
    title = f"`{name if shared else function}`"
    home = Owner(name, title, place, context.config.rows, {name})
    readings = [_column(column, query, context, home) for column in query.columns]
    if len(readings) == 1 and query.query.row is None:
        (only,) = readings
        return Value(only.type, only.raw, only.read), None
    fields = tuple(
        Field(name=name, type=found.type, raw=found.raw, read=found.read)
        for name, found in zip(
            names.field_names(
                [column.name for column in query.columns], context.config.rows
            ),
            readings,
            strict=True,
        )
    )
    record = Record(
        name=name,
        doc="" if shared else f"A row of `{function}`.",
        fields=fields,
        style=context.config.rows,
    )
    return Row(Named(name, place), record.converts), record


def _column(
    column: TypedColumn, query: TypedQuery, context: TranslationContext, home: Owner
) -> Reading:
    """How a column is read: the query's word before the column's before the type's."""
    facts = _facts(column, context)
    its_own = column.override is not None or column.json is not None
    found = None if its_own else context.readings.get(facts)
    if found is None:
        found = _without_null(column, query, context, home)
        if column.nullable:
            type_, raw = nullable(found.type), nullable(found.raw)
            found = Reading(type_, raw, or_none(found.read))
        if not its_own:
            context.readings[facts] = found
    return found


def _without_null(
    column: TypedColumn, query: TypedQuery, context: TranslationContext, home: Owner
) -> Reading:
    base = reading(column.type, context.types, element_nullable=column.element_nullable)
    if column.override and column.override.type:
        where = _override_place(query.query, column)
        aliases = context.config.aliases
        chosen: PyType | None = overrides.parsed(column.override.type, aliases, where)
    else:
        chosen = _configured(column.column, context)
    if chosen is not None:
        usual = reading(
            column.type,
            without_overrides(context.types),
            element_nullable=column.element_nullable,
        )
        return overridden(usual, chosen, column.name)
    if column.json is not None and context.types.override(column.type) is None:
        shaped = structured_type(column.json, column.name, home)
        return Reading(shaped, shaped, base.read)
    alias = context.literals.alias(column)
    if alias is not None and not has_literals(column.type):
        limited = _limited(base.type, alias)
        return Reading(limited, limited if base.read == Keep() else base.raw, base.read)
    return base


def _structures(
    query: TypedQuery, shape: Shape | None, record: Record | None
) -> tuple[Structure, ...]:
    """The `TypedDict`s of a row, which only a known shape of JSON is made of."""
    if all(column.json is None for column in query.columns):
        return ()
    types = [field.type for field in record.fields] if record else []
    if isinstance(shape, Value):
        types.append(shape.type)
    return tuple([each for type_ in types for each in structures_in(type_)])


def _configured(
    column: ColumnName | None, context: TranslationContext
) -> PyType | None:
    if column is None or not context.columns:
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


def _result(command: Command, shape: Shape | None) -> Result:
    if command is Command.EXEC:
        return Nothing()
    if command is Command.EXECROWS:
        return RowCount()
    assert shape is not None, "inference refuses rows of queries that have none"
    return _RESULTS[command](shape)
