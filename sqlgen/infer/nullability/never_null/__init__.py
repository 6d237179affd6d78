"""A function's signature -> whether it gives NULL, by the lists in this folder.

`pg_catalog.txt` lists PostgreSQL's own functions, each other file those of the extension that it is
named after. An entry is a line `MARK name(types)`; `pg_catalog.txt` says what the marks mean.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path


@lru_cache
def marks(source: str) -> Mapping[str, str]:
    """Return the mark of each signature in the list of *source*, which is empty without a list.

    *source* is `pg_catalog` or the name of an extension.
    """
    path = Path(__file__).parent / f"{source}.txt"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [line.split(" ", 1) for line in lines if line and line[0] not in "#-"]
    return {signature: mark for mark, signature in entries}
