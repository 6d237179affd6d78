"""`sqlgen completion`: the script by which a shell asks for completions; `completed_values` answers."""

import click
from click.shell_completion import get_completion_class

from . import COMPLETION
from .group import main


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands, options and your project's names in SHELL.

    In ~/.bashrc: eval "$(sqlgen completion bash)"

    In ~/.zshrc, below compinit: eval "$(sqlgen completion zsh)"

    For fish: sqlgen completion fish > ~/.config/fish/completions/sqlgen.fish
    """
    made_for = get_completion_class(shell)
    assert made_for is not None
    click.echo(made_for(main, {}, "sqlgen", COMPLETION).source())
