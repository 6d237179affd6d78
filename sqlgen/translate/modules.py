"""QueryFile, (TypedQuery…) -> the modules of a query file."""

from collections.abc import Sequence
from dataclasses import replace

from ..model.config import Config, Mode
from ..model.diagnostic import each
from ..model.python import Module
from ..model.query import QueryFile
from ..model.renamed import Renamed
from ..model.typed import TypedQuery
from .json_keys import with_json_keys
from .module_paths import ModulePath
from .name_clashes import check_module
from .queries import translate_query
from .renamed import renamed
from .shared.context import TranslationContext
from .shared.requirements import SharedRequirements, requirements_of
from .shared.schema_uses import schema_uses


def module(
    file: QueryFile,
    typed: Sequence[TypedQuery],
    path: ModulePath,
    context: TranslationContext,
) -> tuple[tuple[Module, ...], SharedRequirements, tuple[Renamed, ...]]:
    """Return the modules of a query file, its asyncio twin last, and what they require.

    Last come the names that Python could not take as they are.

    Raises `SqlgenError` (`name-taken`, `bad-type`).
    """
    config = context.config
    queries = each(lambda query: translate_query(query, context, path.name), typed)
    check_module(queries)
    main = Module(
        name=path.name,
        path=path.path,
        source=file.source.origin or file.source.path,
        doc=file.doc,
        is_async=config.mode is Mode.ASYNC,
        aliases=tuple([query.alias for query in queries if query.alias]),
        records=tuple(
            [
                with_json_keys(record, config)
                for query in queries
                for record in query.classes
            ]
        ),
        constants=tuple([query.constant for query in queries]),
        functions=tuple([query.function for query in queries]),
    )
    twins = (_twin(main, config),) if config.mode is Mode.BOTH else ()
    rows = [row for query in queries for row in query.shared_rows]
    changed = [
        name
        for one, query in zip(typed, queries, strict=True)
        for name in renamed(one, query, context)
    ]
    parameters = [each for query in queries for each in query.shared_parameters]
    required = requirements_of(main, rows, parameters, has_protocol=config.protocols)
    if config.schema_check:
        uses = schema_uses(typed, path.name, config)
        required = replace(required, schema_uses=uses)
    return (main, *twins), required, tuple(changed)


def _twin(module: Module, config: Config) -> Module:
    """Return the asyncio module that imports the rows and the statements of a synchronous one."""
    inside = module.path.removeprefix(f"{config.output}/")
    return replace(
        module,
        name=f".aio{module.name}",
        path=f"{config.output}/aio/{inside}",
        is_async=True,
        aliases=(),
        records=(),
        constants=(),
    )
