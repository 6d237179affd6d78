"""Migration -> a database that has the schema, and a ledger that says so."""

from .execute import execute, execute_script
from .lock import key
from .new import new
from .pending import Pending
from .recreate import recreate
from .runner import baseline, down, dry_run, repair, status, up
from .seeds import seed
from .service import aapply, apply
from .snapshot import snapshot
from .standing import DRIFT, Standing, State
from .unrestored import problem
from .upward import Done
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
