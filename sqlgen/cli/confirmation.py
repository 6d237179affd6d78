"""The option `--yes`, and the question that it answers."""

import sys

import click

from ..model.diagnostic import ConfigurationError, Diagnostic

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def confirm(question: str, *, yes: bool) -> None:
    """Ask *question* on the terminal, unless *yes*.

    Raises `click.Abort` if the answer is no, and `ConfigurationError` if there is no terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(
            Diagnostic(
                code="needs-confirmation",
                message="this needs confirmation, and there is no terminal to ask on",
                label=None,
                hint="use `--yes` if you are sure",
            )
        )
    click.confirm(question, abort=True, err=True)
