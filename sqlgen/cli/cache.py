"""`sqlgen cache`."""

import shutil
import time
from pathlib import Path

import click

from .. import cache as caches
from ..embedded.clusters import storage
from ..embedded.clusters.storage import StoredFolder
from .console import exit_on_errors


@click.group(invoke_without_command=True)
@click.pass_context
def cache(context: click.Context) -> None:
    """Show what sqlgen keeps outside of projects, and how much that takes.

    All of it can be made again: clusters of the embedded server, copies of its
    programs, and analyses of queries. What is not used goes by itself after a week.
    """
    if context.invoked_subcommand is None:
        folders = stored_folders(context.obj)
        for folder in folders:
            click.echo(line(folder))
        total = sum(folder.size for folder in folders)
        click.echo(f"{size(total)} in {len(folders)} folders")


@cache.command()
@click.pass_obj
def clear(directory: Path) -> None:
    """Delete what no process uses now; the next build takes longer."""
    with exit_on_errors():
        freed = 0
        for folder in stored_folders(directory):
            if delete(folder):
                freed += folder.size
            else:
                click.echo(f"kept {folder.path}: a server runs in it")
        click.echo(f"freed {size(freed)}")


def stored_folders(directory: Path) -> list[StoredFolder]:
    """Return all folders that sqlgen keeps for the user."""
    folders = list(storage.stored_folders())
    analyses = caches.open_store(directory).folder
    if analyses is not None and analyses.exists():
        used = analyses.stat().st_mtime
        bytes_ = storage.folder_size(analyses)
        folders.append(StoredFolder(analyses, "analyses of queries", bytes_, used))
    return folders


def delete(folder: StoredFolder) -> bool:
    """Delete a folder, and return whether it is gone."""
    if folder.content == "analyses of queries":
        shutil.rmtree(folder.path, ignore_errors=True)
        return True
    return storage.delete(folder)


def line(folder: StoredFolder) -> str:
    """Return a folder as a line for people."""
    used = time.strftime("%Y-%m-%d %H:%M", time.localtime(folder.used))
    return f"{size(folder.size):>8}  {used}  {folder.content}  {folder.path}"


def size(number: int) -> str:
    """Return a number of bytes for people: `36 MB`."""
    return f"{number / 2**20:.0f} MB"
