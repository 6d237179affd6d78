"""TypedQuery -> Function, with the constant and the classes that it needs."""

from typing import Final

from ..model.commands import Accepts
from ..model.frozen import frozen
from ..model.python import (
    Alias,
    Constant,
    Function,
    Named,
    PyType,
    Record,
    Result,
    Row,
    Shape,
    Structure,
    Value,
)
from ..model.query import Query
from ..model.row_styles import RowStyle
from ..model.source import Span
from ..model.typed import TypedQuery
from . import copying, names, sql
from .bulk import check_parameters, parameter_row
from .json_keys import check_json_keys
from .nested_rows import NestedRow
from .orders import order_alias, order_argument, ordered
from .pages import paged
from .parameter_classes import as_fields, parameter_class, takes_object
from .parameters import arguments_of, signature_order
from .raised_errors import raised_errors
from .rows import result_types, row_columns, row_shape
from .shared.context import TranslationContext
from .shared.requirements import SharedRow
from .types.formats import in_binary
from .types.named import local_names
from .types.python_types import MODELS
from .types.structures import structures_in
from .variants import together, variants_of


@frozen
class TranslatedQuery:
    """A query's function, its constant, and its row classes.

    `row` is the class of the rows that it returns, and `params` that of the rows of parameters that
    a bulk command takes, or of the object that holds the parameters; `alias` is for the values that choose
    the order. Each is None where there is none. `nested` are the classes of the rows within.
    `narrowed` are the columns' `TypedColumn.narrowed`. `structures` are the `TypedDict`s of the row's JSON.
    """

    query: Query
    function: Function
    constant: Constant
    row: Record | None
    params: Record | None = None
    narrowed: tuple[bool, ...] = ()
    structures: tuple[Structure, ...] = ()
    nested: tuple[NestedRow, ...] = ()
    alias: Alias | None = None

    @property
    def classes(self) -> tuple[Record, ...]:
        """Return the row classes that the query's own module defines."""
        own = self.row if self.query.row is None else None
        params = self.params if self.query.parameter_class is None else None
        nested = [row.record for row in self.nested if row.module != MODELS]
        return tuple(record for record in (params, *nested, own) if record)

    @property
    def shared_parameters(self) -> tuple[SharedRow, ...]:
        """Return the class of its parameters, if the query shares that with others: the one that it names."""
        span = self.query.parameter_class_span
        if self.params is None or span is None:
            return ()
        return (self._shared_row(self.params, span, ()),)

    @property
    def shared_rows(self) -> tuple[SharedRow, ...]:
        """Return the row classes that the query shares with others: those that it names."""
        nested = [
            self._shared_row(row.record, row.span, (True,) * len(row.record.fields))
            for row in self.nested
            if row.module == MODELS
        ]
        if self.row is None or self.query.row is None:
            return tuple(nested)
        span = self.query.row_span or self.query.name_span
        return (*nested, self._shared_row(self.row, span, self.narrowed))

    def _shared_row(
        self, record: Record, span: Span, narrowed: tuple[bool, ...]
    ) -> SharedRow:
        return SharedRow(
            query=self.query.name,
            path=span.source.path,
            start=span.start,
            end=span.end,
            record=record,
            narrowed=narrowed,
        )


