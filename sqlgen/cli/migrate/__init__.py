"""`sqlgen migrate`: the workflow of migrations, one file a command."""

import click

from .baseline import baseline
from .check import check
from .down import down
from .new import new
from .repair import repair
from .reset import reset
from .risk import risk
from .seed import seed
from .squash import squash
from .status import status
from .up import up
from .verify import verify


class OrderedGroup(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands' names in order."""
        return list(self.commands)


@click.group(cls=OrderedGroup)
def migrate() -> None:
    """Write, apply, revert and inspect migrations.

    The database is that of --database-url, else of DATABASE_URL, else `dev` of the
    project's embedded development server, which is started if need be (see `sqlgen db`).
    """


for command in (
    *(new, up, down, status, check),
    *(risk, verify, reset, seed, repair, baseline, squash),
):
    migrate.add_command(command)
