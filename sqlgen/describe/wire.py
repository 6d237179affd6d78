"""Statements -> the responses of an embedded server, over PostgreSQL's protocol without psycopg.

To import psycopg takes longer (0.1 s) than to start the server and to describe a query, and would be
most of the time of a build after one query has changed. Describing needs little of the protocol
(manual, chapter 55): a start-up without a password through a Unix socket, Parse, Describe and Sync,
and a simple query now and then. psycopg does everything else, and talks to all external servers.
"""

import select
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .responses import (
    PARSE_TREE_MESSAGE,
    ParsedStatement,
    Response,
    StatementError,
    WireColumn,
)

_VERSION: Final = 3 << 16
"""Version 3.0 of the protocol, which all supported servers speak."""
_TREE_FIELDS: Final = b"M" + PARSE_TREE_MESSAGE + b"\0D"
"""The message field of a notice (`M`) and the code of the detail field (`D`), which always follows it
(`send_message_to_frontend` in utils/error/elog.c)."""
_CHUNK: Final = 1 << 18
_DESCRIBE: Final = b"D\0\0\0\x06S\0"
_SYNC: Final = b"S\0\0\0\x04"

_int16 = Struct("!h")
_int32 = Struct("!i")
_column = Struct("!ihihih")
"""A field of RowDescription after its name: table, attribute number, type, type length, type
modifier, format."""

Message = tuple[int, bytes]
"""The type of a message, one byte, and its content."""

# The types of the messages that are read (manual 55.7).
_AUTHENTICATION: Final = ord("R")
_DATA_ROW: Final = ord("D")
_ERROR_RESPONSE: Final = ord("E")
_NOTICE_RESPONSE: Final = ord("N")
_PARAMETER_DESCRIPTION: Final = ord("t")
_READY_FOR_QUERY: Final = ord("Z")
_ROW_DESCRIPTION: Final = ord("T")

_AUTHENTICATION_OK: Final = b"\0\0\0\0"

_INVALID_CATALOG_NAME: Final = "3D000"
"""The SQLSTATE of an error about a database that does not exist."""


class NoSuchDatabaseError(Exception):
    """The server has no database of that name."""


