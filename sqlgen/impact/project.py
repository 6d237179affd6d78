"""A project, as it is or as a revision has it -> its settings, scripts and queries."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import read
from ..build.analysis.analyzer import parse_files
from ..build.schema_origin import schema_scripts, schema_sources
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.query import Query
from ..read.revision import Repository, Revision


@frozen
class Project:
    """A project's settings, the scripts that make its schema, and its queries."""

    config: Config
    scripts: tuple[Migration, ...]
    queries: tuple[Query, ...]


def project(config: Config) -> Project:
    """Return the project as it is on disk; raise `SqlgenError` for all that is wrong with its files."""
    scripts = schema_scripts(config, schema_sources(config))
    files, errors = parse_files(read.queries(config))
    if errors:
        raise SqlgenError(*errors)
    queries = tuple([query for file in files for query in file.file.queries])
    return Project(config, scripts, queries)


def project_at(
    config: Config, repository: Repository, revision: Revision
) -> Project | None:
    """Return the project of *config* as the revision has it; None if there is none.

    The server and what is read for it are those of *config*: a revision does not decide what is
    connected to. Raises `SqlgenError` for all that is wrong with its files.
    """
    if config.schema and (config.schema.database or config.schema.command):
        raise ConfigurationError(
            Diagnostic(
                code="schema-from-elsewhere",
                message=f"the schema comes from {config.schema}, so that it is not known"
                f" what it was at {revision}",
                label=None,
                hint="only schemas that files make can be compared: migrations, or a dump",
            )
        )
    with TemporaryDirectory(prefix="sqlgen-") as folder, _at(revision):
        root = repository.write(revision, [config.file], Path(folder))
        if not (root / config.file).is_file():
            return None
        try:
            there = read.config(root / config.file)
        except ConfigurationError as error:
            if any(d.code == "no-configuration" for d in error.diagnostics):
                return None
            raise
        if there.schema and (there.schema.database or there.schema.command):
            raise ConfigurationError(
                Diagnostic(
                    code="schema-from-elsewhere",
                    message=f"the schema came from {there.schema}, so that it is not known"
                    " what it was",
                    label=None,
                    hint="compare with a later revision",
                )
            )
        schema = there.schema
        origin = (schema.dump or schema.folder) if schema else there.migrations
        repository.write(revision, [there.queries, origin], Path(folder))
        beside = os.path.relpath(folder, root)
        deployed = project(replace(there, outside_folders=(beside,)))
    fitted = replace(
        there, root=config.root, server=config.server, extensions=config.extensions
    )
    return replace(deployed, config=fitted)


@contextmanager
def _at(revision: Revision) -> Iterator[None]:
    """Say in errors of the block that they are about the revision."""
    try:
        yield
    except SqlgenError as error:
        diagnostics = [
            replace(d, message=f"at {revision}: {d.message}") for d in error.diagnostics
        ]
        raise type(error)(*diagnostics) from None
