"""The result of a build, before it is compared with the files on disk."""

from collections.abc import Mapping

from ..model.diagnostic import Diagnostic
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.renamed import Renamed


@frozen
class BuildResult:
    """The files of the generated package and its lock files.

    `files` has those that differ from the files on disk, each with the path of its query file (empty for
    shared files). `digests` are the digests of all files, by path. `warnings` are about the queries;
    `unselected_errors` are errors in query files that the build is not for. `renamed` are the names in each
    of the rendered query files that Python could not take as they are.
    """

    files: Mapping[GeneratedFile, str]
    digests: Mapping[str, bytes]
    warnings: tuple[Diagnostic, ...]
    unselected_errors: tuple[Diagnostic, ...]
    renamed: Mapping[str, tuple[Renamed, ...]]
