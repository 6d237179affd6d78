"""Random statements over `schema.sql`, most of which the server accepts.

Every expression is written for a type and a scope, so that the statement is well typed; the rest is
random. The grammar has all constructs that can make something NULL, or prove that it is not.
"""

import re

from tests.soundness.changes import Changes
from tests.soundness.scopes import Scope


class Grammar(Changes):
    """Writes statements."""

    def statement(self) -> str:
        """Return a statement."""
        self.names = 0
        depth = self.chance.choice([1, 2, 2, 3])
        if self.chance.random() < 0.22:
            text = self.change(Scope(depth=depth))[0]
        else:
            text = self.query(Scope(depth=depth, top=True))[0]
        # Not every parameter that was written is used, and the numbers must have no gaps.
        kinds = list(dict.fromkeys(re.findall(r"\$\?::(\w+(?:\[\])?)", text)))
        # The names of arrays begin with those of their elements.
        for kind in sorted(kinds, key=len, reverse=True):
            number = kinds.index(kind) + 1
            text = text.replace(f"$?::{kind}", f"${number}::{kind}")
        return text
