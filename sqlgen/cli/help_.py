"""`sqlgen help`."""

import sys

import click

from ..model.diagnostic import nearest
from . import manual
from .console import is_coloured


@click.command("help")
@click.argument("page", required=False)
@click.argument("section", nargs=-1)
@click.pass_context
def help_(ctx: click.Context, page: str | None, section: tuple[str, ...]) -> None:
    """Print a page of the documentation, which is installed with sqlgen.

    Without PAGE, the pages are listed. SECTION is a part of the page, by words of its
    heading: `sqlgen help queries nested rows`. PAGE may be a command, too, or a word of
    the headings that you look for.
    """
    if page is None:
        width = max(map(len, manual.PAGES))
        for name, title in manual.PAGES.items():
            click.echo(f"{name:{width}}  {title}")
        click.echo("\nRead one: sqlgen help PAGE [SECTION]. Commands: sqlgen --help")
        return
    name = page.lower().removesuffix(".md")
    if name not in manual.PAGES:
        from .group import COMMANDS  # which imports this module when it needs it

        if page not in COMMANDS and _print_places(" ".join((page, *section))):
            return
        _print_command(ctx, page, section)
        return
    text = manual.page(name)
    if section:
        part = manual.matching(text, " ".join(section))
        if part is None:
            titles = "".join(f"\n  {one.title}" for one in manual.sections(text))
            message = f"the page `{name}` has no section of that name; it has:{titles}"
            raise click.BadParameter(message, param_hint="SECTION")
        text = part.text
    _print(text)


def _print_places(words: str) -> bool:
    """Print how to read each section whose title has the *words*; return false if there is none."""
    places = manual.found_sections(words)
    for place in places:
        click.echo(f"sqlgen help {place}")
    return bool(places)


def _print_command(ctx: click.Context, name: str, words: tuple[str, ...]) -> None:
    """Print the help of a command, or of one within it: `migrate up`."""
    from .group import main  # which imports this module when it needs it

    context = ctx.find_root()
    command: click.Command = main
    for word in (name, *words):
        inner = (
            command.get_command(context, word)
            if isinstance(command, click.Group)
            else None
        )
        if inner is None:
            near = nearest(name, [*manual.PAGES, *main.list_commands(context)])
            guess = f"; did you mean `{near}`?" if near else ""
            raise click.BadParameter(
                f"there is no page and no command `{' '.join((name, *words))}`{guess or ';'}"
                " `sqlgen help` lists the pages",
                param_hint="PAGE",
            )
        command = inner
        context = click.Context(command, info_name=word, parent=context)
    click.echo(command.get_help(context))


def _print(text: str) -> None:
    """Print Markdown: formatted, a screen at a time, on a terminal, else as it is."""
    if not sys.stdout.isatty():
        click.echo(text.rstrip())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(no_color=not is_coloured(sys.stdout))
    with console.capture() as capture:
        console.print(Markdown(text, hyperlinks=False))
    click.echo_via_pager(capture.get(), color=is_coloured(sys.stdout))
