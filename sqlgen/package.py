"""A project's query files -> the files of the generated package and of its lock, as far as they are not there.

Half of the work is done in another process if there is much of it. A query file that has not changed,
under the same names of what all share, is not even parsed.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from . import lock, render, translate
from .elsewhere import Helper, can_help, elsewhere
from .known import Known, is_clean
from .model.diagnostic import Diagnostic, SqlgenError
from .model.frozen import frozen
from .model.output import GeneratedFile
from .model.source import SourceFile
from .translate import Claims, Context, Mentions, Place
from .work import (
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
    book = job.analyses.book
    clean = [s for s in job.sources if is_clean(book.get(s.path), s)]
    looked = {source.path: known_look(book[source.path]) for source in clean}
    todo = [source for source in job.sources if source.path not in looked]
    missing = [s for s in clean if not _is_there(looked[s.path], job)]
    help_ = can_help(sum(map(_queries, (*todo, *missing))))
    if help_ and todo:
        job.analyses.get_ready()
    progress("analysing queries")
    there, here = _halves(todo) if help_ else ([], todo)
    mine = Helper(lambda: steps(job, here))
    with elsewhere(lambda: steps(job, there), help_=help_) as theirs:
        wrong: tuple[Diagnostic, ...] = ()
        for found in (mine.first(), theirs.first()):
            looked |= found.files
            wrong += found.wrong
            clean += [s for s in job.sources if s.path in found.carried]
        wrong = job.analyses.explained(wrong)
        try:
            if errors := of(wrong, job.wanted):
                raise SqlgenError(*errors)
            common = _common(job, looked)
        except SqlgenError:
            job.analyses.remember(_book(job, looked))
            raise
        progress("writing Python")
        again = [s for s in clean if not _is_current(looked[s.path], job, common)]
        again_there, again_here = _halves(again) if help_ else ([], again)
        names = [
            Names(common.context, common.places, frozenset([s.path for s in half]))
            for half in (again_here, again_there)
        ]
        theirs.send(names[1])
        outcomes = (mine.second(names[0]), theirs.second(names[1]))
    rendered = {one.path: one for outcome in outcomes for one in outcome.files}
    known = {
        path: (
            made(rendered[path], one, job, common.context)
            if path in rendered
            else one.known
        )
        for path, one in looked.items()
    }
    try:
        if errors := tuple(error for outcome in outcomes for error in outcome.wrong):
            raise SqlgenError(*job.analyses.explained(errors))
        shared = _shared(job, looked, rendered, common)
    finally:
        job.analyses.remember(known)
    files = {file: path for path, one in rendered.items() for file in one.files}
    return Package(
        files | dict.fromkeys(shared, ""),
        {
            path: digest
            for name, one in looked.items()
            if name not in rendered and one.known.made
            for path, digest in one.known.made.digests.items()
        },
        tuple([w for s in job.sources for w in looked[s.path].warnings]),
        wrong,
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

    mentioned: Mentions
    context: Context
    places: Mapping[str, Place]


def _common(job: Job, looked: Mapping[str, Looked]) -> _Common:
    """Raises `SqlgenError` where a file cannot be a module, or a configured type is none."""
    mentioned = translate.together([looked[s.path].share.mentions for s in job.sources])
    placed = translate.places(job.sources, job.config)
    places = {s.path: place for s, place in zip(job.sources, placed, strict=True)}
    return _Common(mentioned, translate.context_of(mentioned, job.config), places)


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
    locked = lock.schema_file(job.config, job.migrations, types)
    files = [*map(render.module, found), locked]
    verify(files, job)
    return files


def _claims(looked: Looked) -> Claims:
    assert looked.known.made, "only what was made before is not made again"
    claims: Claims = pickle.loads(looked.known.made.claims)
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


def _book(job: Job, looked: Mapping[str, Looked]) -> dict[str, Known]:
    return {source.path: looked[source.path].known for source in job.sources}


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
