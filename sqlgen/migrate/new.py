"""A description -> the paths of the next migration's two files; pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from ..model.diagnostic import ConfigurationError, Diagnostic
from ..model.migration import Migration

_TIMESTAMP_DIGITS = 14  # as in 20260131120000, the default of SQLx


def new(
    migrations: Sequence[Migration], folder: str, description: str, now: datetime
) -> tuple[str, str]:
    """Return the paths of the up and the down file, numbered as *migrations* are.

    The first version of an empty folder is 0001. If the last version is a timestamp, the new one
    is *now* (in UTC), or the last one plus 1 if that is later.

    Raises `ConfigurationError` for a description without letters or digits.
    """
    words = re.sub(r"\W+", "_", description.strip()).strip("_").lower()
    if not words:
        raise ConfigurationError(
            Diagnostic(
                code="bad-description",
                message=f"`{description}` does not describe a migration",
                label=None,
                hint="name the change, as in `sqlgen migrate new add patients`",
            )
        )
    last = max(migrations, key=lambda m: m.version, default=None)
    if last is None:
        version, width = 1, 4
    else:
        digits = PurePosixPath(last.up.path).name.split("_", 1)[0]
        version, width = last.version + 1, len(digits)
        if width == _TIMESTAMP_DIGITS:
            version = max(version, int(now.strftime("%Y%m%d%H%M%S")))
    stem = f"{folder}/{version:0{width}}_{words}"
    return f"{stem}.up.sql", f"{stem}.down.sql"
