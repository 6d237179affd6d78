"""Projects of other tools -> query files of ours. Combines `read`, `parse` and `write`.

Each reader yields an `ImportedProject`, which one writer prints.
"""

from .comparison import comparison_text
from .project import READERS, ImportResult, import_project

__all__ = ["READERS", "ImportResult", "comparison_text", "import_project"]
