"""TypeReferences, Config -> the names of the classes and aliases in the `models` module."""

from collections.abc import Iterable, Mapping, Sequence

from ...model.config import Config
from ...model.constraints import Violation
from ...model.frozen import frozen
from ...model.python import Alias, LiteralOf, Named
from ...model.typed import TypedColumn, TypedParameter
from .. import names
from ..types.python_types import MODELS
from .error_names import error_names, place
from .references import CheckedColumn, NamedType, TypeKey, TypeReferences, type_key


@frozen
class SharedNames:
    """The names of the classes and aliases in the `models` module.

    `columns` are the aliases of checked columns, `classes` the classes of types and the aliases of
    domains. `errors` are the classes in the `errors` module.
    """

    columns: Mapping[CheckedColumn, str]
    classes: Mapping[TypeKey, str]
    errors: Mapping[Violation, str]

    def aliases(self) -> tuple[Alias, ...]:
        """Return the aliases of the checked columns."""
        return tuple(
            Alias(name, LiteralOf(values), f"The values that `{column}` may have.")
            for (column, values), name in self.columns.items()
        )

    def alias(self, typed: TypedColumn | TypedParameter) -> Named | LiteralOf | None:
        """Return the type of a column or parameter that has literals, None if it has none."""
        if not typed.literals:
            return None
        if typed.domain:
            return Named(self.classes[type_key(typed.domain)], MODELS)
        if typed.column is not None:
            name = self.columns.get((typed.column, typed.literals))
            if name is not None:
                return Named(name, MODELS)
        return LiteralOf(typed.literals)

    def used_by(self, references: TypeReferences) -> tuple[tuple[str, ...], ...]:
        """Return the names of all *references*: queries with the same names translate alike."""
        columns = sorted(references.checked, key=str)
        violations = sorted(references.violations, key=place) if self.errors else ()
        return (
            tuple([self.classes[key] for key in sorted(references.types)]),
            tuple([self.columns[column] for column in columns]),
            tuple([self.errors[violation] for violation in violations]),
        )


def shared_names(references: TypeReferences, config: Config) -> SharedNames:
    """Return the names of all types and checked columns that a package refers to."""
    classes = class_names(references.types.values(), config)
    columns = checked_column_names(references.checked, classes, config.search_path)
    errors = error_names(references.violations) if config.errors else {}
    return SharedNames(columns, classes, errors)


def class_names(types: Iterable[NamedType], config: Config) -> dict[TypeKey, str]:
    """Return a class name for each type, the one of `[tool.sqlgen.names]` first.

    Of two with one name, the one that the search path finds has it; the other gets its schema in
    front.
    """
    in_order = sorted(types, key=lambda t: _rank(t.schema, config.search_path))
    classes: dict[TypeKey, str] = {}
    chosen = config.class_names
    for type_ in in_order:
        configured = _configured_name(type_, chosen)
        if configured and configured not in classes.values():
            classes[type_key(type_)] = configured
    used = set(classes.values())
    for type_ in in_order:
        if type_key(type_) in classes:
            continue
        name = names.class_name(type_.name)
        if name in used:
            name = names.class_name(f"{type_.schema}_{type_.name}")
        number, candidate = 1, name
        while candidate in used:
            number += 1
            candidate = f"{name}{number}"
        used.add(candidate)
        classes[type_key(type_)] = candidate
    return classes


def _configured_name(type_: NamedType, chosen: Mapping[str, str]) -> str | None:
    for name in (type_.display, f"{type_.schema}.{type_.name}", type_.name):
        if name in chosen:
            return names.row_name(chosen[name])
    return None


def _rank(schema: str, search_path: Sequence[str]) -> int:
    """Return the place of a schema in the search path, or behind all of it."""
    return search_path.index(schema) if schema in search_path else len(search_path)


def checked_column_names(
    checked: Iterable[CheckedColumn],
    classes: Mapping[TypeKey, str],
    search_path: Sequence[str],
) -> dict[CheckedColumn, str]:
    """Return the aliases of checked columns, named after table and column, in the columns' order.

    `allergies.severity` is `AllergiesSeverity`; the schema comes in front where one of the
    `classes` or another column, of a schema that the search path has before, has that name.
    """
    used = set(classes.values())
    aliases: dict[CheckedColumn, str] = {}
    in_order = sorted(checked, key=lambda item: (str(item[0]), item[1]))
    for column, values in sorted(
        in_order, key=lambda item: _rank(item[0].schema, search_path)
    ):
        plain = f"{column.relation}_{column.column}"
        name = names.class_name(plain)
        number = 1
        while name in used:
            schema = f"{column.schema}_{plain}"
            name = names.class_name(schema) + (str(number) if number > 1 else "")
            number += 1
        used.add(name)
        aliases[column, values] = name
    return {key: aliases[key] for key in in_order}
