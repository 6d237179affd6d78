"""A description -> the names of the next migration's two files; pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from ..model.diagnostic import ConfigurationError, Diagnostic
from ..model.migration import Migration

_TIMESTAMP = 14  # digits of 20260131120000, SQLx's own versions


def new(
    migrations: Sequence[Migration], folder: str, description: str, now: datetime
) -> tuple[str, str]:
    """The paths of the up and the down file, numbered as those of *migrations* are.

    In a folder without any the first is 0001; where the last one is a timestamp, the new one is
    that of *now* (in UTC), or one more where that is not later.

    Raises `ConfigurationError` for a description without letters or digits.
    """
    words = re.sub(r"\W+", "_", description.strip()).strip("_").lower()
    if not words:
        raise ConfigurationError(
            Diagnostic(
                code="bad-description",
                message=f"`{description}` does not describe a migration",
                label=None,
                hint="say what it does, for instance `sqlgen migrate new add patients`",
            )
        )
    last = max(migrations, key=lambda m: m.version, default=None)
    if last is None:
        version, width = 1, 4
    else:
        digits = PurePosixPath(last.up.path).name.split("_", 1)[0]
        version, width = last.version + 1, len(digits)
        if width == _TIMESTAMP:
            version = max(version, int(now.strftime("%Y%m%d%H%M%S")))
    stem = f"{folder}/{version:0{width}}_{words}"
    return f"{stem}.up.sql", f"{stem}.down.sql"