def translate_query(
    query: TypedQuery, context: TranslationContext, module: str
) -> TranslatedQuery:
    """Return the function of a query in the *module* of that name, with all that it needs.

    Raises `SqlgenError`: `bad-type`, `bulk-needs-parameters`, `copy-needs-values`, `json-key-taken`.
    """
    spec = query.query.command.spec
    shape, row, nested = row_shape(query, context, module)
    check_json_keys(
        [*([row] if row else []), *[inner.record for inner in nested]],
        query.query.name,
        query.query.name_span,
        context.config,
    )
    constant = names.constant_name(query.query.name)
    parameters = signature_order(query)
    arguments, casts = arguments_of(
        parameters,
        context,
        taken={
            constant,
            *_names_in_body(shape),
            *(_OF_PAGES if query.query.page else ()),
            names.errors_name(constant),
        },
        query=query.query,
    )
    numbers = tuple(sorted(parameter.number for parameter in parameters))
    selected = [row_columns(c, query.query, context) for c in query.columns]
    running = sql.running(query, casts, [star for star in selected if star])
    statement, choices = ordered(query.query, running)
    pages = paged(
        query,
        running,
        sum([len(star.columns) if star else 1 for star in selected]),
        module,
        is_named=context.config.statement_names,
    )
    if pages:
        statement, choices = pages.text, pages.choices
    column_types: tuple[str, ...] = ()
    rows: PyType | None = None
    params: Record | None = None
    copies = spec.accepts is Accepts.INSERT_VALUES
    target = copying.copy_target(query) if copies else None
    check_parameters(query)
    holder: Named | None = None
    if takes_object(query, context.config):
        arguments = as_fields(arguments)
        holder, params = parameter_class(query, arguments, module)
        rows = holder if spec.bulk else None
    elif spec.bulk:
        arguments = as_fields(arguments, RowStyle.NAMEDTUPLE)
        rows, params = parameter_row(query, arguments, module)
    if target is not None:
        numbers = target.numbers
        column_types = copying.binary_types(target, parameters, query.query, context)
        binary = bool(column_types)
        arguments = copying.copied_arguments(
            arguments, parameters, context.types, binary=binary
        )
        statement = copying.copy_statement(target, binary=binary)

    def named(text: str) -> str:
        if not context.config.statement_names:
            return text
        return sql.named(text, module, query.query.name)

    if pages is None:
        statement = named(statement)
    positions = {parameter.number: n for n, parameter in enumerate(parameters)}
    variants = variants_of(query, running, arguments, parameters, named, choices)
    alias = order_alias(query.query)
    order = order_argument(
        query.query,
        Named(alias.name if alias else "", module),
        {
            constant,
            *_names_in_body(shape),
            *(["params"] if holder else [item.name for item in arguments]),
            *(_OF_PAGES if query.query.page else ()),
        },
        [parameter.number for parameter in parameters],
    )
    groups = {parameter.same_length for parameter in parameters} - {0}
    lengths = [
        tuple([n for n, each in enumerate(parameters) if each.same_length == group])
        for group in sorted(groups)
    ]
    raised = raised_errors(query, constant, context)
    function = Function(
        name=names.function_name(query.query.name),
        doc="\n\n".join(filter(None, [query.query.doc, raised.doc])),
        arguments=arguments,
        values=tuple(positions[number] for number in numbers),
        result=Result(
            command=query.query.command,
            shape=shape,
            rows=rows,
            column_types=column_types,
        ),
        sql=Named(constant, module),
        binary=not spec.bulk and in_binary(result_types(query, context)),
        equal_lengths=tuple([group for group in lengths if len(group) > 1]),
        variants=Named(variants.name, module) if variants else None,
        together=together(query.query, positions),
        deprecated=_deprecated(query.query),
        errors=raised.errors,
        order=order,
        pages=Named(pages.pages.name, module) if pages else None,
        selects_order=pages is not None and pages.choices is not None,
        read_only=context.config.read_connections and query.read_only and not spec.bulk,
        params=holder,
    )
    return TranslatedQuery(
        query.query,
        function,
        Constant(constant, statement, variants, pages.pages if pages else None),
        row=row,
        params=params,
        narrowed=tuple([column.narrowed for column in query.columns]),
        structures=_structures(query, shape, row),
        nested=nested,
        alias=alias,
    )


def _deprecated(query: Query) -> str:
    """Return the message to those who call a deprecated query's function, empty for others."""
    if query.deprecated is None:
        return ""
    return query.deprecated or f"{names.function_name(query.name)} is deprecated"


_OF_PAGES: Final = ("size", "after", "page")
"""The names of the arguments and the local variable of a function that gives pages."""


def _names_in_body(shape: Shape | None) -> frozenset[str]:
    """Return the names by which a function's body makes its rows."""
    match shape:
        case Row(type=type_):
            return local_names([type_])
        case Value(type=type_, read=read):
            return local_names([type_], [read])
        case None:
            return frozenset()


def _structures(
    query: TypedQuery, shape: Shape | None, row: Record | None
) -> tuple[Structure, ...]:
    """Return the `TypedDict`s of a row, which only JSON of a known shape is made into."""
    if all(column.json is None for column in query.columns):
        return ()
    types = [field.type for field in row.fields] if row else []
    if isinstance(shape, Value):
        types.append(shape.type)
    return tuple([structure for type_ in types for structure in structures_in(type_)])
