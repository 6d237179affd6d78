"""Query files with their analysed queries -> the whole generated package, as data."""

from collections.abc import Sequence

from sqlgen import translate
from sqlgen.model.config import Config
from sqlgen.model.diagnostic import each
from sqlgen.model.python import PythonFile
from sqlgen.model.query import QueryFile
from sqlgen.model.typed import TypedQuery

AnalysedFile = tuple[QueryFile, Sequence[TypedQuery]]


def translated_package(
    files: Sequence[AnalysedFile], config: Config
) -> tuple[PythonFile, ...]:
    """Return all files of the package, sorted by path, by the steps that a build takes.

    Raises `SqlgenError`.
    """
    sources = [file.source for file, _ in files]
    paths = translate.module_paths(sources, config)
    references = translate.merge_references(
        [translate.type_references(queries, config.aliases) for _, queries in files]
    )
    context = translate.translation_context(references, config)
    translations = each(
        lambda item: translate.module(*item[0], item[1], context),
        list(zip(files, paths, strict=True)),
    )
    shared = translate.shared_files(
        references,
        [requirements for _, requirements, _ in translations],
        paths,
        context,
        sources,
    )
    modules = [module for modules, *_ in translations for module in modules]
    return tuple(sorted((*modules, *shared), key=lambda file: file.path))