class WireConnection:
    """A session on a database of an embedded server, at the Unix socket *path*.

    *options* are the settings that it starts with; `session.TREE_SETTINGS` among them make the
    server send the tree of each statement that it parses.

    Raises `NoSuchDatabaseError` if the database does not exist, and all methods raise
    `ServerUnavailableError` if the server is gone.
    """

    def __init__(self, path: Path, user: str, database: str, options: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
            self._socket.setblocking(False)
            self._start(user, database, options)
        except OSError as error:
            self.close()
            raise _unavailable(error.strerror or str(error)) from None
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

    def describe(
        self,
        statements: Sequence[str],
        parameter_types: Sequence[Sequence[int]] = (),
    ) -> tuple[Response, ...]:
        """Return the server's responses, in order; each statement is a transaction of its own."""
        return tuple(self.responses(statements, parameter_types))

    def responses(
        self,
        statements: Sequence[str],
        parameter_types: Sequence[Sequence[int]] = (),
    ) -> Iterator[Response]:
        """Yield the responses while the server works on the statements that follow.

        The caller must take all of them before it uses the session again.
        """
        types = parameter_types or ((),) * len(statements)
        messages = b"".join(
            [
                _parse(text, oids) + _DESCRIBE + _SYNC
                for text, oids in zip(statements, types, strict=True)
            ]
        )
        tree, error = b"", b""
        parameters: tuple[int, ...] = ()
        columns: tuple[WireColumn, ...] = ()
        for kind, body in self._exchange(messages, len(statements)):
            if kind == _NOTICE_RESPONSE:
                # A statement that is analysed again for Describe sends a second tree.
                tree = tree or _tree(body)
            elif kind == _PARAMETER_DESCRIPTION:
                parameters = _parameters(body)
            elif kind == _ROW_DESCRIPTION:
                columns = _columns(body)
            elif kind == _ERROR_RESPONSE:
                error = body
            elif kind == _READY_FOR_QUERY:
                yield (
                    _statement_error(_fields(error))
                    if error
                    else ParsedStatement(parameters, columns, tree)
                )
                tree, error, parameters, columns = b"", b"", (), ()

    def query(self, statement: str) -> list[tuple[str, ...]]:
        """Run a simple query and return its rows as texts; NULL becomes an empty text."""
        answer = self.answer(statement)
        if isinstance(answer, StatementError):
            raise _unavailable(answer.message)
        return answer

    def answer(self, statement: str) -> list[tuple[str, ...]] | StatementError:
        """Run a simple query; return its rows as `query` does, or its error."""
        return self.answers([statement])[0]

    def answers(
        self, statements: Sequence[str]
    ) -> list[list[tuple[str, ...]] | StatementError]:
        """Run simple queries, all sent at once; return the rows of each, or its error."""
        messages = b"".join(
            [_message(b"Q", statement.encode() + b"\0") for statement in statements]
        )
        results: list[list[tuple[str, ...]] | StatementError] = []
        rows: list[tuple[str, ...]] = []
        error = b""
        for kind, body in self._exchange(messages, len(statements)):
            if kind == _DATA_ROW:
                rows.append(_values(body))
            elif kind == _ERROR_RESPONSE:
                error = body
            elif kind == _READY_FOR_QUERY:
                results.append(_statement_error(_fields(error)) if error else rows)
                rows, error = [], b""
        return results

    def execute(self, statements: Sequence[str]) -> tuple[StatementError | None, ...]:
        """Run simple queries one by one, and return the error of each that fails."""
        messages = b"".join(
            [_message(b"Q", statement.encode() + b"\0") for statement in statements]
        )
        errors: list[StatementError | None] = []
        error: StatementError | None = None
        for kind, body in self._exchange(messages, len(statements)):
            if kind == _ERROR_RESPONSE:
                error = _statement_error(_fields(body))
            elif kind == _READY_FOR_QUERY:
                errors.append(error)
                error = None
        return tuple(errors)

    def _start(self, user: str, database: str, options: str) -> None:
        parameters = {
            "user": user,
            "database": database,
            "client_encoding": "UTF8",
            "options": options,
        }
        text = b"".join(
            [part.encode() + b"\0" for item in parameters.items() for part in item]
        )
        content = _int32.pack(_VERSION) + text + b"\0"
        startup = _int32.pack(len(content) + 4) + content
        for kind, body in self._exchange(startup, 1):
            if kind == _ERROR_RESPONSE:
                fields = _fields(body)
                if fields["C"] == _INVALID_CATALOG_NAME:
                    raise NoSuchDatabaseError(database)
                raise _unavailable(fields["M"])
            if kind == _AUTHENTICATION and body != _AUTHENTICATION_OK:
                raise _unavailable("it asks for a password")

    def _exchange(self, outgoing: bytes, syncs: int) -> Iterator[Message]:
        """Send *outgoing*, and yield the server's messages up to the *syncs*-th ReadyForQuery.

        Sends and receives at the same time: the server stops reading when nobody takes its
        messages, and a client that only writes would then wait for ever.
        """
        unsent = memoryview(outgoing)
        unread = b""
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
                raise _unavailable(error.strerror or str(error)) from None
            if not received:
                raise _unavailable("it has ended the connection")
            unread += received
            # A message: its type (1 byte), its length without that (4 bytes), its content.
            start, end = 0, len(unread)
            while end - start >= 5:
                (length,) = _int32.unpack_from(unread, start + 1)
                following = start + 1 + length
                if following > end:
                    break
                kind = unread[start]
                yield kind, unread[start + 5 : following]
                syncs -= kind == _READY_FOR_QUERY
                start = following
            unread = unread[start:]


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + _int32.pack(len(content) + 4) + content


def _parse(statement: str, parameter_types: Sequence[int]) -> bytes:
    """Return a Parse message for the unnamed statement; the server infers the types that are missing."""
    count = _int16.pack(len(parameter_types))
    oids = b"".join([oid.to_bytes(4) for oid in parameter_types])
    return _message(b"P", b"\0" + statement.encode() + b"\0" + count + oids)


def _tree(notice: bytes) -> bytes:
    """Return the tree of a notice, empty if it has none; a server may also send other log messages."""
    start = notice.find(_TREE_FIELDS)
    if start < 0:
        return b""
    start += len(_TREE_FIELDS)
    return notice[start : notice.index(b"\0", start)]


def _parameters(body: bytes) -> tuple[int, ...]:
    """Return the oids of a ParameterDescription; they are unsigned."""
    return tuple(
        [
            int.from_bytes(body[start : start + 4])
            for start in range(2, len(body) - 3, 4)
        ]
    )


def _columns(body: bytes) -> tuple[WireColumn, ...]:
    """Return the columns of a RowDescription."""
    (count,) = _int16.unpack_from(body)
    columns: list[WireColumn] = []
    start = 2
    for _ in range(count):
        end = body.index(b"\0", start)
        table, number, type_, *_ = _column.unpack_from(body, end + 1)
        name = body[start:end].decode()
        columns.append(WireColumn(name, type_ & 0xFFFFFFFF, table & 0xFFFFFFFF, number))
        start = end + 1 + _column.size
    return tuple(columns)


def _values(body: bytes) -> tuple[str, ...]:
    """Return the values of a DataRow in the text format."""
    (count,) = _int16.unpack_from(body)
    values: list[str] = []
    start = 2
    for _ in range(count):
        (length,) = _int32.unpack_from(body, start)
        start += 4
        end = start + max(length, 0)  # -1 for NULL
        values.append(body[start:end].decode())
        start = end
    return tuple(values)


def _fields(body: bytes) -> dict[str, str]:
    """Return the fields of an ErrorResponse, by the letters of manual 55.8."""
    parts = body.rstrip(b"\0").split(b"\0")
    return {chr(part[0]): part[1:].decode(errors="replace") for part in parts if part}


def _statement_error(fields: Mapping[str, str]) -> StatementError:
    position = fields.get("P", "")
    return StatementError(
        sqlstate=fields.get("C", ""),
        message=fields.get("M", ""),
        detail=fields.get("D", ""),
        hint=fields.get("H", ""),
        position=int(position) if position else None,
    )


def _unavailable(reason: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"the embedded PostgreSQL does not answer: {reason}",
            label=None,
            hint="run it again; or set `server` or `SQLGEN_SERVER_URL` to a server of your own",
        )
    )
