"""Migration -> a database that has the schema, and a ledger that says so."""

from .execute import execute, execute_script
from .lock import key
from .new import new
from .pending import Pending
from .reset import recreate
from .runner import baseline, down, dry_run, repair, status, up
from .seeds import seed
from .api import aapply, apply
from .snapshot import snapshot
from .status import DRIFT, Standing, State
from .down_mismatch import problem
from .apply import Done
from .verify import Unrestored, verify

__all__ = [
    "DRIFT",
    "Done",
    "Pending",
    "Standing",
    "State",
    "Unrestored",
    "aapply",
    "apply",
    "baseline",
    "down",
    "dry_run",
    "execute",
    "execute_script",
    "key",
    "new",
    "problem",
    "recreate",
    "repair",
    "seed",
    "snapshot",
    "status",
    "up",
    "verify",
]
