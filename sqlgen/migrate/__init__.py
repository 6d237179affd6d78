"""Migration -> a database that has the schema, and a ledger that says so."""

from .execute import execute
from .lock import key
from .pending import Pending
from .runner import baseline, down, dry_run, repair, status, up
from .service import aapply, apply
from .standing import DRIFT, Standing, State
from .upward import Done

__all__ = [
    "DRIFT",
    "Done",
    "Pending",
    "Standing",
    "State",
    "aapply",
    "apply",
    "baseline",
    "down",
    "dry_run",
    "execute",
    "key",
    "repair",
    "status",
    "up",
]
