"""`sqlgen migrate`: the workflow of migrations."""

import click

from .author import new, verify
from .fill import reset, seed
from .look import check, status
from .mend import baseline, repair
from .run import down, up


class InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names in order."""
        return list(self.commands)


@click.group(cls=InOrder)
def migrate() -> None:
    """Write, apply, revert and look after migrations.

    The database is that of --database-url, else of DATABASE_URL, else `dev` of the
    project's embedded development server, which is started if need be (see `sqlgen db`).
    """


for command in (
    *(new, up, down, status, check),
    *(verify, reset, seed, repair, baseline),
):
    migrate.add_command(command)
