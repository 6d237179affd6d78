"""A description and the catalog -> a typed query: puts all parts of inference together."""

from collections.abc import Collection, Mapping, Sequence

from ..model.catalog import Catalog, Column, DomainType, PgType
from ..model.commands import Cardinality, Columns
from ..model.description import Description, ResultColumn, TableColumn
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.json_shape import JsonShape
from ..model.query import Mark, Query
from ..model.source import Span
from ..model.typed import (
    Override,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from .cardinality import cardinality, command_error, copy_error, row_count_warning
from .columns import overrides
from .columns.lineage import lineage
from .columns.literals import domain_of
from .columns.missing_columns import missing_columns
from .columns.named_fields import columns_by_name, named_fields
from .columns.row_columns import with_row_columns
from .columns.spans import output_spans
from .columns.stars import stars
from .columns.whole_rows import whole_rows
from .json import column_shapes, is_json
from .nullability import column_verdicts, statement_scope
from .nullability.rules.tables import relation_of_row
from .nullability.scope import Scope
from .nullability.verdict import Elements, Verdict, maybe
from .pages import page_keys
from .parameters import misread_warnings, sort_warnings, typed_parameters
from .row_types import record_type
from .tree import nodes
from .tree.array_shapes import with_shapes
from .tree.nodes import Node
from .tree.origins import output_origin
from .tree.query_level import QueryLevel, statement_level
from .tree.types import is_record, type_in_tree, with_proved_fields
from .variants import proof, unproved_keys
from .violations import Violations, is_write, violations
from .writing import broken_promise, possible_write


def query(
    description: Description,
    catalog: Catalog,
    *,
    never_null: Collection[str] = (),
    nullable_elements: bool = False,
) -> TypedQuery:
    """Return the query with the exact type and nullability of its parameters and columns.

    `never_null` are functions of the user's that give no NULL for non-null arguments, as
    `schema.name(types)`; `nullable_elements` says that the arrays of tables may hold NULLs, which
    no constraint rules out. Raises `SqlgenError` if the command does not suit the statement, if an
    INSERT leaves out a required column, if a query that promises to read may write, or if the columns'
    names are not unique or cannot be read.
    """
    tree = nodes.query(description.tree)
    level = statement_level(catalog, tree) if tree else None
    errors = [command_error(description, tree)]
    if level:
        errors.append(copy_error(description.query, level))
    proved = proof(description, level)
    errors += proved.errors
    further = _trees_of_further_keys(description)
    errors += unproved_keys(description, tree, further)
    write = possible_write(catalog, description.tree_of_all_keys)
    errors.append(broken_promise(description.query, write, tree) if write else None)
    missing = list(missing_columns(description.query, level)) if level else []
    errors += [one for one in missing if one.severity is Severity.ERROR]
    if problems := [error for error in errors if error]:
        raise SqlgenError(*problems)
    parameters = typed_parameters(
        description, catalog, level, nullable_elements=nullable_elements
    )
    if level is None:
        columns = tuple(map(_unanalysed, _named_columns(description, None)))
        rows = Cardinality.MANY if columns else Cardinality.NONE
        return TypedQuery(
            query=description.query,
            parameters=parameters,
            columns=columns,
            cardinality=rows,
            may_write=write.reason if write else "",
        )
    known = proved.known or level
    text = description.query.sql.text
    rows_in_text, written_out = whole_rows(level, text)
    expanded = stars(level, text) | rows_in_text
    columns, warnings = _columns(
        description,
        level,
        known,
        parameters,
        never_null,
        nullable_elements,
        written_out,
    )
    if any(column.written_out and is_record(column.type) for column in columns):
        # Their text would be of no class.
        expanded = stars(level, text)
        columns, warnings = _columns(
            description, level, known, parameters, never_null, nullable_elements, ()
        )
    by_name = {
        number: (column.type, column.nullable or column.override is not None)
        for number, column in enumerate(columns, 1)
        if not column.written_out and named_fields("", column.type)
    }
    named = columns_by_name(level, text, by_name, expanded) if by_name else None
    if named:
        expanded |= named
    is_within_another = any(star.start == star.end for star in (named or {}).values())
    if not is_within_another:
        columns = with_row_columns(columns, level, description.query)
    keys, refused = page_keys(description, level, known, parameters)
    if description.query.page and is_within_another:
        refused.append(_no_page_around(description.query))
    if refused:
        raise SqlgenError(*refused)
    warnings += missing  # those that are no errors
    rows = _cardinality(known, proved.required) if columns else Cardinality.NONE
    if warning := row_count_warning(description.query, known, rows):
        warnings.append(warning)
    warnings += sort_warnings(description.query, level)
    warnings += misread_warnings(description.query, level)
    reads, writes = lineage(
        [level, *[statement_level(catalog, one) for one in further]]
    )
    can_violate = Violations()
    if is_write(level):
        forms = (known,) if known is level else (known, level)
        scopes = [
            statement_scope(
                form, parameters, never_null, nullable_elements=nullable_elements
            )
            for form in forms
        ]
        can_violate = violations(*scopes)
    return TypedQuery(
        query=description.query,
        parameters=parameters,
        columns=columns,
        cardinality=rows,
        page_keys=keys,
        stars=_outermost(expanded),
        reads=reads,
        writes=writes,
        may_write=write.reason if write else "",
        violations=can_violate.immediate,
        deferred_violations=can_violate.deferred,
        unknown_effects=can_violate.unknown,
        row_comment=_row_comment(level, columns, description.columns),
        warnings=tuple(
            [w for w in warnings if w.code not in description.query.allowed_warnings]
        ),
    )


def _no_page_around(query: Query) -> Diagnostic:
    return Diagnostic(
        code="not-a-page",
        message="the rows cannot come in pages: the statement is put into another one that takes the fields"
        " of whole rows",
        label=Label(query.name_span),
        hint="select the columns instead of the whole row",
    )


def _cardinality(
    known: QueryLevel, required: Sequence[Sequence[QueryLevel]]
) -> Cardinality:
    """Return how many rows there are, also by the conditions of which each call gives one."""
    rows = cardinality(known)
    if rows is Cardinality.MANY and any(
        all(cardinality(level) is not Cardinality.MANY for level in levels)
        for levels in required
    ):
        return Cardinality.AT_MOST_ONE
    return rows


def _trees_of_further_keys(description: Description) -> tuple[Node, ...]:
    """Return the trees of the statement by the keys of its order after the first."""
    variants = description.variants
    trees = [nodes.query(tree) for tree in variants.sorted] if variants else []
    return tuple([tree for tree in trees if tree])


def _outermost(stars: Mapping[int, Star]) -> tuple[Star, ...]:
    """Return the stars in order, without those within another: `((SELECT s FROM (SELECT *) s)).*`."""
    outermost: list[Star] = []
    for start in sorted(stars):
        if not outermost or start >= outermost[-1].end:
            outermost.append(stars[start])
    return tuple(outermost)


def _columns(
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


def _row_comment(
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
