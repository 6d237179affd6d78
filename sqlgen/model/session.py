"""The session that all of sqlgen's work on a database happens in."""

import re
from collections.abc import Mapping, Sequence


def settings(search_path: Sequence[str]) -> dict[str, str]:
    """The settings of a session, the same everywhere: UTC, ISO dates, those schemas."""
    return {
        "TimeZone": "UTC",
        "DateStyle": "ISO, MDY",
        "IntervalStyle": "postgres",
        "extra_float_digits": "1",
        "client_min_messages": "warning",
        "search_path": quoted_search_path(search_path),
    }


TREE_SETTINGS = {
    "debug_print_parse": "on",
    "debug_pretty_print": "off",
    "client_min_messages": "log",
}
"""The settings under which a server sends the analysed tree of each statement that it parses."""


def startup_options(settings: Mapping[str, str]) -> str:
    """The *settings* as a session starts with them: `-c name=value` (manual 34.1.2).

    They win over those of the role, and come back with `RESET`.
    """
    return " ".join(
        "-c " + re.sub(r"([\\\s])", r"\\\1", f"{name}={value}")
        for name, value in settings.items()
    )


def quoted_search_path(search_path: Sequence[str]) -> str:
    """The value of `search_path` that names just those schemas."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in search_path)
