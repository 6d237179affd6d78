"""A cluster in a checkout -> whether this user's sqlgen has made it.

Whoever has written a checkout may have written a cluster into it, whose configuration names programs to run.
So a cluster that we make gets a file with a digest, keyed by a secret that is outside of every checkout.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from typing import Final

from ..account import Account, check_own, make_folder, temporary_folder

_NAME: Final = "made-by"
"""The file beside a cluster's data: a random text, and the digest of it."""
_SECRET: Final = "cluster-secret"
_SECRET_BYTES: Final = 32
_NONCE_LENGTH: Final = 32
_LARGEST: Final = 1024


def register(folder: Path) -> None:
    """Note that the cluster in *folder* is ours; raise `OSError` if no secret can be written."""
    nonce = os.urandom(_NONCE_LENGTH // 2).hex()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(folder / _NAME, flags, 0o600), "w") as file:
        file.write(nonce + _digest(_make_secret(folder), nonce))


def is_registered(folder: Path) -> bool:
    """Return whether this user's sqlgen has made the cluster in *folder*, wherever that was then."""
    try:
        content = _read(folder / _NAME).decode("ascii")
    except (OSError, ValueError):
        return False
    nonce, digest = content[:_NONCE_LENGTH], content[_NONCE_LENGTH:]
    return any(compare_digest(_digest(key, nonce), digest) for key in _secrets(folder))


def _digest(secret: bytes, nonce: str) -> str:
    return blake2b(nonce.encode(), key=secret).hexdigest()


def _secrets(cluster: Path) -> Iterator[bytes]:
    """Yield the secrets of this user: mostly one, more if a folder could not be written to once."""
    for folder in _folders(cluster):
        with suppress(OSError):
            check_own(folder)
            yield _secret_in(folder)


def _make_secret(cluster: Path) -> bytes:
    """Return the user's secret; make one in the first folder that can be written to if there is none."""
    if secret := next(_secrets(cluster), None):
        return secret
    problem = OSError("there is no folder for a secret")
    for folder in _folders(cluster):
        try:
            make_folder(folder, Account.current())
            check_own(folder)
            return _write_secret(folder)
        except OSError as error:
            problem = error
    raise problem


def _write_secret(folder: Path) -> bytes:
    """Return the secret in *folder*, which another process may have just made; else make one."""
    half = folder / f"{_SECRET}.{os.getpid()}"
    half.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(half, flags, 0o600), "wb") as file:
        file.write(os.urandom(_SECRET_BYTES))
    try:
        with suppress(FileExistsError):
            os.link(half, folder / _SECRET)
        with suppress(OSError):
            return _secret_in(folder)
        half.replace(folder / _SECRET)  # others could read it, or it is damaged
        return _secret_in(folder)
    finally:
        half.unlink(missing_ok=True)


def _secret_in(folder: Path) -> bytes:
    secret = _read(folder / _SECRET, secret=True)
    if len(secret) != _SECRET_BYTES:
        raise OSError("it is damaged")
    return secret


def _folders(cluster: Path) -> Iterator[Path]:
    """Yield the folders that may hold the secret: the user's, outside of the cluster's checkout."""
    import platformdirs  # rarely needed

    real = cluster.resolve()
    checkout = next(
        (above for above in real.parents if (above / ".git").exists()), real
    )
    state = platformdirs.user_state_path("sqlgen", appauthor=False)
    for folder in (state, temporary_folder()):
        if folder.is_absolute() and not folder.resolve().is_relative_to(checkout):
            yield folder


def _read(path: Path, *, secret: bool = False) -> bytes:
    """Return the content of a file; raise `OSError` unless it is regular, and with *secret*, private."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a regular file")
        if secret and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            raise OSError("others may use it")
        return file.read(_LARGEST)
