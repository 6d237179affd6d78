"""Names that a user gives -> an error for the first that no query has."""

import difflib
from collections.abc import Collection, Sequence

from ..conninfo import mask_arguments
from ..model.diagnostic import ConfigurationError, Diagnostic


def check_query_names(names: Sequence[str], known: Collection[str]) -> None:
    """Raise `ConfigurationError` for a name that is none of the *known* ones, with the nearest of them."""
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            raise ConfigurationError(
                Diagnostic(
                    code="no-such-query",
                    message=mask_arguments(f"there is no query `{name}`", names),
                    label=None,
                    hint=f"did you mean `{close[0]}`?" if close else "",
                )
            )
