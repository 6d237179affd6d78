"""A revision in git -> the files of the project at that revision, in a folder of their own.

Git is only asked for objects: nothing is checked out, no filter or hook runs, and neither the index nor the
working tree is touched. What the revision has is data: only regular files are written, below the folder.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.frozen import frozen

_MAIN_BRANCHES: Final = (
    "origin/HEAD",
    "origin/main",
    "origin/master",
    "main",
    "master",
)
"""The branches that are taken for the main one, the first that exists."""
_MOST_BYTES: Final = 256 * 2**20
"""The size of all files of a revision that are read, in bytes."""
_REGULAR: Final = (b"100644", b"100755")
_ENVIRONMENT: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@frozen
class Revision:
    """A commit: its name as the user or a branch gives it, and its hash."""

    name: str
    commit: str

    def __str__(self) -> str:
        """Return what messages call it."""
        short = self.commit[:9]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"


class Repository:
    """The git repository that the folder *root* is in, which need not be its topmost folder.

    Raises `ConfigurationError` where there is none.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        prefix = self._run("rev-parse", "--show-prefix")
        if prefix is None:
            raise _error(
                "no-repository",
                f"`{root.name}` is in no git repository, or git is not installed",
                "run it in a checkout of the project",
            )
        self._prefix = os.fsdecode(prefix.removesuffix(b"\n"))

    def revision(self, name: str | None) -> Revision:
        """Return the commit of that *name*; without one, the last that HEAD shares with the main branch.

        Raises `ConfigurationError` if there is no such commit.
        """
        if name is not None:
            if commit := self._commit(name):
                return Revision(name, commit)
            raise _error(
                "unknown-revision",
                f"git knows no commit `{name}`",
                "fetch it: a shallow clone has only the newest (`fetch-depth: 0` on GitHub)",
            )
        base = os.environ.get("GITHUB_BASE_REF")
        for branch in ([f"origin/{base}"] if base else []) + [*_MAIN_BRANCHES]:
            if self._commit(branch) is None:
                continue
            shared = self._run("merge-base", "HEAD", branch)
            if shared:
                return Revision(branch, shared.decode("ascii").strip())
        raise _error(
            "unknown-revision",
            "there is no main branch that shares a commit with HEAD",
            "name the revision that is deployed: `--from REF`; a shallow clone has only the newest"
            " (`fetch-depth: 0` on GitHub)",
        )

    def write(self, revision: Revision, paths: Sequence[str], folder: Path) -> Path:
        """Write the files at the *paths* below *folder*, and return the project's place there.

        A path is that of a file or folder relative to the project's; of folders, the files whose
        names end in `.sql` are written. Paths that the revision does not have are left out. Raises
        `SqlgenError` for what is no regular file, and for paths outside of the repository.
        """
        root = folder / self._prefix
        root.mkdir(parents=True, exist_ok=True)
        inside = [self._inside(path) for path in paths]
        files = [
            (path, digest)
            for path, digest in self._files(revision, inside)
            if path.endswith(".sql") or path in inside
        ]
        contents = self._contents([digest for _, digest in files])
        for (path, _), content in zip(files, contents, strict=True):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(content)
        return root

    def _inside(self, path: str) -> str:
        """Return the path from the repository's topmost folder."""
        normal = os.path.normpath(f"{self._prefix}{path}").replace(os.sep, "/")
        if normal.startswith("/") or normal.split("/")[0] == "..":
            raise _error(
                "outside-repository",
                f"`{path}` is outside of the git repository, so that its state at another revision"
                " is not known",
                "move it into the repository",
            )
        return normal

    def _files(
        self, revision: Revision, paths: Sequence[str]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the object of each file of the revision below the paths."""
        listing = self._run(
            "ls-tree", "-r", "-l", "-z", "--full-tree", revision.commit, "--", *paths
        )
        size = 0
        for entry in (listing or b"").split(b"\0")[:-1]:
            facts, _, name = entry.partition(b"\t")
            mode, _, digest, length = facts.split()
            path = os.fsdecode(name)
            if not path.endswith(".sql") and path not in paths:
                continue
            parts = PurePosixPath(path).parts
            if mode not in _REGULAR or path.startswith("/") or ".." in parts:
                raise SqlgenError(
                    Diagnostic(
                        code="unreadable",
                        message=f"`{path}` is not a regular file",
                        label=None,
                        hint="compare with a revision that has the file itself",
                    )
                )
            size += int(length)
            if size > _MOST_BYTES:
                raise SqlgenError(
                    Diagnostic(
                        code="unreadable",
                        message=f"the files have more than {_MOST_BYTES >> 20} MB",
                        label=None,
                        hint="compare with another revision",
                    )
                )
            yield path, digest

    def _contents(self, digests: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the contents of objects, in order (git-cat-file, BATCH OUTPUT)."""
        if not digests:
            return
        output = self._run("cat-file", "--batch", given=b"\n".join([*digests, b""]))
        place = 0
        for _ in digests:
            head_end = (output or b"").index(b"\n", place)
            length = int((output or b"")[place:head_end].split()[2])
            yield (output or b"")[head_end + 1 : head_end + 1 + length]
            place = head_end + 1 + length + 1

    def _commit(self, name: str) -> str | None:
        """Return the hash of a commit; None if there is none of that name."""
        if name.startswith("-") or "\0" in name:
            return None
        output = self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return output.decode("ascii").strip() if output else None

    def _run(self, *arguments: str, given: bytes = b"") -> bytes | None:
        """Return the output of git; None if it fails."""
        try:
            process = subprocess.run(
                ["git", "--no-pager", "--literal-pathspecs", *arguments],
                cwd=self._root,
                env={**os.environ, **_ENVIRONMENT},
                input=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return None
        return process.stdout if process.returncode == 0 else None


def _error(code: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(
        Diagnostic(code=code, message=message, label=None, hint=hint)
    )
