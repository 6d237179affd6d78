"""Migration -> a database that has the schema, and a ledger that records it."""

import sys

if sys.platform == "win32":
    raise ImportError(
        "sqlgen.migrate runs on Linux and macOS; on Windows, run the service in WSL or a container"
    )

from ..model.diagnostic import Diagnostic, SqlgenError
from .adaptations.server_wide import fit_for_server
from .api import aapply, apply
from .apply import MigrationRun
from .ledgers.pending import MigrationPlan, Resume
from .ledgers.status import DRIFT, MigrationState, MigrationStatus
from .new import new
from .proofs.down_mismatch import diagnose_mismatch
from .proofs.snapshot import snapshot
from .proofs.squash import Squash, squash
from .proofs.verify import DownMismatch, verify
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
from .scripts.execute import execute, execute_down, execute_foreign, execute_script
from .seeds import seed
from .sessions.connection import NOTICE
from .sessions.lock import lock_key
from .sessions.schemas import check_schema

__all__ = [
    "DRIFT",
    "NOTICE",
    "DatabaseToReset",
    "Diagnostic",
    "DownMismatch",
    "LedgerStatus",
    "MigrationPlan",
    "MigrationRun",
    "MigrationState",
    "MigrationStatus",
    "Resume",
    "SqlgenError",
    "Squash",
    "aapply",
    "apply",
    "baseline",
    "check_schema",
    "diagnose_mismatch",
    "down",
    "dry_run",
    "execute",
    "execute_down",
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
