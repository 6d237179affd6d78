"""A column of rows -> the classes of these rows, and how their fields are read from text."""

import re
from dataclasses import replace

from ..model.catalog import CompositeField, CompositeType
from ..model.config import FieldKeys
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.python import Field, Named, PyType, Record
from ..model.query import Query
from ..model.source import Span
from ..model.typed import TypedColumn
from . import names
from .docstrings import with_attributes
from .shared.context import TranslationContext, chosen_name
from .shared.fields import field_reading
from .shared.references import column_of, type_key
from .shared.rows import unread
from .types import overrides
from .types.named import local_names
from .types.python_types import MODELS, nullable, or_none
from .types.reading import Reading, overridden, overridden_parsing, parsing, reading
from .types.rows import RowClass, is_record, row_class, row_in
from .types.structures import Owner


@frozen
class NestedRow:
    """The class of a row within a query's rows, and the place that names it.

    `module` is the module that defines the class.
    """

    record: Record
    module: str
    span: Span


class NestedRows:
    """Makes the classes of the rows within the rows of one query, which *owner* is the class of.

    `rows` gathers the classes, each after those that it is made of.
    """

    def __init__(self, query: Query, context: TranslationContext, owner: Owner) -> None:
        self.rows: list[NestedRow] = []
        self._query = query
        self._context = context
        self._owner = owner

    def reading(self, column: TypedColumn) -> Reading | None:
        """Return how a column of rows is read, None if it is read as the database's type says.

        Raises `SqlgenError` (`bad-type`).
        """
        if row_in(column.type)[0] is None:
            if column.override and is_record(column.type):
                self._check_record(column, column.override.type)
            return None  # nearly all of them
        field = CompositeField(
            column.name,
            column.type,
            override=column.override.type if column.override else "",
        )
        row, chosen = self._row(field)
        if row is None:
            return None
        named = self._class(row, chosen, field, self._owner, (column.name,))
        item_nullable = chosen.item_nullable if chosen else column.element_nullable
        how = reading(
            column.type,
            self._context.types.with_row(type_key(row), named),
            element_nullable=item_nullable,
            written_out=column.written_out,
        )
        if chosen or not field.override:
            return how
        return overridden(how, self._override(field), column.name)

    def _check_record(self, column: TypedColumn, override: str) -> None:
        """Raise `SqlgenError` (`bad-type`) for the class of a row whose fields are not known."""
        chosen = row_class(override, self._context.config.aliases)
        if chosen is None:
            return
        field = CompositeField(column.name, column.type, override=override)
        raise SqlgenError(
            Diagnostic(
                code="bad-type",
                message=(
                    f"the fields of the row `{column.name}` are not known, so that it cannot have a class"
                ),
                label=Label(self._span(field)),
                hint="select the alias of a table or subquery as it is, and sort by its columns",
            )
        )

    def _row(
        self, field: CompositeField
    ) -> tuple[CompositeType | None, RowClass | None]:
        """Return the row that gets a class of its own for a field, and the class that its author names."""
        row, is_list = row_in(field.type)
        aliases = self._context.config.aliases
        chosen = row_class(field.override, aliases) if row and field.override else None
        if row is None or not (chosen or row.of_query):
            return None, None
        if chosen and chosen.is_list != is_list:
            raise SqlgenError(
                Diagnostic(
                    code="bad-type",
                    message=(
                        f"`{field.name}` is a list of rows, and `{chosen.name}` is one row"
                        if is_list
                        else f"`{field.name}` is one row, and not a list of rows"
                    ),
                    label=Label(self._span(field)),
                    hint=f"write `{f'list[{chosen.name}]' if is_list else chosen.name}`",
                )
            )
        return row, chosen

    def _class(
        self,
        row: CompositeType,
        chosen: RowClass | None,
        field: CompositeField,
        owner: Owner,
        path: tuple[str, ...],
    ) -> Named:
        """Return the class of a row, whose fields may be rows themselves."""
        context = self._context
        if chosen:
            name = names.row_name(chosen.name)
            own = replace(
                owner, row=name, title=f"`{name}`", module=MODELS, taken={name}
            )
            path = ()
        else:
            name = owner.free(owner.row + names.class_name(path[-1]).removesuffix("_"))
            own = replace(owner, row=name)
        doc = f"A row in `{'.'.join(path)}` of {owner.title}."
        readings = [self._field(f, row, own, (*path, f.name)) for f in row.fields]
        mentioned = local_names(
            [type_ for how in readings for type_ in (how.type, how.raw)],
            [how.read for how in readings],
        )
        if context.config.fields is FieldKeys.CAMEL:
            mentioned |= context.config.rows.spec.of_keys
        columns = [chosen_name(f.name, column_of(f, row), context) for f in row.fields]
        field_names = names.field_names(columns, owner.style, mentioned)
        texts = tuple(
            [
                Field(name=field_name, type=how.type, raw=how.raw, read=how.read)
                for field_name, how in zip(field_names, readings, strict=True)
            ]
        )
        record = Record(
            name=name,
            doc=with_attributes(
                doc if own.module != MODELS else "" if row.of_query else row.comment,
                zip(field_names, [f.comment for f in row.fields], strict=True),
                [c.relation for f in row.fields if (c := column_of(f, row))],
            ),
            fields=unread(texts),
            style=context.config.rows,
            texts=texts,
            returned=False,
        )
        place = self._span(field) if chosen else self._query.row_span
        span = place or self._query.name_span
        self.rows.append(NestedRow(record, own.module, span))
        return Named(name, own.module)

    def _field(
        self,
        field: CompositeField,
        composite: CompositeType,
        owner: Owner,
        path: tuple[str, ...],
    ) -> Reading:
        """Return how a field is read from its text; None is among its values where it may be NULL."""
        context = self._context
        row, chosen = self._row(field)
        types = context.types
        if row is not None:
            named = self._class(row, chosen, field, owner, path)
            types = types.with_row(type_key(row), named)
        if field.override and not chosen:
            type_ = self._override(field)
            how = overridden_parsing(field.type, types, type_, field.name)
        elif row is not None:
            item_nullable = chosen.item_nullable if chosen else field.element_nullable
            how = parsing(field.type, types, element_nullable=item_nullable)
        else:
            how = field_reading(field, composite, context)
        if field.not_null:
            return how
        return Reading(nullable(how.type), nullable(how.raw), or_none(how.read))

    def _override(self, field: CompositeField) -> PyType:
        """Return the Python type that a field's override names."""
        aliases, label = self._context.config.aliases, Label(self._span(field))
        return overrides.parsed(field.override, aliases, label)

    def _span(self, field: CompositeField) -> Span:
        """Return the place of a field's override, else that of the query's name."""
        query = self._query
        name, type_ = re.escape(field.name), re.escape(field.override)
        written = rf'"{name}\s*[!?]?\s*:\s*{type_}\s*"'
        place = re.search(written, query.sql.text)
        if place is None:
            return query.name_span
        start = query.sql.to_source(place.start())
        return Span(query.sql.source, start, start + len(place[0]))
