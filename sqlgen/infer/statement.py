"""Description, Catalog -> TypedQuery: every part of inference put together."""

from collections.abc import Collection, Mapping, Sequence

from ..model.catalog import Catalog, Column, DomainType, PgType
from ..model.description import Description, ResultColumn
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.json_shape import JsonShape
from ..model.query import Command, Mark, Query
from ..model.source import Span
from ..model.typed import (
    Cardinality,
    Override,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from .cardinality.command_fit import unfit
from .cardinality.row_count import cardinality, misfit
from .columns import overrides
from .columns.lineage import lineage
from .columns.literals import domain_of, literals_of
from .columns.spans import output_places
from .columns.stars import stars
from .json import shapes
from .json.types import is_json
from .nullability import result_columns
from .nullability.scope import Scope
from .nullability.verdict import Elements, Verdict, maybe
from .parameters.typed_parameters import parameters
from .tree import nodes
from .tree.query_level import Level, output_origin, statement
from .tree.types import in_tree


def query(
    description: Description,
    catalog: Catalog,
    *,
    never_null: Collection[str] = (),
    nullable_elements: bool = False,
) -> TypedQuery:
    """The query with the exact type and nullability of everything in it.

    `never_null` are functions of the user's that give no NULL for arguments that are none, as
    `schema.name(types)`; `nullable_elements` says that the arrays of tables may hold NULLs, which
    nothing in a schema rules out. Raises `SqlgenError` if the command does not suit the statement, or its
    columns cannot be told apart or read.
    """
    tree = nodes.query(description.tree)
    if problem := unfit(description, tree):
        raise SqlgenError(problem)
    level = statement(catalog, tree) if tree else None
    given = parameters(description, catalog, level)
    if level is None:
        columns = tuple(map(_unanalysed, _shown(description, None)))
        rows = Cardinality.MANY if columns else Cardinality.NONE
        return TypedQuery(
            query=description.query, parameters=given, columns=columns, cardinality=rows
        )
    columns, warnings = _columns(
        description, level, given, never_null, nullable_elements
    )
    rows = cardinality(level) if columns else Cardinality.NONE
    if warning := misfit(description.query, level, rows):
        warnings.append(warning)
    reads, writes = lineage(level)
    return TypedQuery(
        query=description.query,
        parameters=given,
        columns=columns,
        cardinality=rows,
        stars=stars(level, description.query.sql.text),
        reads=reads,
        writes=writes,
        warnings=tuple(
            [w for w in warnings if w.code not in description.query.allowed]
        ),
    )


def _columns(
    description: Description,
    level: Level,
    given: Sequence[TypedParameter],
    never_null: Collection[str],
    nullable_elements: bool,
) -> tuple[tuple[TypedColumn, ...], list[Diagnostic]]:
    """The columns of the result, and what is needless about their overrides."""
    shown = _shown(description, level)
    if not shown:
        return (), []
    columns: list[TypedColumn] = []
    warnings: list[Diagnostic] = []
    verdicts, scope = result_columns.decided(
        result_columns.statement(
            level.query,
            level.catalog,
            given,
            never_null,
            nullable_elements=nullable_elements,
        )
    )
    outputs = level.output
    verdicts = verdicts or (maybe("nothing proves it"),) * len(outputs)
    shapes = _json_shapes(description, scope)
    for place, (column, name, override) in enumerate(shown):
        source = output_origin(level, place + 1)
        table = level.schema.table(source.table) if source else None
        stored = table.relation.columns.get(source.number) if table and source else None
        verdict = verdicts[place]
        type_ = in_tree(outputs[place].node("expr"), column.type, level.catalog.types)
        mark = override.mark if override else Mark.INFER
        if mark is not Mark.INFER and verdict.nullable == (mark is Mark.NULLABLE):
            warnings.append(_redundant(description.query, column.name, verdict))
        columns.append(
            TypedColumn(
                name=name,
                type=type_,
                nullable=_marked(mark, verdict.nullable),
                reason=(
                    verdict.reason
                    if mark is Mark.INFER
                    else f"marked `{mark}` by its author"
                ),
                override=override,
                column=table.names.get(source.number) if table and source else None,
                literals=_literals(stored, type_),
                domain=domain_of(stored) if stored else None,
                element_nullable=verdict.element_nullable
                or (nullable_elements and verdict.elements is Elements.STORED),
                narrowed=mark is Mark.INFER
                and not verdict.nullable
                and stored is not None
                and not stored.not_null,
                json=shapes.get(place + 1),
            )
        )
    return tuple(columns), warnings


def _shown(
    description: Description, level: Level | None
) -> list[tuple[ResultColumn, str, Override | None]]:
    """The columns that the function gives back, with names and overrides; none for `:exec`."""
    if description.query.command in (Command.EXEC, Command.EXECROWS):
        return []
    query, names = description.query, [column.name for column in description.columns]

    def places() -> Sequence[Span]:
        return output_places(query, level) if level else [query.name_span] * len(names)

    split = overrides.columns(query, names, places)
    return [
        (column, name, override)
        for column, (name, override) in zip(description.columns, split, strict=True)
    ]


def _unanalysed(shown: tuple[ResultColumn, str, Override | None]) -> TypedColumn:
    """A column of a utility statement, of which there is no tree."""
    column, name, override = shown
    mark = override.mark if override else Mark.INFER
    return TypedColumn(
        name=name,
        type=column.type,
        nullable=_marked(mark, True),
        reason="nothing is known of what a utility statement gives",
        override=override,
    )


def _json_shapes(description: Description, scope: Scope) -> Mapping[int, JsonShape]:
    """What is known of the JSON columns, by their numbers."""
    numbers = [n for n, c in enumerate(description.columns, 1) if is_json(c.type)]
    return shapes.columns(scope, numbers) if numbers else {}


def _marked(mark: Mark, inferred: bool) -> bool:
    return inferred if mark is Mark.INFER else mark is Mark.NULLABLE


def _literals(stored: Column | None, type_: PgType) -> tuple[str, ...]:
    """The only values of the column that a result comes from, or of its domain."""
    if stored and (found := literals_of(stored)):
        return found
    return type_.literals if isinstance(type_, DomainType) else ()


def _redundant(query: Query, name: str, verdict: Verdict) -> Diagnostic:
    return Diagnostic(
        code="redundant-override",
        message=f"the mark in the column name `{name}` repeats what is known: {verdict.reason}",
        label=Label(overrides.place(query, name)),
        hint="leave the mark out",
        severity=Severity.WARNING,
    )
