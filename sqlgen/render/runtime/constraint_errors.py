"""The class of an error about a constraint."""

import re
from typing import Any, Final

from psycopg import Error

_QUOTED: Final = re.compile(r"[\"«»]\s?(.+?)\s?[\"«»][^\"«»]*\Z", re.DOTALL)
"""The name in a message, in the quotes of the languages that PostgreSQL speaks."""


def set_error_class(error: Error, classes: tuple[type[Error], ...]) -> None:
    """Let an error about a constraint be of the class that stands for it, if that is among *classes*.

    It stays the same error, with its traceback and `diag`.
    """
    diag = error.diag
    relation = diag.table_name or diag.datatype_name
    if relation is None:
        relation = quoted_view(diag.message_primary or "")
    names = relation, diag.column_name or diag.constraint_name or ""
    for class_ in classes:
        known_as: Any = getattr(class_, "reported_as", ())
        is_known = names in known_as or (diag.schema_name, *names) in known_as
        if is_known and issubclass(class_, type(error)):
            error.__class__ = class_
            error.sqlstate = diag.sqlstate
            return


def quoted_view(message: str) -> str | None:
    """Return the name in a message about a CHECK OPTION, which is in none of an error's fields; None without any."""
    quoted = _QUOTED.search(message)
    return quoted and quoted[1]
