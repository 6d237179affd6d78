"""A statement, its description -> the columns of its result: their names, types, nullability and comments."""

from collections.abc import Collection, Mapping, Sequence

from ..model.catalog import Column, DomainType, PgType
from ..model.commands import Columns
from ..model.description import Description, ResultColumn, TableColumn
from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.json_shape import JsonShape
from ..model.query import Mark, Query
from ..model.source import Span
from ..model.typed import Override, TypedColumn, TypedParameter
from .columns import overrides
from .columns.literals import domain_of
from .columns.spans import output_spans
from .json import column_shapes, is_json
from .nullability import column_verdicts, statement_scope
from .nullability.rules.tables import relation_of_row
from .nullability.scope import Scope
from .nullability.verdict import Elements, Verdict, maybe
from .row_types import record_type
from .tree.array_shapes import with_shapes
from .tree.origins import output_origin
from .tree.query_level import QueryLevel
from .tree.types import type_in_tree, with_proved_fields


def returned_columns(
    description: Description,
    level: QueryLevel,
    known: QueryLevel,
    parameters: Sequence[TypedParameter],
    never_null: Collection[str],
    nullable_elements: bool,
    written_out: Collection[int],
) -> tuple[tuple[TypedColumn, ...], list[Diagnostic]]:
    """Return the columns of the result, and warnings about needless overrides.

    *level* is the statement as it is written, *known* the one from which things are proved.
    """
    named_columns = _named_columns(description, level)
    if not named_columns:
        return (), []
    columns: list[TypedColumn] = []
    warnings: list[Diagnostic] = []
    verdicts, scope = column_verdicts(
        statement_scope(
            known, parameters, never_null, nullable_elements=nullable_elements
        )
    )
    verdicts = verdicts or (maybe("nothing proves it"),) * len(level.output)
    shapes = _json_shapes(description, scope)
    for place, (column, name, override) in enumerate(named_columns):
        origin = output_origin(level, place + 1)
        table = level.index.relation(origin.table) if origin else None
        stored = table.relation.columns.get(origin.number) if table and origin else None
        domain = domain_of(stored) if stored else None
        verdict = verdicts[place]
        expression = known.output_expressions[place]
        type_ = with_proved_fields(
            type_in_tree(expression, column.type, level.catalog.types),
            relation_of_row(verdict, scope),
        )
        type_ = with_shapes(type_, verdict.shapes)
        if place + 1 in written_out:
            type_ = record_type(description.query, place + 1, scope, name, type_)
        mark = override.mark if override else Mark.INFER
        is_inferred = mark is Mark.INFER
        nullable = verdict.nullable if is_inferred else mark is Mark.NULLABLE
        if not is_inferred and verdict.nullable == nullable:
            warnings.append(_redundant(description.query, column.name, verdict))
        columns.append(
            TypedColumn(
                name=name,
                type=type_,
                nullable=nullable,
                reason=(
                    verdict.reason if is_inferred else f"marked `{mark}` by its author"
                ),
                override=override,
                column=table.names.get(origin.number) if table and origin else None,
                literals=_literals(stored, domain, type_),
                domain=domain,
                element_nullable=verdict.element_nullable
                or (nullable_elements and verdict.elements is Elements.STORED),
                narrowed=is_inferred
                and not verdict.nullable
                and stored is not None
                and not stored.not_null,
                json=shapes.get(place + 1),
                written_out=place + 1 in written_out,
                comment=_own_comment(column.origin, level)
                or (stored.comment if stored else ""),
            )
        )
    return tuple(columns), warnings


def _own_comment(origin: TableColumn | None, level: QueryLevel) -> str:
    """Return the comment of the column that a query selects, of a view that is the view's own one."""
    table = level.index.relation(origin.table) if origin else None
    column = table.relation.columns.get(origin.number) if table and origin else None
    return column.comment if column else ""


def row_comment(
    level: QueryLevel, columns: Sequence[TypedColumn], results: Sequence[ResultColumn]
) -> str:
    """Return the comment of the view or table all columns of which the query returns, and nothing else."""
    selected = [result.origin for result in results]
    if not columns or len(selected) != len(columns):
        return ""
    if comment := _comment_of_all(level, selected):
        return comment
    if any(column.column is None for column in columns):
        return ""
    stored = [output_origin(level, place) for place in range(1, len(columns) + 1)]
    return _comment_of_all(level, stored)


def _comment_of_all(level: QueryLevel, origins: Sequence[TableColumn | None]) -> str:
    """Return the comment of the relation that *origins* are all columns of; empty if there is none."""
    if not all(origins):
        return ""
    tables = {origin.table for origin in origins if origin}
    table = level.index.relation(tables.pop()) if len(tables) == 1 else None
    numbers = {origin.number for origin in origins if origin}
    if table is None or not numbers.issuperset(table.relation.columns):
        return ""
    return table.relation.comment


def _named_columns(
    description: Description, level: QueryLevel | None
) -> list[tuple[ResultColumn, str, Override | None]]:
    """Return the columns that the function gives, with names and overrides; none for `:exec`."""
    if description.query.command.spec.columns is Columns.DROPPED:
        return []
    query, names = description.query, [column.name for column in description.columns]

    def spans() -> Sequence[Span]:
        return output_spans(query, level) if level else [query.name_span] * len(names)

    own_names = _own_names(description, level) if level else frozenset()
    split = overrides.split_names(query, names, spans, own_names)
    return [
        (column, name, override)
        for column, (name, override) in zip(description.columns, split, strict=True)
    ]


def _own_names(description: Description, level: QueryLevel) -> frozenset[str]:
    """Return the names of result columns that are those of the tables' columns they come from."""
    names: set[str] = set()
    for column in description.columns:
        origin = column.origin
        table = level.index.relation(origin.table) if origin else None
        stored = table.relation.columns.get(origin.number) if table and origin else None
        if stored and stored.name == column.name:
            names.add(column.name)
    return frozenset(names)


def utility_columns(description: Description) -> tuple[TypedColumn, ...]:
    """Return the columns of a utility statement, which has no tree."""
    return tuple(map(_unanalysed, _named_columns(description, None)))


def _unanalysed(column: tuple[ResultColumn, str, Override | None]) -> TypedColumn:
    """Return a column of a utility statement, which has no tree."""
    result, name, override = column
    mark = override.mark if override else Mark.INFER
    return TypedColumn(
        name=name,
        type=with_proved_fields(result.type, None),
        nullable=mark is not Mark.NOT_NULL,
        reason="nothing is known of what a utility statement gives",
        override=override,
    )


def _json_shapes(description: Description, scope: Scope) -> Mapping[int, JsonShape]:
    """Return the known shapes of the JSON columns, by number."""
    numbers = [n for n, c in enumerate(description.columns, 1) if is_json(c.type)]
    return column_shapes(scope, numbers) if numbers else {}


def _literals(
    stored: Column | None, domain: DomainType | None, type_: PgType
) -> tuple[str, ...]:
    """Return the only values of the column that a result comes from, or of its domain."""
    if domain:
        return domain.literals
    if stored and stored.literals:
        return stored.literals
    return type_.literals if isinstance(type_, DomainType) else ()


def _redundant(query: Query, name: str, verdict: Verdict) -> Diagnostic:
    return Diagnostic(
        code="redundant-override",
        message=f"the mark in the column name `{name}` repeats what is known: {verdict.reason}",
        label=Label(overrides.name_span(query, name)),
        hint="leave the mark out",
        severity=Severity.WARNING,
    )
