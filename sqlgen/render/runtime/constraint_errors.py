"""The class of an error about a constraint."""

from typing import Any

from psycopg import Error


def set_error_class(error: Error, classes: tuple[type[Error], ...]) -> None:
    """Let an error about a constraint be of the class that stands for it, if that is among *classes*.

    It stays the same error, with its traceback and `diag`.
    """
    diag = error.diag
    names = (
        diag.table_name or diag.datatype_name,
        diag.column_name or diag.constraint_name or "",
    )
    for class_ in classes:
        known_as: Any = getattr(class_, "reported_as", ())
        if names in known_as and issubclass(class_, type(error)):
            error.__class__ = class_
            error.sqlstate = diag.sqlstate
            return
