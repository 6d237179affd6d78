"""A module of the package -> its requirements of the files that all modules share."""

from collections.abc import Sequence

from ...model.frozen import frozen
from ...model.python import (
    Function,
    Module,
    Named,
    Record,
    SchemaUses,
    Structure,
)
from ...model.row_styles import RowStyle
from ..types.aliases import SHARED_ALIASES
from ..types.structures import structures_in
from .uses import annotation_names, records_of, uses_json_support, uses_support


@frozen(kw_only=True)
class SharedRow:
    """A row class that a query names, with the fields that this query gives it, or a class of parameters.

    The name is in `-> ROW`, in the override of a row within, or in `NAME(CLASS)`. `narrowed` are the columns'
    `TypedColumn.narrowed`; of rows within, each field that is not NULL may be None in the class. The name
    is at characters `[start:end]` of the query file `path`.
    """

    query: str
    path: str
    start: int
    end: int
    record: Record
    narrowed: tuple[bool, ...]

    @property
    def structures(self) -> tuple[Structure, ...]:
        """Return the `TypedDict`s of its JSON."""
        return tuple(
            [
                structure
                for field in self.record.fields
                for structure in structures_in(field.type)
            ]
        )


@frozen(kw_only=True)
class SharedRequirements:
    """The rows, aliases and helpers that a module requires of the shared files.

    `rows` are its shared row classes, `parameters` its shared classes of parameters, `aliases` the aliases
    of `models` that it uses, and `styles` the styles of its own row classes. `support`, `json_support`,
    `cursors`, `variants`, `pages`, `deprecated` and `errors` tell whether it imports from `_support`, `_json`,
    `_cursors`, `_variants`, `_pages`, `_deprecated` and `_errors`.
    `functions` are those of which the package has a `Protocol`. `schema_uses` are what its
    queries use of the schema, if that is to be checked.
    `read_connections`: some of its functions only read, and take a `ReadConnection`.
    """

    rows: tuple[SharedRow, ...] = ()
    parameters: tuple[SharedRow, ...] = ()
    aliases: frozenset[Named] = frozenset()
    styles: frozenset[RowStyle] = frozenset()
    support: bool = False
    json_support: bool = False
    cursors: bool = False
    variants: bool = False
    pages: bool = False
    deprecated: bool = False
    errors: bool = False
    read_connections: bool = False
    functions: tuple[Function, ...] = ()
    schema_uses: SchemaUses = SchemaUses()


def requirements_of(
    module: Module,
    rows: Sequence[SharedRow] = (),
    parameters: Sequence[SharedRow] = (),
    *,
    has_protocol: bool = False,
) -> SharedRequirements:
    """Return the requirements of a module whose queries share these *rows* and classes of *parameters*.

    *has_protocol*: the package has a `Protocol` of its functions.
    """
    return SharedRequirements(
        rows=tuple(rows),
        parameters=tuple(parameters),
        aliases=frozenset(
            [name for name in annotation_names(module) if name in SHARED_ALIASES]
        ),
        styles=frozenset([record.style for record in records_of(module)]),
        support=uses_support(module),
        json_support=uses_json_support(module),
        cursors=bool(module.functions),
        variants=any(constant.variants for constant in module.constants),
        pages=any(constant.pages for constant in module.constants),
        deprecated=any(function.deprecated for function in module.functions),
        errors=any(function.errors for function in module.functions),
        read_connections=any(function.read_only for function in module.functions),
        functions=module.functions if has_protocol else (),
    )
