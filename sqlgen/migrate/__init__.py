"""Migration -> a database that has the schema, and a ledger that records it."""

from .api import aapply, apply
from .apply import MigrationRun
from .connection import NOTICE
from .down_mismatch import diagnose_mismatch
from .execute import execute, execute_foreign, execute_script
from .lock import lock_key
from .new import new
from .pending import MigrationPlan, Resume
from .reset import DatabaseToReset, find_database, reset
from .runner import (
    LedgerStatus,
    baseline,
    down,
    dry_run,
    ledger_status,
    repair,
    status,
    up,
)
from .schemas import check_schema
from .seeds import seed
from .server_wide import fit_for_server
from .snapshot import snapshot
from .squash import Squash, squash
from .status import DRIFT, MigrationState, MigrationStatus
from .verify import DownMismatch, verify

__all__ = [
    "DRIFT",
    "NOTICE",
    "DatabaseToReset",
    "DownMismatch",
    "LedgerStatus",
    "MigrationPlan",
    "MigrationRun",
    "MigrationState",
    "MigrationStatus",
    "Resume",
    "Squash",
    "aapply",
    "apply",
    "baseline",
    "check_schema",
    "diagnose_mismatch",
    "down",
    "dry_run",
    "execute",
    "execute_foreign",
    "execute_script",
    "find_database",
    "fit_for_server",
    "ledger_status",
    "lock_key",
    "new",
    "repair",
    "reset",
    "seed",
    "snapshot",
    "squash",
    "status",
    "up",
    "verify",
]
