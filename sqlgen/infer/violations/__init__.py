"""An analysed statement -> the constraints that it can violate.

`writes` reads the tree, `effects` the catalog: a write has others in its wake, by foreign keys. `held_constraints`
tells which of them hold in any case. `domain_values` finds the domains whose constraints are checked.
`trigger_bodies` reads the few triggers that can be known.
"""

from .domain_values import domains_in
from .statement import Violations, is_write, violations

__all__ = ["Violations", "domains_in", "is_write", "violations"]
