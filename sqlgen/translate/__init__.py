"""SQL's world to Python's: names, types, modules.

Each query file becomes its modules by itself. What they share goes through two summaries: the types
that a file refers to, from which the names of shared classes come, and what its modules require of
the shared files once they are translated.
"""

from .annotations import Annotations, annotations
from .module_paths import ModulePath, module_paths
from .modules import module
from .shared.context import TranslationContext, translation_context
from .shared.files import shared_files
from .shared.references import (
    TypeReferences,
    merge_references,
    table_references,
    type_references,
)
from .shared.requirements import SharedRequirements
from .sql import RunningStatement
from .statements import sent_statement

__all__ = [
    "Annotations",
    "ModulePath",
    "RunningStatement",
    "SharedRequirements",
    "TranslationContext",
    "TypeReferences",
    "annotations",
    "merge_references",
    "module",
    "module_paths",
    "sent_statement",
    "shared_files",
    "table_references",
    "translation_context",
    "type_references",
]
