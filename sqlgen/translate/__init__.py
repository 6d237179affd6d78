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
from .shared.references import TypeReferences, merge_references, type_references
from .shared.requirements import SharedRequirements
from .statements import statement_pieces

__all__ = [
    "Annotations",
    "ModulePath",
    "SharedRequirements",
    "TranslationContext",
    "TypeReferences",
    "annotations",
    "merge_references",
    "module",
    "module_paths",
    "shared_files",
    "statement_pieces",
    "translation_context",
    "type_references",
]
