"""(TypedQuery…) -> the database types that they use and that get a name in `models`."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import field as dataclass_field
from dataclasses import replace

from ...model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ...model.constraints import Violation
from ...model.frozen import frozen
from ...model.typed import ColumnName, TypedColumn, TypedParameter, TypedQuery
from ..types.mapping import TypeMapping
from ..types.rows import row_class, row_in

NamedType = EnumType | CompositeType | DomainType
"""The types that get a class or alias; of domains, those whose CHECK lists their values."""

TypeKey = tuple[str, str]
"""The schema and the name of a type."""

CheckedColumn = tuple[ColumnName, tuple[str, ...]]
"""A column whose CHECK constraint lists its values, and these values."""


@frozen(kw_only=True)
class TypeReferences:
    """The database types that some queries use and that get a name in the `models` module.

    `types` get a class or alias, and so do the values of the `checked` columns. `read` and
    `written` are the composites in results and in parameters. `rows` are those whose columns are
    selected. `violations` are the constraints that the queries can violate.
    """

    types: Mapping[TypeKey, NamedType] = dataclass_field(default_factory=dict)
    checked: frozenset[CheckedColumn] = frozenset()
    read: frozenset[TypeKey] = frozenset()
    written: frozenset[TypeKey] = frozenset()
    rows: frozenset[TypeKey] = frozenset()
    violations: frozenset[Violation] = frozenset()


def type_references(
    queries: Iterable[TypedQuery], aliases: Mapping[str, str]
) -> TypeReferences:
    """Return the references of some queries; *aliases* are those for overrides."""
    types: dict[TypeKey, NamedType] = {}
    checked: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    rows: set[TypeKey] = set()
    violations: set[Violation] = set()
    for query in queries:
        violations.update(query.violations)
        for column in query.columns:
            _add(column, aliases, types, checked, read, read, rows)
        for parameter in query.parameters:
            _add(parameter, aliases, types, checked, written, read, rows)
    return TypeReferences(
        types=types,
        checked=frozenset(checked),
        read=frozenset(read),
        written=frozenset(written),
        rows=frozenset(rows),
        violations=frozenset(violations),
    )


def table_references(tables: Iterable[CompositeType]) -> TypeReferences:
    """Return the references of the rows of tables that have a class although no query may use them.

    A row that is the value of another table's column may have NULLs where its own table has none.
    """
    types: dict[TypeKey, NamedType] = {}
    checked: set[CheckedColumn] = set()
    for table in tables:
        for type_ in named_types_in(table, {}):
            _add_type(type_, types, known_is_read=False, is_read=False)
        checked.update(_checked_fields(table))
    return TypeReferences(types=types, checked=frozenset(checked))


def without_unused(
    references: TypeReferences, taken: Container[str], mapping: TypeMapping
) -> TypeReferences:
    """Return the references without tables that no query uses, and whose class's name is *taken*.

    A query has chosen the name for a class of its own.
    """
    used = references.read | references.written | references.rows
    types = {
        key: type_
        for key, type_ in references.types.items()
        if not isinstance(type_, CompositeType)
        or not type_.is_relation
        or key in used
        or mapping.model(type_).name not in taken
    }
    return replace(references, types=types)


def merge_references(references: Iterable[TypeReferences]) -> TypeReferences:
    """Return all references together, the types sorted by schema and name."""
    types: dict[TypeKey, NamedType] = {}
    checked: set[CheckedColumn] = set()
    read: set[TypeKey] = set()
    written: set[TypeKey] = set()
    rows: set[TypeKey] = set()
    violations: set[Violation] = set()
    for part in references:
        for key, type_ in part.types.items():
            _add_type(
                type_,
                types,
                key in read or key in rows,
                key in part.read or key in part.rows,
            )
        checked |= part.checked
        read |= part.read
        written |= part.written
        rows |= part.rows
        violations |= part.violations
    return TypeReferences(
        types=dict(sorted(types.items())),
        checked=frozenset(checked),
        read=frozenset(read),
        written=frozenset(written),
        rows=frozenset(rows),
        violations=frozenset(violations),
    )


def composites_in(types: Iterable[PgType]) -> frozenset[TypeKey]:
    """Return the composites among the types and within them."""
    return frozenset(
        type_key(inner)
        for type_ in types
        for inner in named_types_in(type_, {})
        if isinstance(inner, CompositeType)
    )


def type_key(type_: PgType) -> TypeKey:
    """Return the key of a type."""
    return type_.schema, type_.name


def named_types_in(
    type_: PgType, aliases: Mapping[str, str], override: str = ""
) -> Iterator[NamedType]:
    """Yield the types that get a class or alias: the type itself, and those it is made of.

    Rows have classes of their own where a query makes them, or where an *override* names the class.
    """
    match type_:
        case EnumType():
            yield type_
        case CompositeType(fields=fields):
            if not type_.of_query and not (override and row_class(override, aliases)):
                yield type_
            for field in fields:
                yield from named_types_in(field.type, aliases, field.override)
        case DomainType(base=base):
            if type_.literals:
                yield type_
            yield from named_types_in(base, aliases, override)
        case ArrayType(element=inner):
            yield from named_types_in(inner, aliases, override)
        case RangeType(subtype=inner):
            yield from named_types_in(inner, aliases)
        case ScalarType():
            pass


def column_of(field: CompositeField, composite: CompositeType) -> ColumnName | None:
    """Return the table column that a field has the value of, None if there is none."""
    if field.column:
        return ColumnName(*field.column)
    if composite.is_relation:
        return ColumnName(composite.schema, composite.name, field.name)
    return None


def has_literals(type_: PgType) -> bool:
    """Return whether the type itself lists its values, so that its column needs no alias."""
    if isinstance(type_, ArrayType):
        return has_literals(type_.element)
    return isinstance(type_, DomainType) and bool(type_.literals)


def _add_type(
    type_: NamedType,
    types: dict[TypeKey, NamedType],
    known_is_read: bool,
    is_read: bool,
) -> None:
    """Add a type; of a table's row type, only that is known of the fields which holds in all results.

    A parameter proves nothing of its fields. What results say of them holds for it as well.
    """
    known = types.setdefault(type_key(type_), type_)
    if (
        known != type_
        and isinstance(known, CompositeType)
        and isinstance(type_, CompositeType)
    ):
        if known_is_read != is_read:
            types[type_key(type_)] = known if known_is_read else type_
            return
        fields = tuple(
            [
                replace(
                    first,
                    not_null=first.not_null and second.not_null,
                    literals=first.literals * (first.literals == second.literals),
                )
                for first, second in zip(known.fields, type_.fields, strict=True)
            ]
        )
        types[type_key(type_)] = replace(known, fields=fields)


def _add(
    typed: TypedParameter | TypedColumn,
    aliases: Mapping[str, str],
    types: dict[TypeKey, NamedType],
    checked: set[CheckedColumn],
    composites: set[TypeKey],
    read: Collection[TypeKey],
    rows: set[TypeKey],
) -> None:
    """Add the references of a parameter or column: *composites* as values, *rows* as columns.

    *read* are the composites in results so far.
    """
    if isinstance(typed.type, ScalarType) and not typed.literals:
        return  # nearly all of them
    domains = (typed.domain,) if typed.domain else ()
    chosen = typed.override if isinstance(typed, TypedColumn) else None
    override = chosen.type if chosen else ""
    row = typed.row_columns if isinstance(typed, TypedColumn) else None
    for type_ in (*named_types_in(typed.type, aliases, override), *domains):
        is_read = composites is read
        was_read = type_key(type_) in read or type_key(type_) in rows
        _add_type(type_, types, was_read, is_read)
        if isinstance(type_, CompositeType):
            is_row = row is not None and type_ is typed.type
            (rows if is_row else composites).add(type_key(type_))
    checked.update(_checked_fields(typed.type))
    if not typed.literals or not typed.column or typed.domain:
        return
    if not has_literals(typed.type):
        checked.add((typed.column, typed.literals))


def _checked_fields(type_: PgType) -> Iterator[CheckedColumn]:
    """Yield the checked columns that the fields of a row have the values of."""
    row, _ = row_in(type_)
    for part in row.fields if row else ():
        column = column_of(part, row) if row else None
        if column and part.literals and not has_literals(part.type):
            yield column, part.literals
        yield from _checked_fields(part.type)
