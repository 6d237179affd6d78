"""A translated query file -> what it asks of the files that all modules share."""

from collections.abc import Sequence

from ...model.config import RowStyle
from ...model.frozen import frozen
from ...model.python import Module, Named, Record, Structure
from ..queries import TranslatedQuery
from ..types.aliases import SHARED_ALIASES
from ..types.structures import structures_in
from .uses import annotation_names, uses_json_support, uses_support


@frozen(kw_only=True)
class SharedRow:
    """What a query has for the class that it names by `-> ROW`: its fields.

    `narrowed` tells of each what `TypedColumn.narrowed` does. `row` is the name as the author wrote
    it, at characters `[start:end]` of the query file `path`.
    """

    query: str
    row: str
    path: str
    start: int
    end: int
    record: Record
    narrowed: tuple[bool, ...]

    @property
    def structures(self) -> tuple[Structure, ...]:
        """The `TypedDict`s of its JSON."""
        return tuple(
            [each for field in self.record.fields for each in structures_in(field.type)]
        )


@frozen(kw_only=True)
class SharedRequirements:
    """What a module asks of the files that all share; it says nothing of where they are.

    `aliases` are those of `models` that it mentions, `styles` those of its own rows. `support` and
    `json_support` tell whether it imports the helpers.
    """

    rows: tuple[SharedRow, ...] = ()
    aliases: frozenset[Named] = frozenset()
    styles: frozenset[RowStyle] = frozenset()
    support: bool = False
    json_support: bool = False


def requirements_of(
    module: Module, queries: Sequence[TranslatedQuery] = ()
) -> SharedRequirements:
    """What the module of these queries asks for."""
    return SharedRequirements(
        rows=tuple([_row(query, query.shared) for query in queries if query.shared]),
        aliases=frozenset(
            [name for name in annotation_names(module) if name in SHARED_ALIASES]
        ),
        styles=frozenset([record.style for record in module.records]),
        support=uses_support(module),
        json_support=uses_json_support(module),
    )


def _row(query: TranslatedQuery, record: Record) -> SharedRow:
    place = query.query.row_span or query.query.name_span
    return SharedRow(
        query=query.query.name,
        row=query.query.row or "",
        path=place.source.path,
        start=place.start,
        end=place.end,
        record=record,
        narrowed=query.narrowed,
    )
