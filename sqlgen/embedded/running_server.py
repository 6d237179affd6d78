"""A slot -> a server on its cluster, which is made anew where it is damaged.

Whoever asks the server need not know: a cluster that does not start, or whose files are not as the
last server has left them, is replaced by a copy of the pristine one, and if that does not start either,
by a new one of `initdb`.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..model.diagnostic import ServerUnavailableError
from .clusters import integrity
from .clusters.cluster import Slot
from .clusters.pristine import copy_pristine, is_sandboxed, pristine_of
from .processes.postgres import Postgres, unavailable
from .processes.socket_folder import (
    make_socket_folder,
    remove_socket_folder,
    socket_path,
)

_CONFIGURATION: Final = "postgresql.auto.conf"
"""The file in which `ALTER SYSTEM` writes, and which no argument of the server can replace."""

_IDENTITY: Final = "cluster"
"""Where the record of the files has the cluster's identity."""


class EmbeddedServer:
    """A server that sqlgen has started; clients can connect once `wait` has returned.

    `folder` has its files, and what is cached beside them; `sockets` is the folder of its Unix
    socket. `version` is its `server_version_num`. `fingerprint` differs where the same migrations
    may give a different schema, because the server has other programs or extension shims.
    `own_databases` are the names of the databases that sqlgen has made on it. `identity` is the
    cluster's: oids mean something else in another one, although its system identifier is the same.
    `restore`, if there is one, is called before the server stops: it undoes what was done to
    objects that all databases share, and returns whether the cluster may be used again.
    """

    def __init__(
        self,
        slot: Slot,
        fingerprint: str,
        settings: Callable[[], Sequence[tuple[str, str]]],
        *,
        sandboxed: bool,
    ) -> None:
        self.folder: Final = slot.folder
        self.version: Final = slot.binaries.version
        self.fingerprint: Final = fingerprint
        self._slot = slot
        self._settings = settings
        self._sandboxed = sandboxed
        self._is_condemned = False
        self._postgres: Postgres | None = None
        self.own_databases: Final[set[str]] = set()
        self.restore: Callable[[], bool] | None = None
        self._record = integrity.take_record(slot.folder)
        self._is_written = False
        self.identity = self._record.pop(_IDENTITY, "") if self._record else ""
        self.sockets: Path = make_socket_folder(slot.folder, slot.account)
        with suppress(ServerUnavailableError):  # `wait` repairs it
            if not self.identity:
                self._copy(anew=False)
            self._launch()

    @property
    def socket(self) -> Path:
        """Return the path of the Unix socket; `SUPERUSER` connects to it without a password."""
        return socket_path(self.sockets)

    def wait(self) -> None:
        """Wait until clients can connect; make the cluster anew if its server does not start.

        Raises `ServerUnavailableError` if a new one does not start either.
        """
        try:
            return self._wait()
        except ServerUnavailableError:
            pass
        try:
            self.renew()
            return self._wait()
        except ServerUnavailableError:
            self.renew(anew=True)
        return self._wait()

    def is_intact(self, *databases: int) -> bool:
        """Return whether the files of the databases of these oids are as the last server left them."""
        if self._is_written or self._record is None:
            return True  # this process has made them
        names = [integrity.SHARED, *(f"base/{oid}" for oid in databases)]
        try:
            record = integrity.record_of(self.folder, names)
        except OSError:
            return False
        return record.items() <= self._record.items()

    def renew(self, *, anew: bool = False) -> None:
        """Make the cluster anew, and start a server on it.

        With *anew*, the pristine cluster is not trusted either. Raises `ServerUnavailableError` if the
        cluster cannot be made.
        """
        if self._postgres:
            self._postgres.kill()
            self._postgres = None
        self._copy(anew=anew)
        self._launch()

    def note_write(self) -> None:
        """Note that files of databases change, so that they are listed anew at the end."""
        self._is_written = True

    def condemn(self) -> None:
        """Have the cluster made anew at the next start."""
        self._is_condemned = True

    @property
    def is_usable(self) -> bool:
        """Return whether the server still runs, on a cluster that nobody has condemned."""
        running = self._postgres is not None and self._postgres.is_running()
        return running and not self._is_condemned

    def stop(self) -> None:
        """Stop the server; record the files if the cluster may be used again."""
        try:
            may_stay = self.is_usable and (self.restore is None or self.restore())
            stopped = self._postgres is not None and self._postgres.stop()
            if may_stay and stopped:
                with suppress(OSError):
                    self._write_record()
        finally:
            remove_socket_folder(self.sockets, self.folder, self._slot.account)

    def _write_record(self) -> None:
        """Record the files, unless something has changed those that nobody has to change.

        Those are the databases of the pristine cluster, and those that were kept: new ones are made from
        them, and old ones dropped, but none is written to.
        """
        record = self._record
        if self._is_written or record is None:
            record = integrity.record_of(self.folder)
            unchanged = integrity.record_of(pristine_of(self.folder))
            unchanged.pop(integrity.SHARED)
            kept = {
                name: digest
                for name, digest in (self._record or {}).items()
                if name in record and name != integrity.SHARED
            }
            if not unchanged.items() | kept.items() <= record.items():
                return
        integrity.write_record(self.folder, {_IDENTITY: self.identity, **record})

    def _copy(self, *, anew: bool) -> None:
        """Make the cluster a copy of the pristine one, of which nothing is known yet."""
        slot = self._slot
        try:
            copy_pristine(slot.folder, slot.binaries, slot.account, anew=anew)
        except OSError as error:
            raise unavailable(str(error)) from None
        self.identity = os.urandom(16).hex()
        self.own_databases.clear()
        self.restore = None
        self._record, self._is_written, self._is_condemned = None, True, False

    def _wait(self) -> None:
        if self._postgres is None:
            raise unavailable("it cannot be started")
        self._postgres.wait_until_ready()

    def _launch(self) -> None:
        """Start the server on the cluster; its settings are ours, whatever was done to its files."""
        slot = self._slot
        try:
            self._clear_configuration()
            self._postgres = Postgres(
                slot.binaries,
                slot.folder,
                self.sockets,
                slot.account,
                self._settings(),
                self._restriction(),
            )
        except OSError as error:
            raise unavailable(str(error)) from None

    def _restriction(self) -> Callable[[], None] | None:
        """Return what restricts a thread and the server that it starts; None where it cannot be."""
        slot = self._slot
        if not self._sandboxed or not is_sandboxed(slot.folder, slot.binaries):
            return None
        from .restrictions import sandbox

        data = self.folder / "data"
        return lambda: sandbox.restrict_to_server(
            slot.binaries.folder,
            readable=[self.folder],
            writable=[data, self.sockets],
        )

    def _clear_configuration(self) -> None:
        """Forget what `ALTER SYSTEM` has set.

        The folder is the server's user's, who may have put a link to a file of root's there.
        """
        path = self.folder / "data" / _CONFIGURATION
        path.unlink(missing_ok=True)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            self._slot.account.own(opened)
        finally:
            os.close(opened)
