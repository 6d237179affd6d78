"""A server's files -> a restriction of its process by the Linux kernel, which SQL cannot lift.

Migrations run as a superuser, since real ones need it: extensions that are not trusted, event triggers,
operator classes, `session_replication_role`. But they come from a checkout that may be a stranger's,
and a superuser may run programs (`COPY … TO PROGRAM`), read and write files, and connect elsewhere
(`dblink`, `postgres_fdw`). The server's process may not, whoever asks it to:

- Landlock (landlock(7), Linux 5.13): it may read PostgreSQL's installation and the system's libraries,
  write its own cluster, and execute nothing but `postgres`; no TCP (6.7), no signals to others (6.12).
- seccomp (`seccomp.py`): it may not connect or send to anything, nor change modes and owners of files.

The restriction is that of a thread, and of the processes that it starts.
"""

import ctypes
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final

from . import seccomp

_EXECUTE: Final = 1 << 0
_READ: Final = 1 << 2 | 1 << 3  # files, folders
_WRITE: Final = 1 << 1 | 1 << 14  # and truncate
_ALL_OF_ABI: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""The rights to files that a version of Landlock's interface knows (linux/landlock.h); 5 adds ioctl."""
_ALL: Final = (1 << 15) - 1
_OF_FILES: Final = _EXECUTE | _WRITE | 1 << 2
"""The rights that a rule about a file may grant."""
_TCP: Final = 0b11  # bind, connect
_SCOPES: Final = 0b11  # abstract Unix sockets, signals

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES: Final = 38

_HEAD: Final = 2**14
"""Bytes of a program in which the linker has put the name of the loader."""

_SYSTEM: Final = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *(
        "/usr/share",
        "/etc/ssl/openssl.cnf",
        "/etc/pki/tls/openssl.cnf",
        "/etc/ld.so.cache",
        "/etc/ld.so.preload",
    ),
    *(
        # Dictionaries and settings to which Debian's and Red Hat's packages link.
        "/var/cache/postgresql/dicts",
        "/etc/crypto-policies",
        "/etc/localtime",
        "/etc/timezone",
        "/nix/store",
        "/gnu/store",
        "/dev/urandom",
        "/dev/random",
    ),
)
"""Libraries, time zones and locales, which contain nothing secret."""


def restrict_to_server(
    folder: Path, *, readable: Iterable[Path], writable: Iterable[Path]
) -> None:
    """Restrict the calling thread, for ever, to what a server needs whose programs are in *folder*.

    It may only read below the paths *readable*, and also write below *writable*. Raises `OSError` if the
    kernel refuses it.
    """
    libc = _libc()
    _check(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    package = folder.parents[1]
    rights = {Path(path): _READ for path in _SYSTEM}
    rights |= dict.fromkeys(readable, _READ)
    rights[folder.parent] = rights[package.with_name(f"{package.name}.libs")] = _READ
    for program in (folder / "postgres", *_loaders(folder / "postgres")):
        rights[program] = _READ | _EXECUTE
    rights |= {Path("/dev/null"): _READ | _WRITE, Path("/dev/zero"): _READ | _WRITE}
    rights |= dict.fromkeys(writable, _ALL & ~_EXECUTE)
    _restrict_files(libc, rights)
    if filter_ := seccomp.filter_of_this_machine():
        seccomp.set_filter(libc, filter_, _check)


def can_start(folder: Path) -> bool:
    """Return whether the kernel can restrict a server, and one that is restricted finds its libraries."""
    if sys.platform != "linux" or _abi(_libc()) < 1:
        return False
    outcome: list[int] = []

    def run() -> None:
        with suppress(OSError):
            restrict_to_server(folder, readable=(), writable=())
            command = (str(folder / "postgres"), "--version")
            outcome.append(
                subprocess.run(command, capture_output=True, check=False).returncode
            )

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return outcome == [0]


def _loaders(program: Path) -> tuple[Path, ...]:
    """Return the path of the loader that an ELF program names, such as /lib64/ld-linux-x86-64.so.2."""
    with program.open("rb") as file:
        match = re.search(rb"\0(/[^\0]*/ld[^/\0]*)\0", file.read(_HEAD))
    return (Path(os.fsdecode(match[1])),) if match else ()


def _restrict_files(libc: ctypes.CDLL, rights: Mapping[Path, int]) -> None:
    abi = _abi(libc)
    known = _ALL_OF_ABI.get(abi, _ALL | (1 << 15 if abi >= 5 else 0))
    attributes = struct.pack(
        "=QQQ", known, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _check(libc.syscall(_CREATE_RULESET, attributes, size, 0))
    try:
        for path, granted in rights.items():
            if not path.exists():
                continue
            of_path = granted & known & (-1 if path.is_dir() else _OF_FILES)
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", of_path, opened)
                _check(libc.syscall(_ADD_RULE, ruleset, 1, rule, 0))
            finally:
                os.close(opened)
        _check(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _abi(libc: ctypes.CDLL) -> int:
    """Return the version of Landlock's interface, below 1 if there is none."""
    return int(libc.syscall(_CREATE_RULESET, None, 0, 1))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
