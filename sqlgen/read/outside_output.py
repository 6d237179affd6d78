"""An output folder outside of the project -> whether it says that the project may write there.

Whoever has written a checkout may have written its configuration. So an `output` outside of the project is
taken only if the folder itself names that configuration, in a file that the user has written there.
"""

import os
from pathlib import Path, PurePosixPath
from typing import Final

from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from .project_files import SMALL, ProjectFiles

NAME: Final = ".sqlgen/project"
"""The file in an output folder outside of its project, which names the project's configuration."""


def is_outside(output: str) -> bool:
    """Return whether an output folder is outside of its project."""
    return PurePosixPath(output).parts[0] == ".."


def may_write_output(config: Config) -> bool:
    """Return whether the output is inside of the project, or says that it belongs to it.

    A line of the file `.sqlgen/project` in it must be the path of the configuration, relative to the
    output folder; there may be several, for places where the folders are mounted otherwise.
    """
    if not is_outside(config.output):
        return True
    own = os.path.realpath(config.root / config.file)
    try:
        with ProjectFiles(config.root, (config.output,)) as project:
            content, _ = project.read(f"{config.output}/{NAME}", SMALL)
    except SqlgenError:
        return False
    output = os.path.realpath(config.root / config.output)
    lines = content.decode("utf-8", errors="replace").splitlines()
    return any(
        os.path.realpath(Path(output, line.strip())) == own
        for line in lines
        if line.strip()
    )


def check_output(config: Config) -> None:
    """Raise `ConfigurationError` if the output is outside of the project, and does not belong to it."""
    if may_write_output(config):
        return
    output = os.path.realpath(config.root / config.output)
    name = os.path.relpath(os.path.realpath(config.root / config.file), output)
    raise ConfigurationError(
        Diagnostic(
            code="outside-output",
            message=f"the output `{config.output}` is outside of the project, and does not say that it"
            " belongs to it",
            label=None,
            hint=f"write the line `{PurePosixPath(name)}` into the file `{config.output}/{NAME}`",
        )
    )
