"""TypedQuery -> the classes of the errors that its function raises, and what its docstring says of them."""

import textwrap
from collections.abc import Sequence

from ..model.commands import Command
from ..model.constraints import ConstraintKind, Violation
from ..model.frozen import frozen
from ..model.python import Named, RaisedErrors
from ..model.typed import TypedQuery
from . import names
from .shared.context import TranslationContext
from .types.python_types import ERRORS

_WIDTH = 80


@frozen
class DocumentedErrors:
    """The errors of a function, None if there are none, and the lines about them in its docstring."""

    errors: RaisedErrors | None
    doc: str


def raised_errors(
    query: TypedQuery, constant: str, context: TranslationContext
) -> DocumentedErrors:
    """Return the errors of constraints that a query can violate; *constant* is that of its SQL.

    A cursor on the server, as `:stream` has, takes no statement that writes.
    """
    if not context.config.errors or query.query.command is Command.STREAM:
        return DocumentedErrors(None, "")
    classes = [context.names.errors[each] for each in query.violations]
    sentences = [f"Raises {', '.join(classes)}."] if classes else []
    if query.deferred_violations:
        deferred = [f"`{each.name}`" for each in query.deferred_violations]
        sentences.append(f"Only COMMIT checks {_listed(deferred)}.")
    if query.unknown_effects:
        effects = _listed(query.unknown_effects)
        sentences.append(f"{effects[0].upper()}{effects[1:]} may raise other errors.")
    if not sentences:
        return DocumentedErrors(None, "")
    errors = RaisedErrors(
        names.errors_name(constant),
        tuple([Named(name, ERRORS) for name in classes]),
        _caught(query.violations),
    )
    lines = [
        line
        for sentence in sentences
        for line in textwrap.wrap(
            sentence, _WIDTH, break_long_words=False, break_on_hyphens=False
        )
    ]
    return DocumentedErrors(errors if classes else None, "\n".join(lines))


def _caught(violations: Sequence[Violation]) -> tuple[Named, ...]:
    """Return psycopg's classes of the errors; that of a CHECK OPTION is none of `IntegrityError`."""
    is_option = [each.kind is ConstraintKind.CHECK_OPTION for each in violations]
    caught: list[Named] = []
    if not all(is_option):
        caught.append(Named("IntegrityError", "psycopg"))
    if any(is_option):
        caught.append(Named("WithCheckOptionViolation", "psycopg.errors"))
    return tuple(caught)


def _listed(items: Sequence[str]) -> str:
    """Return the items as in a sentence: `a, b and c`."""
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last
