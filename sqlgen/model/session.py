"""The settings of the database sessions in which sqlgen works."""

import re
from collections.abc import Mapping, Sequence

OWN_CLUSTER = "sqlgen"
"""The `cluster_name` of servers that sqlgen has started."""


def settings(search_path: Sequence[str]) -> dict[str, str]:
    """Return the settings of a session with that *search_path*, the same on every server."""
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
"""The settings with which a server sends the analysed tree of each statement that it parses."""


def startup_options(settings: Mapping[str, str]) -> str:
    """Return *settings* as the connection parameter `options`: `-c name=value` (manual 34.1.2).

    They take precedence over those of the role, and `RESET` returns to them.
    """
    return " ".join(
        "-c " + re.sub(r"([\\\s])", r"\\\1", f"{name}={value}")
        for name, value in settings.items()
    )


def quoted_search_path(search_path: Sequence[str]) -> str:
    """Return the value of `search_path` that consists of exactly these schemas."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in search_path)
