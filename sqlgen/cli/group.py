"""The commands of `sqlgen`, each imported when it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from ..conninfo import mask_arguments

COMMANDS: Final = {
    "init": "Scaffold the configuration, the folders and a first query.",
    "build": "Generate the typed functions of all queries.",
    "check": "Tell whether the generated code is current; write nothing.",
    "watch": "Build at every save.",
    "lsp": "Serve an editor: errors, types, completion and more.",
    "describe": "Show each query's types, nullability and the reason of each.",
    "where": "Show the query or migration that something generated comes from.",
    "docs": "Write pages about the queries and the schema.",
    "scaffold": "Write a file of queries for a table, to start from.",
    "import": "Write the queries of another tool's project in sqlgen's words.",
    "impact": "Tell what migrations break in the deployed code, and what to deploy first.",
    "plans": "Tell which conditions no index serves, and which indexes no query uses.",
    "templates": "Copy the templates of the generated code, to change them.",
    "migrate": "Write, apply, revert and check migrations.",
    "doctor": "Tell what a database means for your migrations and generated code.",
    "cache": "Show, or clear, what is kept outside of projects.",
    "db": "Manage the project's embedded development server.",
    "help": "Print the documentation, a page or a section.",
    "completion": "Print the script that completes command lines in bash, zsh or fish.",
}
"""The commands in the order in which a newcomer needs them; a module of this package each.

A module is imported when its command runs, so that `sqlgen --help` is quick.
"""


class Commands(click.Group):
    """A group whose commands are imported when they are used.

    Click quotes arguments that it does not understand: never those that may have a password.
    """

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments before the command; keep all of them for messages."""
        self._arguments = tuple(args)
        with self._without_secrets():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the command's own arguments, and run it."""
        with self._without_secrets():
            return super().invoke(ctx)

    @contextmanager
    def _without_secrets(self) -> Iterator[None]:
        try:
            yield
        except click.ClickException as error:
            message = mask_arguments(error.message, self._arguments)
            if message == error.message:
                raise
            context = getattr(error, "ctx", None)
            raise click.UsageError(message, context) from None

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        # Modules are not called as keywords and functions of Python are.
        name = f"{cmd_name}_" if cmd_name in ("import", "help") else cmd_name
        module = import_module(f".{name}", __package__)
        command = getattr(module, name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begin with; suggest the nearest for a misspelt one."""
        if args[0] not in COMMANDS and args[0][:1].isalpha():
            import difflib  # rarely needed

            within = self._within_a_group(ctx, args[0])
            near = within or difflib.get_close_matches(args[0].lower(), COMMANDS, n=1)
            guess = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"unknown command `{args[0]}`{guess}")
        return super().resolve_command(ctx, args)

    def _within_a_group(self, ctx: click.Context, name: str) -> list[str]:
        """Return the commands of that name that other commands have: `migrate up` for `up`."""
        groups = {group: self.get_command(ctx, group) for group in COMMANDS}
        return [
            f"{group} {name}"
            for group, command in groups.items()
            if isinstance(command, click.Group) and name in command.commands
        ]

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the distribution's version and exit, if *wanted*."""
    if wanted:
        from importlib import metadata  # slow, and for this alone

        click.echo(f"sqlgen {metadata.version('sqlgen-postgres')}")
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--directory",
    "-C",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Work as if started in this folder.",
)
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration, if not in pyproject.toml: for a second database.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Show the version and exit.",
)
@click.pass_context
def main(ctx: click.Context, directory: Path, file: Path | None) -> None:
    """Typed Python functions from SQL queries, their types proved by PostgreSQL."""
    ctx.obj = directory
    if file is not None:
        ctx.obj = directory / file
        if not ctx.obj.is_file():
            ctx.fail(f"`{file}` is not a file")
        if ctx.invoked_subcommand in ("init", "cache"):
            ctx.fail(f"`{ctx.invoked_subcommand}` takes no `--config`")
