"""Analysed query files -> the names of everything in Python, and the errors in them, file by file.

What a file needs of the others are the names of shared types; while these stay the same, a file that
has not changed is not translated again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .. import translate
from ..model.catalog import CompositeType
from ..model.config import Config
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.source import Span
from ..translate import (
    ModulePath,
    SharedRequirements,
    TranslationContext,
    TypeReferences,
)
from .analysis.internal_errors import reported
from .live_state import LiveFile


@frozen
class Translation:
    """The names in Python that a project's queries get, and what is wrong with them.

    `context` is None where a configured type cannot be read.
    """

    context: TranslationContext | None
    modules: Mapping[str, ModulePath]
    errors: tuple[Diagnostic, ...]


@frozen
class _FileTranslation:
    """One file's translation: what it was made of, what it requires, and its errors."""

    file: LiveFile
    path: ModulePath
    context: TranslationContext
    names: object
    requirements: SharedRequirements | None
    errors: tuple[Diagnostic, ...] = ()


class LiveTranslator:
    """Translates the files that have changed, and what they share."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._references: dict[str, tuple[LiveFile, TypeReferences]] = {}
        self._files: dict[str, _FileTranslation] = {}
        self._merged: TypeReferences | None = None
        self._context: TranslationContext | None = None
        self._agreed: object = None

    def translate(
        self, files: Sequence[LiveFile], tables: Sequence[CompositeType] = ()
    ) -> Translation:
        """Return the names of all that the *files* have, and the errors; *tables* have a class each."""
        try:
            context = self._named(files, tables)
        except SqlgenError as error:
            return Translation(None, {}, error.diagnostics)
        sources = [file.source for file in files]
        errors: list[Diagnostic] = []
        try:
            paths = translate.module_paths(sources, self._config)
        except SqlgenError as error:
            return Translation(context, {}, error.diagnostics)
        translated = [
            self._translated(file, path, context)
            for file, path in zip(files, paths, strict=True)
        ]
        for one in translated:
            errors += one.errors
        errors += self._shared_errors(files, translated, paths, context)
        by_path = {s.path: path for s, path in zip(sources, paths, strict=True)}
        return Translation(context, by_path, tuple(errors))

    def _named(
        self, files: Sequence[LiveFile], tables: Sequence[CompositeType]
    ) -> TranslationContext:
        """Return the context of all that the files refer to: the one before, if that is the same."""
        references = [self._references_of(file) for file in files]
        if tables:
            references.append(translate.table_references(tables))
        merged = translate.merge_references(references)
        if self._context is None or merged != self._merged:
            self._context = translate.translation_context(merged, self._config)
            self._merged = merged
        return self._context

    def _references_of(self, file: LiveFile) -> TypeReferences:
        path = file.source.path
        known = self._references.get(path)
        if known is None or known[0] is not file:
            references = translate.type_references(file.typed, self._config.aliases)
            known = self._references[path] = file, references
        return known[1]

    def _translated(
        self, file: LiveFile, path: ModulePath, context: TranslationContext
    ) -> _FileTranslation:
        """Return the translation of a file, made anew if it or a name that it uses has changed."""
        known = self._files.get(file.source.path)
        is_same = known and known.file is file and known.path == path
        if known and is_same and known.context is context:
            return known
        names = context.names.used_by(self._references_of(file))
        if known and is_same and known.names == names:
            known = replace(known, context=context)
        else:
            known = _translation(file, path, context, names)
        self._files[file.source.path] = known
        return known

    def _shared_errors(
        self,
        files: Sequence[LiveFile],
        translated: Sequence[_FileTranslation],
        paths: Sequence[ModulePath],
        context: TranslationContext,
    ) -> tuple[Diagnostic, ...]:
        """Return the errors where files do not agree; none while a file cannot be translated itself."""
        requirements = [one.requirements for one in translated if one.requirements]
        if len(requirements) < len(translated) or self._merged is None:
            return ()
        sources = [file.source for file in files]
        agreed = (self._merged, tuple(paths), tuple(map(_without_places, requirements)))
        if not sources or agreed == self._agreed:
            return ()
        try:
            with reported(Span(sources[0], 0, 0)):
                translate.shared_files(
                    self._merged, requirements, paths, context, sources
                )
        except SqlgenError as error:
            return error.diagnostics
        self._agreed = agreed
        return ()


def _translation(
    file: LiveFile, path: ModulePath, context: TranslationContext, names: object
) -> _FileTranslation:
    requirements: SharedRequirements | None = None
    errors: tuple[Diagnostic, ...] = ()
    try:
        with reported(Span(file.source, 0, 0)):
            _, requirements, _ = translate.module(
                file.parsed, file.typed, path, context
            )
    except SqlgenError as error:
        errors = error.diagnostics
    return _FileTranslation(file, path, context, names, requirements, errors)


def _without_places(requirements: SharedRequirements) -> SharedRequirements:
    """Return what decides on errors: places move while one types."""
    return replace(
        requirements,
        rows=tuple([replace(row, start=0, end=0) for row in requirements.rows]),
        parameters=tuple(
            [replace(one, start=0, end=0) for one in requirements.parameters]
        ),
    )
