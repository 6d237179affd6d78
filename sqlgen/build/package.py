"""A project's query files -> the files of the generated package and of its lock, as far as they are not there.

Half of the work is done in another process if there is much of it. A query file that has not changed,
under the same names of what all share, is not even parsed.
"""

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from .. import lockfile, render, translate
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.source import SourceFile
from ..translate import (
    ModulePath,
    SharedRequirements,
    TranslationContext,
    TypeReferences,
)
from .records import Known, is_clean
from .tasks import (
    Done,
    Found,
    Job,
    Looked,
    Names,
    Rendered,
    inputs,
    known_look,
    made,
    steps,
    verify,
)
from .worker import Helper, can_help, elsewhere

Progress = Callable[[str], None]

_HEADER: Final = "-- name:"


@frozen
class Package:
    """What a package is made of.

    `files` are those that were made, each with its query file (or nothing). `kept` are the digests
    of those that are there already, by their paths. `warnings` are about the queries; `wrong` is
    what is wrong in files that nobody wants.
    """

    files: Mapping[GeneratedFile, str]
    kept: Mapping[str, bytes]
    warnings: tuple[Diagnostic, ...]
    wrong: tuple[Diagnostic, ...]


def package(job: Job, progress: Progress) -> Package:
    """The files of a package.

    Raises `SqlgenError` for mistakes in the wanted files, and for all that keeps any module from
    being made.
    """
    before = _from_before(job)
    here, there, help_ = _divided(job, before)
    if help_ and (here or there):
        job.analyses.get_ready()
    progress("analysing queries")
    with elsewhere(lambda: steps(job, there), help_=help_) as theirs:
        halves = Helper(lambda: steps(job, here)), theirs
        looked, known, wrong = _look(halves, before)
        wrong = job.analyses.explained(wrong)
        try:
            if errors := of(wrong, job.wanted):
                raise SqlgenError(*errors)
            common = _common(job, looked)
        except SqlgenError:
            job.analyses.remember({path: one.known for path, one in looked.items()})
            raise
        progress("writing Python")
        again = [
            source
            for source in job.sources
            if source.path in known
            and not _is_current(looked[source.path], job, common)
        ]
        rendered, mistakes = _render(halves, again, common, help_=help_)
    try:
        if mistakes:
            raise SqlgenError(*job.analyses.explained(tuple(dict.fromkeys(mistakes))))
        shared = _shared(job, looked, rendered, common)
    finally:
        book = {
            path: _noted(one, rendered.get(path), job, common)
            for path, one in looked.items()
        }
        job.analyses.remember(book)
    files = {file: path for path, one in rendered.items() for file in one.files}
    kept = [one.known.made for path, one in looked.items() if path not in rendered]
    return Package(
        files=files | dict.fromkeys(shared, ""),
        kept={p: d for made in kept if made for p, d in made.digests.items()},
        warnings=tuple([w for s in job.sources for w in looked[s.path].warnings]),
        wrong=wrong,
    )


def of(
    diagnostics: Sequence[Diagnostic], wanted: frozenset[str]
) -> tuple[Diagnostic, ...]:
    """The diagnostics about the *wanted* files, and those about none."""
    return tuple(
        d for d in diagnostics if not d.label or d.label.span.source.path in wanted
    )


@frozen
class _Common:
    """What all query files have in common, once each has been looked at."""

    mentioned: TypeReferences
    context: TranslationContext
    places: Mapping[str, ModulePath]


# --- the two steps, here and elsewhere ---------------------------------------------------------


Half = Helper[Found, Names, Done]


def _from_before(job: Job) -> dict[str, Looked]:
    """What is known of the files that are as they were, by their paths."""
    book = job.analyses.book
    return {
        source.path: known_look(known)
        for source in job.sources
        if (known := book.get(source.path)) and is_clean(known, source)
    }


def _divided(
    job: Job, before: Mapping[str, Looked]
) -> tuple[list[SourceFile], list[SourceFile], bool]:
    """The files to be analysed here, those for the helper, and whether there is one."""
    todo = [s for s in job.sources if s.path not in before]
    gone = [
        s
        for s in job.sources
        if s.path in before and not _is_there(before[s.path], job)
    ]
    help_ = can_help(sum(map(_queries, (*todo, *gone))))
    there, here = _halves(todo) if help_ else ([], todo)
    return here, there, help_


