"""The Python names and types that one project chooses for its database's types."""

from collections.abc import Mapping
from dataclasses import field

from ...model.catalog import PgType
from ...model.frozen import frozen
from ...model.python import Named, PyType
from .python_types import MODELS


@frozen
class TypeMapping:
    """The names of generated classes, and the types that the configuration chooses.

    `classes` are the names of enums, composites and domains with literals in the `models` module,
    by schema and name; `configured` the Python types of `[tool.sqlgen.types]`.
    """

    classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    configured: Mapping[str, PyType] = field(default_factory=dict)

    def model(self, type_: PgType) -> Named:
        """Return the class of an enum or composite, or the alias of a domain's literals."""
        return Named(self.classes[type_.schema, type_.name], MODELS)

    def override(self, type_: PgType) -> PyType | None:
        """Return the configured Python type of a type, looked up by each of its names."""
        for name in (type_.display, f"{type_.schema}.{type_.name}", type_.name):
            if name in self.configured:
                return self.configured[name]
        return None


def without_overrides(types: TypeMapping) -> TypeMapping:
    """Return the mapping without the configured types."""
    return TypeMapping(types.classes)
