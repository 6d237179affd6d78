"""Migrations as they stand in their folder."""

from dataclasses import dataclass

from .source import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """`NNNN_description.up.sql` (or `.sql`) and, where there is one, its `.down.sql`.

    `version` is the digits before the first `_` as a 64-bit integer; `description` the rest of the
    name with `_` as blanks; the checksum is `up.sha384`. `transactional` is false where the first
    line is `-- no-transaction`.
    """

    version: int
    description: str
    up: SourceFile
    down: SourceFile | None
    transactional: bool = True
