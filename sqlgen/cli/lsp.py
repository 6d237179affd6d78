"""`sqlgen lsp`."""

import os
import sys
from pathlib import Path

import click

from ..lsp.session.serving import serve
from .console import collect_garbage_less, configuration, exit_on_errors


@click.command()
@click.option(
    "--stdio",
    is_flag=True,
    help="Talk over standard input and output, which is the only way; editors add it.",
)
@click.pass_obj
def lsp(directory: Path, stdio: bool) -> None:
    """Serve an editor: errors as you type, types on hover, completion, renaming.

    Your editor starts this command, and talks to it over standard input and output
    (the Language Server Protocol). `sqlgen help editors` tells how to set it up.
    """
    del stdio
    collect_garbage_less()
    with exit_on_errors():
        # Other output must not get between the messages.
        output = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        only = directory if directory.is_file() else None
        status = serve(configuration, only, sys.stdin.fileno(), output)
    raise SystemExit(status)
