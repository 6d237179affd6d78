"""The names of violations -> the `errors` module: a class for each constraint."""

import textwrap
from typing import Final

from ...model.config import Config
from ...model.constraints import ConstraintKind, Violation
from ...model.python import ErrorClass, Module, Named
from ..types.python_types import ERRORS
from .shared_names import SharedNames

_BASES: Final = {
    ConstraintKind.UNIQUE: ("UniqueViolation",),
    ConstraintKind.EXCLUSION: ("ExclusionViolation",),
    ConstraintKind.CHECK: ("CheckViolation",),
    ConstraintKind.CHECK_OPTION: ("WithCheckOptionViolation",),
    ConstraintKind.FOREIGN_KEY: ("ForeignKeyViolation",),
    # PostgreSQL 18 reports what RESTRICT prevents by a code of its own.
    ConstraintKind.RESTRICT_KEY: ("ForeignKeyViolation", "RestrictViolation"),
    ConstraintKind.NOT_NULL: ("NotNullViolation",),
}
"""psycopg's classes of the errors about each kind of constraint."""


def errors_module(names: SharedNames, config: Config) -> Module:
    """Return the module with the classes of all violations; it may be empty."""
    return Module(
        name=ERRORS,
        path=f"{config.output}/errors.py",
        doc="The constraints that the queries can violate.",
        errors=tuple(
            [error_class(violation, name) for violation, name in names.errors.items()]
        ),
    )


def error_class(violation: Violation, name: str) -> ErrorClass:
    """Return the class of the errors about a constraint."""
    return ErrorClass(
        name=name,
        doc="\n".join(_lines(_description(violation))),
        bases=tuple(
            [Named(base, "psycopg.errors", True) for base in _BASES[violation.kind]]
        ),
        reported=violation.reported_as,
    )


def _description(violation: Violation) -> str:
    place = f"{violation.schema}." if violation.is_ambiguous else ""
    return f"{place}{violation.relation}: {violation.definition}"


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
