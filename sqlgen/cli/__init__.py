"""The command `sqlgen`: arguments in, text and an exit status out.

Slow imports are made within `run`, which also handles an interruption during them.
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
NOT_ON_WINDOWS: Final = (
    "sqlgen runs on Linux and macOS. On Windows, run it in WSL (Windows Subsystem for Linux);"
    " the generated code itself runs wherever psycopg does."
)
COMPLETION: Final = "_SQLGEN_COMPLETE"
"""The environment variable by which a shell asks for completions; click makes the name of that of the program."""
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def run() -> NoReturn:
    """Run `main` as the script `sqlgen`, and exit.

    Ctrl-C at any moment, an output that nobody reads, and a full disk do not end in a traceback.
    The process ends without Python's clean-up: freeing all objects of a build takes as long as
    writing its files, and the operating system frees the memory anyway.
    """
    if sys.platform == "win32":
        _say(NOT_ON_WINDOWS)
        sys.exit(2)
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
    """Return `main`, the click command, imported when it is first used."""
    if name != "main":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .group import main

    return main


def _run() -> int:
    if COMPLETION in os.environ and _complete():
        return 0
    if _run_without_click(sys.argv[1:]):
        return 0
    import click

    from .group import main

    try:
        return main(standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        # Click raises this for Ctrl-C, and when a question is answered with no.
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        _say("aborted")
        return 1


def _complete() -> bool:
    """Answer a shell that asks for completions; return false if it asks for the script.

    Messages about errors would be printed into the line that the user is writing: there are none.
    """
    shell, _, instruction = os.environ[COMPLETION].partition("_")
    if instruction != "complete":
        return False
    from .completed_values import print_values

    try:
        if not print_values(shell):
            from .group import main

            main(standalone_mode=False)
    except Exception:  # noqa: BLE001 (see above; the command itself will tell)
        return True
    return True


def _run_without_click(arguments: list[str]) -> bool:
    """Run one of the command lines that people and CI wait for most often, without click.

    Returns false for any other command line.
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
    """Return the exit status as Python would; a text is an error message to print."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    _say(str(end.code))
    return 1


def _say(words: str) -> None:
    with contextlib.suppress(OSError):
        print(words, file=sys.stderr)


def _discard_output() -> None:
    """Discard what is left of the output, also when Python flushes it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError):
        os.dup2(null, sys.stdout.fileno())
