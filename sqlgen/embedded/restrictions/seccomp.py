"""A machine -> the filter of system calls under which a server runs (seccomp(2)).

A superuser can write a library into the cluster and load it. So the filter is for code of any kind, and
is about all that Landlock does not restrict: connections, and the modes, owners and attributes of files.
"""

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Final

_SET_SECCOMP, _SECCOMP_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h

_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""By machine, its number in linux/audit.h."""

_Numbers = tuple[int | None, int | None]
"""The number of a system call on x86-64 and on ARM64, None where it does not exist."""

_REFUSED: Final[Mapping[str, _Numbers]] = {
    "connect": (42, 203),
    # Its requests connect as well, and no filter sees them.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    # The user's keys, such as Kerberos tickets.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Namespaces, in which a user has privileges of root's.
    "unshare": (272, 97),
    "setns": (308, 268),
}
"""The system calls that fail with EACCES."""

_IGNORED: Final[Mapping[str, _Numbers]] = {
    # The server sets the mode of its socket, which the umask and the folder keep from others anyway.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
}
"""The system calls that do nothing, and do not fail."""

_MISSING: Final[Mapping[str, _Numbers]] = {"clone3": (435, 435)}
"""The system call that fails with ENOSYS: its arguments cannot be read, and the C library calls `clone` instead."""

_CLONE: Final[_Numbers] = (56, 220)
_NAMESPACES: Final = 0x7E020000  # CLONE_NEW… in linux/sched.h
_SOCKETS: Final[tuple[_Numbers, ...]] = ((41, 198), (53, 199))  # socket, socketpair
_UNIX, _STREAM, _TYPE_MASK = 1, 1, 0xF

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06  # linux/bpf_common.h
_EQUAL, _AT_LEAST, _ANY_BIT = 0x15, 0x35, 0x45
_ARCHITECTURE, _NUMBER, _FIRST, _SECOND = 4, 0, 16, 24  # struct seccomp_data
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000  # SECCOMP_RET_…

_Step = tuple[int, int, str | None, str | None] | str
"""An operation, its constant, and the labels where it goes if true and if not; or a label."""


def filter_of_this_machine() -> bytes:
    """Return the filter, empty for machines whose numbers of system calls are not known."""
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None or sys.maxsize < 2**32:
        return b""
    column = list(_ARCHITECTURES).index(platform.machine())

    def go(numbers: Iterable[_Numbers], label: str) -> list[_Step]:
        known = [number for pair in numbers if (number := pair[column]) is not None]
        return [(_EQUAL, number, label, None) for number in known]

    return _assembled(
        [
            (_LOAD, _ARCHITECTURE, None, None),
            (_EQUAL, architecture, None, "refused"),
            (_LOAD, _NUMBER, None, None),
            (_AT_LEAST, 0x40000000, "refused", None),  # another interface of x86-64
            *go(_REFUSED.values(), "refused"),
            *go(_IGNORED.values(), "ignored"),
            *go(_MISSING.values(), "missing"),
            *go([_CLONE], "clone"),
            *go(_SOCKETS, "socket"),
            "allowed",
            (_RETURN, _ALLOW, None, None),
            "clone",
            (_LOAD, _FIRST, None, None),
            (_ANY_BIT, _NAMESPACES, "refused", "allowed 2"),
            "socket",
            (_LOAD, _FIRST, None, None),
            (_EQUAL, _UNIX, None, "refused"),
            (_LOAD, _SECOND, None, None),
            (_AND, _TYPE_MASK, None, None),
            # Datagrams are sent without a connection.
            (_EQUAL, _STREAM, None, "refused"),
            "allowed 2",
            (_RETURN, _ALLOW, None, None),
            "refused",
            (_RETURN, _FAIL | errno.EACCES, None, None),
            "ignored",
            (_RETURN, _FAIL, None, None),
            "missing",
            (_RETURN, _FAIL | errno.ENOSYS, None, None),
        ]
    )


def set_filter(
    libc: ctypes.CDLL, filter_: bytes, check: Callable[[int], object]
) -> None:
    """Set the filter for the calling thread, and the processes that it starts."""
    content = ctypes.create_string_buffer(filter_, len(filter_))
    address = ctypes.addressof(content)
    program = struct.pack("@HP", len(filter_) // 8, address)  # struct sock_fprog
    check(libc.prctl(_SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0))


def _assembled(steps: Iterable[_Step]) -> bytes:
    """Return the program; jumps lead forward, by the number of steps that they skip."""
    instructions: list[tuple[int, int, str | None, str | None]] = []
    places: dict[str, int] = {}
    for step in steps:
        if isinstance(step, str):
            places[step] = len(instructions)
        else:
            instructions.append(step)

    def skip(label: str | None, here: int) -> int:
        return 0 if label is None else places[label] - here - 1

    return b"".join(
        struct.pack("=HBBI", operation, skip(true, n), skip(false, n), constant)
        for n, (operation, constant, true, false) in enumerate(instructions)
    )
