"""SQL's world to Python's: names, types, modules."""

from .annotations import Annotations, annotations
from .module_paths import ModulePath, module_paths
from .modules import module, package, shared_files, translation_context
from .queries import TranslationContext
from .shared.references import TypeReferences, merge_references, type_references
from .shared.requirements import SharedRequirements

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
    "package",
    "shared_files",
    "translation_context",
    "type_references",
]
