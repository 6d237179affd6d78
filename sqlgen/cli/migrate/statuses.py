"""The statuses of migrations, as `status` and `check` read and print them."""

from pathlib import Path
from typing import Any, Final

from ... import migrate
from ...migrate import MigrationState, MigrationStatus, project
from ..console import Progress, configuration, exit_on_errors

PENDING: Final = frozenset({MigrationState.PENDING, MigrationState.STOPPED})
"""The states of the migrations that `up` runs."""


def read_statuses(
    directory: Path, url: str | None, name: str | None, format_: str
) -> tuple[MigrationStatus, ...]:
    """Return the status of each migration; on an error, print it and exit."""
    with exit_on_errors(format_), Progress() as progress:
        config = configuration(directory)
        target = project.target(config, url, name, progress=progress)
        return migrate.status(
            target.conninfo, project.migrations(config), table=config.migrate.table
        )


def status_json(status: MigrationStatus) -> dict[str, Any]:
    """Return a migration and its state as JSON documents have them."""
    applied, migration = status.applied, status.migration
    return {
        "version": status.version,
        "description": status.description,
        "state": status.state.name.lower().replace("_", "-"),
        "file": migration.up.path if migration else None,
        "reversible": bool(migration and migration.down),
        "installed_on": applied.installed_on.isoformat() if applied else None,
        "seconds": (
            applied.execution_time / 1e9
            if applied and applied.execution_time > 0
            else None
        ),
    }
