"""Documentation -> the files of its pages."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ..model.documentation import (
    Documentation,
    DocumentedQuery,
    DocumentedRoutine,
    DocumentedTable,
    DocumentedType,
    RelationName,
)
from ..model.output import GeneratedFile
from . import addresses
from .engine import asset, environment
from .highlighting import highlighted, highlighted_query
from .names import Names, QueryUse
from .pictures import (
    MOST_TABLES,
    TablePicture,
    drawn_tables,
    neighbourhood,
    table_picture,
)
from .search import search_index


def pages(documentation: Documentation) -> tuple[GeneratedFile, ...]:
    """Return all files, with paths relative to the folder that they are for."""
    site = _Site(documentation)
    return (
        *site.assets(),
        GeneratedFile(addresses.OVERVIEW, site.overview()),
        GeneratedFile(addresses.PICTURE, site.picture()),
        *site.query_pages(),
        *site.table_pages(),
        *site.type_pages(),
        *site.routine_pages(),
    )


class _Site:
    def __init__(self, documentation: Documentation) -> None:
        self._documentation = documentation
        self._names = Names(documentation)

    def assets(self) -> Iterator[GeneratedFile]:
        """Yield the style sheet, the scripts and the index of the search."""
        for path in (addresses.STYLE, addresses.THEME, addresses.SCRIPT):
            yield GeneratedFile(path, asset(path.rpartition("/")[2]))
        yield GeneratedFile(addresses.SEARCH, search_index(self._names))

    def overview(self) -> str:
        """Return the page that names everything."""
        queries: defaultdict[str, list[DocumentedQuery]] = defaultdict(list)
        for query in self._documentation.queries:
            queries[query.module].append(query)
        schemas: defaultdict[str, list[DocumentedTable]] = defaultdict(list)
        for table in self._documentation.schema.tables:
            schemas[table.schema].append(table)
        types: defaultdict[str, list[DocumentedType]] = defaultdict(list)
        for type_ in self._documentation.schema.types:
            types[type_.schema].append(type_)
        routines: defaultdict[str, list[DocumentedRoutine]] = defaultdict(list)
        for routine in self._documentation.schema.routines:
            routines[routine.schema].append(routine)
        return self._render(
            "overview",
            root="",
            modules={m: queries[m] for m in sorted(self._documentation.modules)},
            schemas=schemas,
            types=types,
            routines=routines,
        )

    def picture(self) -> str:
        """Return the page with the pictures of all tables: one, or one for each schema."""
        tables = drawn_tables(self._documentation.schema.tables, self._names)
        schemas: defaultdict[str, list[DocumentedTable]] = defaultdict(list)
        for table in tables:
            schemas[table.schema].append(table)
        whole: TablePicture | None = None
        by_schema: dict[str, TablePicture | None] = {}
        if len(tables) <= MOST_TABLES:
            whole = table_picture(tables, self._names)
        else:
            by_schema = {
                schema: (
                    table_picture(own, self._names) if len(own) <= MOST_TABLES else None
                )
                for schema, own in schemas.items()
            }
        return self._render(
            "picture",
            root="",
            whole=whole,
            by_schema=by_schema,
            hubs={schema: self._hubs(own) for schema, own in schemas.items()},
            most=MOST_TABLES,
        )

    def query_pages(self) -> Iterator[GeneratedFile]:
        """Yield the page of each query."""
        for query in self._documentation.queries:
            text = self._render(
                "query",
                root="../",
                query=query,
                typed=query.typed,
                plan=self._documentation.plans.get(query.place),
                sql=highlighted_query(
                    query,
                    [
                        (start, end, f"../{addresses.table_page(name)}")
                        for start, end, name in self._names.named_in(query)
                    ],
                    [
                        (start, end, f"../{self._names.routine_page(routines[0])}")
                        for start, end, name in self._names.called_in(query)
                        for routines in [self._names.routines[name]]
                    ],
                ),
                calls=[
                    routine
                    for name in dict.fromkeys(
                        [name for _, _, name in self._names.called_in(query)]
                    )
                    for routine in self._names.routines[name]
                ],
                reads=self._names.read_by(query),
                writes=self._names.written_by(query),
            )
            yield GeneratedFile(addresses.query_page(query), text)

    def table_pages(self) -> Iterator[GeneratedFile]:
        """Yield the page of each table and view."""
        for table in self._documentation.schema.tables:
            readers = self._names.readers.get(table.key, [])
            writers = self._names.writers.get(table.key, [])
            text = self._render(
                "table",
                root="../",
                table=table,
                readers=readers,
                writers=writers,
                uses=self._column_uses(readers, writers),
                referring=self._names.referring.get(table.key, []),
                neighbourhood=neighbourhood(table, self._names),
                touched_by=self._documentation.touched_by.get(table.key, ()),
                children=[
                    one
                    for one in self._documentation.schema.tables
                    if table.key in one.parents
                ],
                definition=self._definition(table),
            )
            yield GeneratedFile(addresses.table_page(table.key), text)

    def type_pages(self) -> Iterator[GeneratedFile]:
        """Yield the page of each type."""
        users: defaultdict[RelationName, list[tuple[DocumentedTable, str]]]
        users = defaultdict(list)
        for table in self._documentation.schema.tables:
            for column in table.columns:
                if type_ := self._type(column.type):
                    users[type_.key].append((table, column.name))
        for type_ in self._documentation.schema.types:
            text = self._render(
                "type",
                root="../",
                type_=type_,
                users=users.get(type_.key, []),
                touched_by=self._documentation.touched_by.get(type_.key, ()),
            )
            yield GeneratedFile(addresses.type_page(type_.key), text)

    def routine_pages(self) -> Iterator[GeneratedFile]:
        """Yield the page of each function and procedure."""
        names = self._names
        for routine in self._documentation.schema.routines:
            touched_by = self._documentation.routines_touched_by
            text = self._render(
                "routine",
                root="../",
                routine=routine,
                overloads=[
                    one for one in names.routines[routine.key] if one != routine
                ],
                callers=names.callers.get(routine.key, []),
                triggers=names.triggers.get(routine.key, []),
                touched_by=touched_by.get(routine.key, ()),
                body=highlighted(routine.body, routine.body_tokens),
            )
            yield GeneratedFile(names.routine_page(routine), text)

    def _render(self, template: str, *, root: str, **context: Any) -> str:
        return (
            environment()
            .get_template(f"{template}.jinja")
            .render(
                site=self._documentation.title,
                root=root,
                names=self._names,
                type_of=self._type,
                **context,
            )
        )

    def _type(self, display: str) -> DocumentedType | None:
        """Return the type of the user's that `format_type` prints so, alone or in arrays."""
        name = display.replace('"', "")
        while name.endswith("[]"):
            name = name.removesuffix("[]")
        return self._names.types_by_display.get(name)

    def _column_uses(
        self, readers: list[QueryUse], writers: list[QueryUse]
    ) -> dict[str, tuple[int, int]]:
        """Return how many queries read and write each column."""
        uses: dict[str, tuple[int, int]] = {}
        for place, users in enumerate((readers, writers)):
            for use in users:
                for column in use.columns:
                    counts = list(uses.get(column, (0, 0)))
                    counts[place] += 1
                    uses[column] = counts[0], counts[1]
        return uses

    def _hubs(self, tables: list[DocumentedTable]) -> list[DocumentedTable]:
        """Return the tables with the most foreign keys to them and from them."""

        def links(table: DocumentedTable) -> int:
            return len(table.references) + len(self._names.referring.get(table.key, ()))

        return sorted(tables, key=links, reverse=True)[:12]

    def _definition(self, table: DocumentedTable) -> Markup:
        return highlighted(table.definition, table.definition_tokens)
