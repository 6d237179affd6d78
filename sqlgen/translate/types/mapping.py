"""The Python names and types that one project chooses for its database's types."""

from collections.abc import Mapping
from dataclasses import field, replace

from ...model.catalog import PgType
from ...model.frozen import frozen
from ...model.python import Named, PyType
from .python_types import MODELS


@frozen
class TypeMapping:
    """The names of generated classes, and the types that the configuration chooses.

    `classes` are the names of enums, composites and domains with literals in the `models` module,
    by schema and name; `configured` the Python types of `[tool.sqlgen.types]`. `rows` are the classes
    that rows have in one query, which come before both.
    """

    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    configured: Mapping[str, PyType] = field(default_factory=dict)
    rows: Mapping[tuple[str, str], Named] = field(default_factory=dict)

    def model(self, type_: PgType) -> Named:
        """Return the class of an enum or composite, or the alias of a domain's literals."""
        key = type_.schema, type_.name
        return self.rows.get(key) or Named(self.classes[key], MODELS)

    def with_row(self, key: tuple[str, str], row: Named) -> "TypeMapping":
        """Return the mapping in which the rows of one type have this class."""
        return replace(self, rows={**self.rows, key: row})

    def override(self, type_: PgType) -> PyType | None:
        """Return the configured Python type of a type, looked up by each of its names."""
        if (type_.schema, type_.name) in self.rows:
            return None
        for name in (type_.display, f"{type_.schema}.{type_.name}", type_.name):
            if name in self.configured:
                return self.configured[name]
        return None


def without_overrides(types: TypeMapping) -> TypeMapping:
    """Return the mapping without the configured types."""
    return replace(types, configured={})
