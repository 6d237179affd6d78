"""The command `sqlgen`: arguments in, text and an exit status out.

What takes long to import is imported by `run`, which knows what to do when it is interrupted.
"""

import contextlib
import errno
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from .group import main

__all__ = ["main", "run"]

INTERRUPTED: Final = 128 + signal.SIGINT
"""Exit status: the user pressed Ctrl-C."""
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def run() -> NoReturn:
    """What the script `sqlgen` runs: `main`, and whatever may happen to a process besides.

    Neither Ctrl-C at any moment nor an output that nobody reads, or that has no space left, ends
    in a traceback. The process ends at once: to take apart all that a build has made takes Python as
    long as writing it to disk, and the system takes it back anyway.
    """
    try:
        try:
            status = _run()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as end:
        status = _status(end)
    except KeyboardInterrupt:
        status = INTERRUPTED
        _say("interrupted")
    except OSError as error:
        if error.filename or error.errno not in _UNWRITABLE | {errno.EPIPE}:
            raise
        status = 1
        if error.errno != errno.EPIPE:
            _say(f"the output cannot be written: {error.strerror}")
        _discard_output()
    os._exit(status)


def __getattr__(name: str) -> Any:
    """`main`, the command itself, imported when it is asked for."""
    if name != "main":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .group import main

    return main


def _run() -> int:
    if _is_plain(sys.argv[1:]):
        return 0
    import click

    from .group import main

    try:
        return main(standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        # Click makes this of Ctrl-C, and of a question that is answered with no.
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        _say("aborted")
        return 1


def _is_plain(arguments: list[str]) -> bool:
    """Run a command line in which there is nothing for click to make sense of, if it is one.

    Those are what people and CI wait for most often.
    """
    if arguments not in (["build"], ["check"], ["check", "--offline"]):
        return False
    from . import generation

    if arguments == ["build"]:
        generation.run_build(Path())
    else:
        generation.run_check(Path(), offline="--offline" in arguments)
    return True


def _status(end: SystemExit) -> int:
    """What Python itself makes of it: a text is an error that is told."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    _say(str(end.code))
    return 1


def _say(words: str) -> None:
    with contextlib.suppress(OSError):
        print(words, file=sys.stderr)


def _discard_output() -> None:
    """Let what is left of the output go nowhere, also when Python flushes it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError):
        os.dup2(nowhere, sys.stdout.fileno())
