"""Errors about two things that would have one name in Python (`name-taken`)."""

from collections.abc import Mapping, Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Module
from ..model.source import SourceFile, Span
from .queries import TranslatedQuery
from .shared.requirements import SharedRow
from .shared.rows import row_span
from .types.python_types import MODELS

_OF_DATABASE = "a type of the database"


def check_module(queries: Sequence[TranslatedQuery]) -> None:
    """Raise `SqlgenError` (`name-taken`) for two things in a module that have one name."""
    owners: dict[str, TranslatedQuery] = {}
    for query in queries:
        records = [record.name for record in query.classes]
        structures = [item.name for item in query.structures if item.module != MODELS]
        variants, errors = query.constant.variants, query.function.errors
        own = [query.function.name, query.constant.name]
        own += [variants.name] if variants else []
        own += [errors.name] if errors else []
        pages = query.constant.pages
        own += [pages.name] if pages else []
        own += [query.alias.name] if query.alias else []
        for name in (*own, *records, *structures):
            owner = owners.setdefault(name, query)
            if owner is not query:
                raise _taken(
                    query.query.name,
                    query.query.row_span or query.query.name_span,
                    name,
                    f"`{owner.query.name}`",
                    owner.query.name_span,
                )


def check_models(
    models: Module,
    rows: Sequence[SharedRow],
    parameters: Sequence[SharedRow],
    sources: Mapping[str, SourceFile],
) -> None:
    """Raise `SqlgenError` (`name-taken`) for a shared row, its JSON or parameters, with a name that is taken.

    *sources* are the query files by their paths.
    """
    types = {
        *(enum.name for enum in models.enums),
        *(alias.name for alias in models.aliases),
        *(composite.name for composite in models.composites if not composite.row),
    }
    classes = {record.name for record in models.records}
    of_rows = {row.record.name for row in rows}
    for each in parameters:
        name = each.record.name
        if name in types:
            raise _taken(each.query, row_span(each, sources), name, _OF_DATABASE)
        if name in of_rows:
            raise _taken(each.query, row_span(each, sources), name, "a row class")
    owners: dict[str, str] = {}
    for row in rows:
        name, span = row.record.name, row_span(row, sources)
        if name in types:
            raise _taken(row.query, span, name, _OF_DATABASE)
        for inner in [structure.name for structure in row.structures]:
            if inner in types | classes or owners.setdefault(inner, name) != name:
                raise _taken(row.query, span, inner, "another class")


def _taken(
    query: str, span: Span, name: str, owner: str, related: Span | None = None
) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="name-taken",
            message=f"the Python name `{name}` of `{query}` is that of {owner} too",
            label=Label(span),
            related=(Label(related),) if related else (),
            hint="choose another name",
        )
    )
