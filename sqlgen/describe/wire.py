"""A connection to a server of our own that describes statements: PostgreSQL's protocol, no driver.

A driver takes longer to import (0.1 s) than a server to start and answer, which is most of what
somebody waits for who has changed one query. Describing needs little of the protocol (manual, chapter
55): a start-up without a password through a socket of ours, Parse, Describe and Sync, and a simple
query now and then. Whatever is more than that, and every server that is not our own, is psycopg's.
"""

import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .responses import TREE, ParsedStatement, Response, StatementError, WireColumn

_VERSION: Final = 3 << 16
"""The protocol's version 3.0, which all supported servers speak."""
_TREE_SENT: Final = b"M" + TREE + b"\0D"
"""A notice's message and the start of its detail, fields that follow each other (`send_message_to_frontend`
in utils/error/elog.c)."""
_CHUNK: Final = 1 << 18
_DESCRIBE: Final = b"D\0\0\0\x06S\0"
_SYNC: Final = b"S\0\0\0\x04"
_EMPTY: Final = b"\0\0"

_int16 = Struct("!h")
_int32 = Struct("!i")
_column = Struct("!ihihih")
"""Of RowDescription: table, attribute number, type, its length, its modifier, the format."""

Message = tuple[int, bytes]
"""A message's kind and its content."""

_NO_DATABASE: Final = "3D000"
"""invalid_catalog_name"""


class NoSuchDatabaseError(Exception):
    """The server has no database of that name."""