def _look(
    halves: Iterable[Half], before: Mapping[str, Looked]
) -> tuple[dict[str, Looked], frozenset[str], tuple[Diagnostic, ...]]:
    """The first step: every file by its path, those that need not be made again, and mistakes."""
    looked, known = dict(before), frozenset(before)
    wrong: tuple[Diagnostic, ...] = ()
    for half in halves:
        found = half.first()
        looked |= found.files
        known |= found.carried
        wrong += found.wrong
    return looked, known, wrong


def _render(
    halves: tuple[Half, Half],
    again: Sequence[SourceFile],
    common: _Common,
    *,
    help_: bool,
) -> tuple[dict[str, Rendered], tuple[Diagnostic, ...]]:
    """The second step, for known files to do *again* as well: what is made, by path, and mistakes."""
    there, here = _halves(again) if help_ else ([], again)
    names = [
        Names(common.context, common.places, frozenset([s.path for s in more]))
        for more in (here, there)
    ]
    halves[1].send(names[1])
    done = [half.second(name) for half, name in zip(halves, names, strict=True)]
    return (
        {one.path: one for half in done for one in half.files},
        tuple([mistake for half in done for mistake in half.wrong]),
    )


# --- what all files have in common -------------------------------------------------------------


def _common(job: Job, looked: Mapping[str, Looked]) -> _Common:
    """Raises `SqlgenError` where a file cannot be a module, or a configured type is none."""
    mentioned = translate.merge_references(
        [looked[s.path].share.mentions for s in job.sources]
    )
    placed = translate.module_paths(job.sources, job.config)
    places = {s.path: place for s, place in zip(job.sources, placed, strict=True)}
    return _Common(
        mentioned, translate.translation_context(mentioned, job.config), places
    )


def _shared(
    job: Job,
    looked: Mapping[str, Looked],
    rendered: Mapping[str, Rendered],
    common: _Common,
) -> list[GeneratedFile]:
    """The files that are of no query file. Raises `SqlgenError` where two of them do not agree."""
    claims = [
        rendered[s.path].claims if s.path in rendered else _claims(looked[s.path])
        for s in job.sources
    ]
    found = translate.shared_files(
        common.mentioned,
        claims,
        list(common.places.values()),
        common.context,
        job.sources,
    )
    types = [looked[source.path].share.types for source in job.sources]
    locked = lockfile.schema_file(job.config, job.migrations, types)
    files = [*(render.module(file, job.templates) for file in found), locked]
    verify(files, job)
    return files


def _claims(looked: Looked) -> SharedRequirements:
    assert looked.known.made, "only what was made before is not made again"
    claims: SharedRequirements = pickle.loads(looked.known.made.claims)
    return claims


def _is_there(looked: Looked, job: Job) -> bool:
    """Whether what was made of a file is still on disk."""
    known = looked.known.made
    return known is not None and all(
        job.disk.get(path) == digest for path, digest in known.digests.items()
    )


def _is_current(looked: Looked, job: Job, common: _Common) -> bool:
    """Whether what is on disk is what would be made of a file now."""
    known = looked.known.made
    return (
        known is not None
        and _is_there(looked, job)
        and known.inputs == inputs(job, looked.share, common.context)
    )


def _noted(
    looked: Looked, rendered: Rendered | None, job: Job, common: _Common
) -> Known:
    """What is now known of a file."""
    return made(rendered, looked, job, common.context) if rendered else looked.known


def _queries(source: SourceFile) -> int:
    """About how many queries a file has."""
    return source.text.count(_HEADER) or 1


def _halves(
    sources: Sequence[SourceFile],
) -> tuple[list[SourceFile], list[SourceFile]]:
    """The sources in two parts that are about as much work."""
    half = sum(map(_queries, sources)) / 2
    first: list[SourceFile] = []
    rest = list(sources)
    done = 0
    while rest and done < half:
        done += _queries(rest[0])
        first.append(rest.pop(0))
    return first, rest
