"""Stand for the generated module of this name; see `sqlgen/render/schema_uses.py`."""

from typing import Final

COLUMNS: Final = ""

INSERTS: Final = ""

VALUES: Final = ""
