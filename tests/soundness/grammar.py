"""Random statements over `schema.sql`, most of which the server accepts.

Every expression is made for a type and a scope, so that what comes out is well typed; what is said
with it is left to chance. Whatever may prove or disprove that something is NULL has its place.
"""

import re

from tests.soundness.changes import Changes
from tests.soundness.scopes import Scope


class Grammar(Changes):
    """Makes statements."""

    def statement(self) -> str:
        """One statement."""
        self.names = 0
        depth = self.chance.choice([1, 2, 2, 3])
        if self.chance.random() < 0.22:
            text = self.change(Scope(depth=depth))[0]
        else:
            text = self.query(Scope(depth=depth, top=True))[0]
        # Not all that has been made is used, and numbers may have no gaps.
        kinds = list(dict.fromkeys(re.findall(r"\$\?::(\w+)", text)))
        for number, kind in enumerate(kinds, 1):
            text = text.replace(f"$?::{kind}", f"${number}::{kind}")
        return text
