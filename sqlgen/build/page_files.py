"""A project -> the pages in a folder, which are brought up to date."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from .. import pages, write
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.documentation import DocumentedPlan, QueryPlace
from ..model.output import Change
from ..model.progress import Progress, no_progress
from .documentation import documentation

NO_PLANS: Final[Mapping[QueryPlace, DocumentedPlan]] = MappingProxyType({})


def write_pages(
    config: Config,
    folder: Path,
    *,
    title: str = "",
    plans: Mapping[QueryPlace, DocumentedPlan] = NO_PLANS,
    progress: Progress = no_progress,
) -> tuple[Change, ...]:
    """Bring the pages in *folder* up to date, and return what was changed; paths are relative to it.

    *plans* are shown beside the queries. Only files that sqlgen has made are overwritten or deleted. Raises
    `SqlgenError` if anything is wrong; then no file has changed.
    """
    _check_folder(config, folder)
    write.finish_interrupted(folder)
    shown = replace(documentation(config, title=title, progress=progress), plans=plans)
    progress("writing pages")
    changes = write.changes(
        write.existing_pages(folder),
        pages.pages(shown),
        hint="choose another `--output`",
    )
    if changes:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SqlgenError(
                Diagnostic(
                    code="unwritable",
                    message=f"the folder `{folder}` cannot be made: {error.strerror}",
                    label=None,
                    hint="check who may write in the folder above it",
                )
            ) from None
        write.apply(folder, changes)
    return changes


def _check_folder(config: Config, folder: Path) -> None:
    """Raise `ConfigurationError` where pages would stand among the files of the project or its package."""
    root, place = config.root.resolve(), folder.resolve()
    sources = [
        root / name for name in (config.queries, config.migrations, config.output)
    ]
    for taken in [root, *[source.resolve() for source in sources]]:
        is_within = taken != root and place.is_relative_to(taken)
        if taken.is_relative_to(place) or is_within:
            raise ConfigurationError(
                Diagnostic(
                    code="pages-among-sources",
                    message=f"`{folder}` is no folder for pages: the project has its own files there",
                    label=None,
                    hint="choose another `--output`, such as `sqlgen-pages`",
                )
            )