class WireConnection:
    """A session on the database, which sends the tree of each statement that it parses.

    Raises `NoSuchDatabaseError` where there is none of that name, and `ServerUnavailableError`, at
    any time, where the server is gone.
    """

    def __init__(self, path: Path, user: str, database: str, options: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
            self._socket.setblocking(False)
            self._start(user, database, options)
        except OSError as error:
            self.close()
            raise _gone(error.strerror or str(error)) from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "WireConnection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session."""
        self._socket.close()

    def describe(self, statements: Sequence[str]) -> tuple[Response, ...]:
        """The server's answers, in order; each statement is a transaction of its own."""
        return tuple(self.answers(statements))

    def answers(self, statements: Sequence[str]) -> Iterator[Response]:
        """The same one after the other, while the server is at those that follow.

        All must be taken before anything else is asked.
        """
        sent = b"".join([_parse(text) + _DESCRIBE + _SYNC for text in statements])
        tree, refused = b"", b""
        parameters: tuple[int, ...] = ()
        columns: tuple[WireColumn, ...] = ()
        for kind, body in self._exchange(sent, len(statements)):
            if kind == 78:  # N: the first tree is that of Parse
                tree = tree or _tree(body)
            elif kind == 116:  # t
                parameters = _parameters(body)
            elif kind == 84:  # T
                columns = _columns(body)
            elif kind == 69:  # E
                refused = body
            elif kind == 90:  # Z
                yield (
                    _refused(_fields(refused))
                    if refused
                    else ParsedStatement(parameters, columns, tree)
                )
                tree, refused, parameters, columns = b"", b"", (), ()

    def query(self, statement: str) -> list[tuple[str, ...]]:
        """What a simple query of ours gives, as text, a NULL as an empty one."""
        text = statement.encode() + b"\0"
        found: list[tuple[str, ...]] = []
        refused = b""
        for kind, body in self._exchange(_message(b"Q", text), 1):
            if kind == 68:  # D
                found.append(_values(body))
            elif kind == 69:
                refused = body
        if refused:
            raise _gone(_fields(refused)["M"])
        return found

    def _start(self, user: str, database: str, options: str) -> None:
        given = {
            "user": user,
            "database": database,
            "client_encoding": "UTF8",
            "options": options,
        }
        text = b"".join(
            [part.encode() + b"\0" for item in given.items() for part in item]
        )
        content = _int32.pack(_VERSION) + text + b"\0"
        hello = _int32.pack(len(content) + 4) + content
        for kind, body in self._exchange(hello, 1):
            if kind == 69:
                fields = _fields(body)
                if fields["C"] == _NO_DATABASE:
                    raise NoSuchDatabaseError(database)
                raise _gone(fields["M"])
            if kind == 82 and body != b"\0\0\0\0":  # R
                raise _gone("it asks for a password")

    def _exchange(self, outgoing: bytes, syncs: int) -> Iterator[Message]:
        """The messages up to and with so many times ReadyForQuery.

        Sends and receives at once: the server stops reading when nobody takes what it says, and a
        client that only writes would then wait for ever.
        """
        unsent = memoryview(outgoing)
        waiting = b""
        while syncs:
            readable, writable, _ = select.select(
                [self._socket], [self._socket] if unsent else [], []
            )
            try:
                if writable:
                    unsent = unsent[self._socket.send(unsent) :]
                if not readable:
                    continue
                received = self._socket.recv(_CHUNK)
            except OSError as error:
                raise _gone(error.strerror or str(error)) from None
            if not received:
                raise _gone("it has ended the connection")
            waiting += received
            place, end = 0, len(waiting)
            while end - place >= 5:
                (length,) = _int32.unpack_from(waiting, place + 1)
                following = place + 1 + length
                if following > end:
                    break
                kind = waiting[place]
                yield kind, waiting[place + 5 : following]
                syncs -= kind == 90
                place = following
            waiting = waiting[place:]


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + _int32.pack(len(content) + 4) + content


def _parse(statement: str) -> bytes:
    """Parse of the unnamed statement, whose parameters' types the server is to tell."""
    return _message(b"P", b"\0" + statement.encode() + b"\0" + _EMPTY)


def _tree(notice: bytes) -> bytes:
    """The tree of a notice that carries one; a server may send other log lines too."""
    start = notice.find(_TREE_SENT)
    if start < 0:
        return b""
    start += len(_TREE_SENT)
    return notice[start : notice.index(b"\0", start)]


def _parameters(body: bytes) -> tuple[int, ...]:
    """ParameterDescription: oids are unsigned."""
    return tuple(
        [
            int.from_bytes(body[place : place + 4])
            for place in range(2, len(body) - 3, 4)
        ]
    )


def _columns(body: bytes) -> tuple[WireColumn, ...]:
    """RowDescription."""
    (count,) = _int16.unpack_from(body)
    found: list[WireColumn] = []
    place = 2
    for _ in range(count):
        end = body.index(b"\0", place)
        table, number, type_, *_ = _column.unpack_from(body, end + 1)
        name = body[place:end].decode()
        found.append(WireColumn(name, type_ & 0xFFFFFFFF, table & 0xFFFFFFFF, number))
        place = end + 1 + _column.size
    return tuple(found)


def _values(body: bytes) -> tuple[str, ...]:
    """DataRow, in the text format."""
    (count,) = _int16.unpack_from(body)
    found: list[str] = []
    place = 2
    for _ in range(count):
        (length,) = _int32.unpack_from(body, place)
        place += 4
        found.append(body[place : place + max(length, 0)].decode())
        place += max(length, 0)
    return tuple(found)


def _fields(body: bytes) -> dict[str, str]:
    """ErrorResponse: fields of a letter and a text (manual 55.8)."""
    parts = body.rstrip(b"\0").split(b"\0")
    return {chr(part[0]): part[1:].decode(errors="replace") for part in parts if part}


def _refused(fields: Mapping[str, str]) -> StatementError:
    position = fields.get("P", "")
    return StatementError(
        sqlstate=fields.get("C", ""),
        message=fields.get("M", ""),
        detail=fields.get("D", ""),
        hint=fields.get("H", ""),
        position=int(position) if position else None,
    )


def _gone(why: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"the embedded PostgreSQL does not answer: {why}",
            label=None,
            hint="run it again; or set `server` or `SQLGEN_SERVER_URL` to a server of your own",
        )
    )
