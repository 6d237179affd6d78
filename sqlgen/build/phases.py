"""The data that the phases of a build hand to each other: analyse, name, render."""

import pickle
from collections.abc import Mapping

from .. import lockfile
from ..model.catalog import CompositeType
from ..model.diagnostic import Diagnostic
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.renamed import Renamed
from ..translate import (
    ModulePath,
    TranslationContext,
    TypeReferences,
)
from .records.file_records import FileRecord


@frozen
class SharedUse:
    """One query file's contribution to the files that all query files have in common.

    `references` are the database types and checked columns that its queries use, `types` the types
    in its lock file.
    """

    references: TypeReferences
    types: lockfile.TypeTable


@frozen
class FileAnalysis:
    """The result of analysing a query file; `record` lets the next build do without it.

    `packed_use` is the pickled `SharedUse`, which takes a third of the memory.
    """

    packed_use: bytes
    record: FileRecord
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def shared_use(self) -> SharedUse:
        """Return what the file contributes to the files that all have in common."""
        return unpacked_use(self.packed_use)


def unpacked_use(packed: bytes) -> SharedUse:
    """Return a `SharedUse` from its pickle."""
    shared_use: SharedUse = pickle.loads(packed)
    return shared_use


def recorded_analysis(record: FileRecord) -> FileAnalysis:
    """Return the analysis of a file that had neither errors nor warnings, from its record."""
    return FileAnalysis(record.shared_use, record)


@frozen
class BatchAnalysis:
    """The results of analysing a group of query files, by path."""

    files: Mapping[str, FileAnalysis]
    errors: tuple[Diagnostic, ...]


@frozen
class RenderInputs:
    """The types that modules refer to, their shared names, and the modules' paths.

    `tables` are the rows of all tables, if each is to have a class.
    """

    references: TypeReferences
    context: TranslationContext
    module_paths: Mapping[str, ModulePath]
    tables: tuple[CompositeType, ...] = ()


@frozen
class FileRender:
    """The files of a query file, what they require of the shared modules (pickled), and changed names.

    `digests` are those of all its files, by path; `files` are only those that differ from the files on disk.
    """

    files: tuple[GeneratedFile, ...]
    digests: Mapping[str, bytes]
    requirements: bytes
    renamed: tuple[Renamed, ...] = ()


@frozen
class BatchRender:
    """The results of rendering a group of query files, by path."""

    files: Mapping[str, FileRender]
    errors: tuple[Diagnostic, ...]
