"""A description and the catalog -> a typed query: puts all parts of inference together."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from ..model.catalog import Catalog
from ..model.commands import Cardinality
from ..model.description import Description
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.frozen import frozen
from ..model.query import Query
from ..model.typed import Star, TypedColumn, TypedParameter, TypedQuery
from .cardinality import cardinality, command_error, copy_error, row_count_warning
from .columns.inserted_rows import inserted_rows
from .columns.lineage import lineage
from .columns.missing_columns import missing_columns
from .columns.named_fields import columns_by_name, named_fields
from .columns.row_columns import with_row_columns
from .columns.stars import stars
from .columns.whole_rows import whole_rows
from .nullability import statement_scope
from .pages import page_keys
from .parameters import misread_warnings, sort_warnings, typed_parameters
from .returned_columns import returned_columns, row_comment, utility_columns
from .tree import nodes
from .tree.nodes import Node
from .tree.query_level import QueryLevel, statement_level
from .tree.types import is_record
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
        columns = utility_columns(description)
        rows = Cardinality.MANY if columns else Cardinality.NONE
        return TypedQuery(
            query=description.query,
            parameters=parameters,
            columns=columns,
            cardinality=rows,
            may_write=write.reason if write else "",
        )
    known = proved.known or level
    selection = _selection(
        description, level, known, parameters, never_null, nullable_elements
    )
    columns, warnings = selection.columns, selection.warnings
    keys, refused = page_keys(description, level, known, parameters)
    if description.query.page and selection.is_within_another:
        refused.append(_no_page_around(description.query))
    if refused:
        raise SqlgenError(*refused)
    warnings += missing  # those that are no errors
    rows = _cardinality(known, proved.required) if columns else Cardinality.NONE
    if warning := row_count_warning(description.query, known, rows):
        warnings.append(warning)
    warnings += sort_warnings(description.query, level)
    warnings += misread_warnings(description.query, level)
    used = lineage([level, *[statement_level(catalog, one) for one in further]])
    can_violate = _violations(level, known, parameters, never_null, nullable_elements)
    return TypedQuery(
        query=description.query,
        parameters=parameters,
        columns=columns,
        cardinality=rows,
        page_keys=keys,
        stars=_outermost(selection.written),
        reads=used.reads,
        writes=used.writes,
        behind_views=used.behind_views,
        inserts=inserted_rows(level),
        may_write=write.reason if write else "",
        violations=can_violate.immediate,
        deferred_violations=can_violate.deferred,
        unknown_effects=can_violate.unknown,
        row_comment=row_comment(level, columns, description.columns),
        warnings=tuple(
            [w for w in warnings if w.code not in description.query.allowed_warnings]
        ),
    )


@frozen
class _Selection:
    """The columns of the result, with warnings, and what is `written` into the statement, by place.

    `is_within_another`: the statement is put into one that takes the fields of composites by name.
    """

    columns: tuple[TypedColumn, ...]
    warnings: list[Diagnostic]
    written: Mapping[int, Star]
    is_within_another: bool


def _selection(
    description: Description,
    level: QueryLevel,
    known: QueryLevel,
    parameters: Sequence[TypedParameter],
    never_null: Collection[str],
    nullable_elements: bool,
) -> _Selection:
    """Return what the statement selects; *known* is the one from which things are proved."""
    text = description.query.sql.text
    columns_with = partial(
        returned_columns,
        description,
        level,
        known,
        parameters,
        never_null,
        nullable_elements,
    )
    expanded = stars(level, text)
    rows_in_text, written_out = whole_rows(level, text)
    written = expanded | rows_in_text
    columns, warnings = columns_with(written_out)
    if any(column.written_out and is_record(column.type) for column in columns):
        # Their text would be of no class.
        written = expanded
        columns, warnings = columns_with(())
    types = {
        number: (column.type, column.nullable or column.override is not None)
        for number, column in enumerate(columns, 1)
        if not column.written_out and named_fields("", column.type)
    }
    by_name = columns_by_name(level, text, types, written) if types else None
    is_within_another = any(s.start == s.end for s in (by_name or {}).values())
    if not is_within_another:
        columns = with_row_columns(columns, level, description.query)
    return _Selection(columns, warnings, written | (by_name or {}), is_within_another)


def _violations(
    level: QueryLevel,
    known: QueryLevel,
    parameters: Sequence[TypedParameter],
    never_null: Collection[str],
    nullable_elements: bool,
) -> Violations:
    """Return what the statement can violate, as it is written and with parts left out."""
    if not is_write(level):
        return Violations()
    forms = (known,) if known is level else (known, level)
    return violations(
        *[
            statement_scope(
                form, parameters, never_null, nullable_elements=nullable_elements
            )
            for form in forms
        ]
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
