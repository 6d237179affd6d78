"""The statuses of migrations, as `status` and `check` read and print them."""

from pathlib import Path
from typing import Any, Final

from ... import migrate
from ...migrate import LedgerStatus, MigrationState, MigrationStatus, project
from ..console import Progress, exit_on_errors
from .schemas import chosen_schemas
from .target import migrated_project

PENDING: Final = frozenset({MigrationState.PENDING, MigrationState.STOPPED})
"""The states of the migrations that `up` runs."""


def read_statuses(
    directory: Path,
    url: str | None,
    name: str | None,
    schemas: tuple[str, ...],
    format_: str,
) -> tuple[tuple[str | None, LedgerStatus], ...]:
    """Return the statuses by the ledger of each schema (`None`: the search path's).

    On an error, print it and exit.
    """
    with exit_on_errors(format_), Progress() as progress:
        config = migrated_project(directory)
        chosen = chosen_schemas(config, schemas) or (None,)
        target = project.target(config, url, name, progress=progress)
        migrations = project.migrations(config)
        return tuple(
            (
                schema,
                migrate.ledger_status(
                    target.conninfo,
                    migrations,
                    table=config.migrate.table,
                    schema=schema,
                ),
            )
            for schema in chosen
        )


def schema_json(schema: str | None, status: LedgerStatus) -> dict[str, Any]:
    """Return which ledger of which schema was read, as JSON documents have it."""
    ledger = str(status.ledger) if status.ledger else None
    return ({"schema": schema} if schema else {}) | {"ledger": ledger}


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
