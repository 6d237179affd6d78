"""Some query files -> their modules, in two steps with the names of what all modules share between them.

    found = next(steps)               # what each file mentions, and what is wrong
    rendered = steps.send(names)      # its files

Each file is a piece of work by itself, so that several processes can do some of them each.
"""

import hashlib
import pickle
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from .. import lockfile, render, translate, write
from ..model.config import Config
from ..model.diagnostic import Diagnostic, attempt
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.source import SourceFile
from ..translate import (
    ModulePath,
    SharedRequirements,
    TranslationContext,
    TypeReferences,
)
from .analysis import Analysed, Findings
from .records import Known, Made


class Analyses(Protocol):
    """Where the analysed queries come from: a server and what is known, or the lock."""

    @property
    def keeps(self) -> bool:
        """Whether what is found out is kept."""

    @property
    def book(self) -> Mapping[str, Known]:
        """What is known of each query file, by its path."""

    def analyse(self, sources: Sequence[SourceFile]) -> Findings:
        """The analysed queries of the files."""

    def carried_over(self, sources: Sequence[SourceFile]) -> Mapping[str, Known]:
        """What is known of those of the files that were analysed under other migrations, and holds."""

    def get_ready(self) -> object:
        """Have all that asking takes, for copies of the process as well."""

    def remember(self, book: Mapping[str, Known]) -> None:
        """Keep what is known by now."""

    def explained(self, diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """All that is wrong, in the order in which it is told."""


@frozen(kw_only=True)
class Job:
    """What there is to do: the query files, and what stands on disk.

    `templates` are the project's own templates of generated code. `migrations` are the up scripts in their order, `disk` the digests of the files below the output
    by their paths, `wanted` the paths of the query files whose mistakes matter.
    """

    config: Config
    sources: Sequence[SourceFile]
    templates: tuple[SourceFile, ...]
    migrations: Sequence[SourceFile]
    disk: Mapping[str, bytes]
    wanted: frozenset[str]
    analyses: Analyses


@frozen
class Share:
    """What a query file has for what all share: what it mentions, and the types in its lock."""

    mentions: TypeReferences
    types: lockfile.TypeTable


@frozen
class Looked:
    """What the first step finds out about a query file."""

    share: Share
    known: Known
    warnings: tuple[Diagnostic, ...] = ()


@frozen
class Found:
    """What the first step finds out about some query files, by their paths, and what is wrong.

    `carried` are the paths of those that are known from before.
    """

    files: Mapping[str, Looked]
    carried: frozenset[str]
    wrong: tuple[Diagnostic, ...]


@frozen
class Names:
    """What the second step must know: the names of what all share, and the places of the modules.

    `more` are the paths of files to do beside those of the first step: what they were made of is
    known, but not there.
    """

    context: TranslationContext
    places: Mapping[str, ModulePath]
    more: frozenset[str]


@frozen
class Rendered:
    """What the second step makes of a query file: its files, and what they claim."""

    path: str
    files: tuple[GeneratedFile, ...]
    claims: SharedRequirements


@frozen
class Done:
    """What the second step makes of some query files, and what is wrong."""

    files: tuple[Rendered, ...]
    wrong: tuple[Diagnostic, ...]


Steps = Generator[Found, Names, Done]


def steps(job: Job, sources: Sequence[SourceFile]) -> Steps:
    """The work on some of the query files."""
    carried = job.analyses.carried_over(sources)
    locked, wrong = _locked(job, [s for s in sources if s.path not in carried])
    found = {one.analysed.file.source.path: _look(one, job) for one in locked}
    found |= {path: known_look(known) for path, known in carried.items()}
    names = yield Found(found, frozenset(carried), wrong)
    more, _ = _locked(job, [s for s in job.sources if s.path in names.more])
    return Done(*attempt(lambda one: _rendered(one, names, job), (*locked, *more)))


def known_look(known: Known) -> Looked:
    """What is known of a file in which nothing is wrong, without looking at it."""
    share: Share = pickle.loads(known.share)
    return Looked(share, known)


def inputs(job: Job, share: Share, context: TranslationContext) -> bytes:
    """Tells apart what a file is translated with, beside its own queries."""
    settings = replace(job.config, root=Path(), server="")
    templates = [(file.path, file.sha384) for file in job.templates]
    facts = (settings, context.literals.of(share.mentions), templates)
    return hashlib.sha256(repr(facts).encode()).digest()


def made(
    rendered: Rendered, looked: Looked, job: Job, context: TranslationContext
) -> Known:
    """What is known of a file now that it is rendered."""
    if not looked.known.share:
        return looked.known
    digests = {file.path: write.digest(file.text) for file in rendered.files}
    found = Made(
        inputs(job, looked.share, context),
        digests,
        pickle.dumps(rendered.claims, pickle.HIGHEST_PROTOCOL),
    )
    return replace(looked.known, made=found)


def verify(files: Sequence[GeneratedFile], job: Job) -> None:
    """Parse the modules that are not on disk: none that is not Python ever gets there.

    Raises `SyntaxError`, which would be a bug in sqlgen.
    """
    for file in files:
        if job.disk.get(file.path) != write.digest(file.text):
            write.verify_syntax(file)


@frozen
class _Locked:
    """A query file that is analysed, its lock, and the types in that."""

    analysed: Analysed
    file: GeneratedFile
    types: lockfile.TypeTable


def _locked(
    job: Job, sources: Sequence[SourceFile]
) -> tuple[list[_Locked], tuple[Diagnostic, ...]]:
    """The query files, analysed, and what is wrong in them."""
    analysed, wrong = job.analyses.analyse(sources)
    found = [
        _Locked(one, *lockfile.query_file(job.config, one.file, one.typed))
        for one in analysed
    ]
    return found, wrong


def _look(locked: _Locked, job: Job) -> Looked:
    analysed = locked.analysed
    share = Share(translate.type_references(analysed.typed), locked.types)
    known = Known(source=analysed.file.source.sha384)
    if job.analyses.keeps:
        is_good = analysed.complete and not analysed.warnings
        known = Known(
            source=known.source,
            analyses=lockfile.pack(analysed.typed),
            answers=analysed.answers,
            share=pickle.dumps(share, pickle.HIGHEST_PROTOCOL) if is_good else b"",
        )
    return Looked(share, known, analysed.warnings)


def _rendered(locked: _Locked, names: Names, job: Job) -> Rendered:
    """The files of a query file: its modules and its lock."""
    analysed = locked.analysed
    path = analysed.file.source.path
    modules, claims = translate.module(
        analysed.file, analysed.typed, names.places[path], names.context
    )
    files = (*(render.module(m, job.templates) for m in modules), locked.file)
    verify(files, job)
    return Rendered(path, files, claims)
