"""The options that several commands have."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def format_option(function: Function) -> Function:
    """Add `--format text|json|github` to a command that prints diagnostics."""
    option: Callable[[Function], Function] = click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json", "github"]),
        default="text",
        help="How diagnostics are printed.",
    )
    return option(function)


def cache_option(function: Function) -> Function:
    """Add `--no-cache` to a command that analyses queries."""

    def ignore(_: click.Context, __: click.Parameter, wanted: bool) -> None:
        if wanted:
            os.environ["SQLGEN_NO_CACHE"] = "1"

    option: Callable[[Function], Function] = click.option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        callback=ignore,
        help="Analyse everything anew, and keep nothing of it.",
    )
    return option(function)
