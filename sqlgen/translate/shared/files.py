"""The requirements of all modules -> their shared files: `models.py`, `__init__.py` and others."""

from collections.abc import Iterable, Sequence

from ...model.python import (
    Module,
    Named,
    PythonFile,
    RuntimeFile,
    SchemaUses,
    SchemaUsesFile,
    TypedMarker,
)
from ...model.source import SourceFile
from ..module_paths import ModulePath, package_modules
from ..name_clashes import check_models
from ..types.python_types import (
    CHECK_SCHEMA,
    PAGE,
    READ_CONNECTIONS,
    SCHEMA_MISMATCH,
    UNSET,
    VALUE_UNSET,
)
from .context import TranslationContext
from .errors import errors_module
from .models import composites, models_module
from .parameter_classes import shared_parameter_classes
from .protocols import protocol_modules
from .references import TypeReferences, without_unused
from .requirements import SharedRequirements, requirements_of
from .rows import shared_rows
from .rows_of_composites import rows_of_composites


def shared_files(
    references: TypeReferences,
    requirements: Iterable[SharedRequirements],
    paths: Sequence[ModulePath],
    context: TranslationContext,
    sources: Sequence[SourceFile],
) -> tuple[PythonFile, ...]:
    """Return the files that do not come from a single query file.

    *sources* are the query files. Raises `SqlgenError` (`row-mismatch`, `parameter-mismatch`,
    `name-taken`).
    """
    modules = list(requirements)
    uses = SchemaUses(
        tuple([line for module in modules for line in module.schema_uses.columns]),
        tuple([line for module in modules for line in module.schema_uses.values]),
        tuple([line for module in modules for line in module.schema_uses.inserts]),
    )
    output = context.config.output
    by_path = {source.path: source for source in sources}
    rows = [row for module in modules for row in module.rows]
    parameters = [each for module in modules for each in module.parameters]
    classes = shared_parameter_classes(parameters, by_path)
    named_by_queries = {each.record.name for each in (*rows, *parameters)}
    used = without_unused(references, named_by_queries, context.types)
    records, types = rows_of_composites(
        shared_rows(rows, by_path), composites(used, context), rows, by_path
    )
    models = models_module(
        f"{output}/models.py",
        used,
        types,
        (*records, *classes),
        modules,
        context,
    )
    check_models(models, rows, parameters, by_path)
    users = (*modules, requirements_of(models))
    varies = any(user.variants for user in users)
    offered: tuple[Named, ...] = (VALUE_UNSET, UNSET) if varies else ()
    paged = any(user.pages for user in users)
    offered += (PAGE,) if paged else ()
    if uses:
        offered += (SCHEMA_MISMATCH, CHECK_SCHEMA)
    reads = any(user.read_connections for user in users)
    offered += READ_CONNECTIONS if reads else ()
    files: list[PythonFile] = [
        *package_modules(paths, context.config, offered),
        TypedMarker(f"{output}/py.typed"),
    ]
    if not _is_empty(models):
        files.insert(0, models)
    errors = errors_module(context.names, context.config)
    if errors.errors:
        files.append(errors)
    if context.config.protocols:
        files += protocol_modules(modules, paths, context.config)
    runtime = {
        ("_support.py", "support.py"): any(user.support for user in users),
        ("_cursors.py", "cursors.py"): any(user.cursors for user in users),
        ("_pages.py", "pages.py"): paged,
        ("_variants.py", "variants.py"): varies,
        ("_deprecated.py", "deprecated.py"): any(user.deprecated for user in users),
        ("_errors.py", "constraint_errors.py"): any(user.errors for user in users),
        ("_read_connections.py", "read_connections.py"): reads,
        ("_json.py", "json_support.py"): any(user.json_support for user in users),
        ("_schema.py", "schema.py"): bool(uses),
    }
    files += [
        RuntimeFile(f"{output}/{name}", source)
        for (name, source), is_used in runtime.items()
        if is_used
    ]
    if uses:
        files.append(SchemaUsesFile(f"{output}/_schema_uses.py", uses))
    return tuple(files)


def _is_empty(module: Module) -> bool:
    return not (module.enums or module.aliases or module.composites or module.records)
