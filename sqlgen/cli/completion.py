"""`sqlgen completion`: the completion of commands and options in a shell."""

import click
from click.shell_completion import get_completion_class

from .group import main

_VARIABLE = "_SQLGEN_COMPLETE"
"""The environment variable by which the shell asks; click makes the name of that of the program."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes sqlgen's commands and options in SHELL.

    In ~/.bashrc: eval "$(sqlgen completion bash)"

    In ~/.zshrc, below compinit: eval "$(sqlgen completion zsh)"

    For fish: sqlgen completion fish > ~/.config/fish/completions/sqlgen.fish
    """
    made_for = get_completion_class(shell)
    assert made_for is not None
    click.echo(made_for(main, {}, "sqlgen", _VARIABLE).source())
