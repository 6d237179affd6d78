"""The body of a message <-> its data: requests, notifications and responses."""

import json
from enum import IntEnum
from typing import Any

from ...model.frozen import frozen


class ErrorCode(IntEnum):
    """The codes of errors in JSON-RPC and in the Language Server Protocol."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    NOT_INITIALIZED = -32002
    REQUEST_FAILED = -32803
    REQUEST_CANCELLED = -32800


MessageId = int | str


@frozen
class IncomingRequest:
    """A message that must be answered. `params` is what the client has sent: any JSON value."""

    id: MessageId
    method: str
    params: Any = None


@frozen
class IncomingNotification:
    """A message that has no answer."""

    method: str
    params: Any = None


@frozen
class IncomingResponse:
    """The client's answer to a request of ours."""

    id: MessageId


@frozen
class Malformed:
    """A message that is none, and the error to answer it with; `id` is None where it has no readable one."""

    id: MessageId | None
    code: ErrorCode
    reason: str


IncomingMessage = IncomingRequest | IncomingNotification | IncomingResponse | Malformed


class RequestError(Exception):
    """A request that cannot be answered, with the code of the error."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def read_message(body: bytes) -> IncomingMessage:
    """Return the message in *body*."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        kind = type(error).__name__
        return Malformed(None, ErrorCode.PARSE_ERROR, f"the message is no JSON: {kind}")
    if not isinstance(data, dict):
        return Malformed(None, ErrorCode.INVALID_REQUEST, "the message is no object")
    id_, method = _message_id(data.get("id")), data.get("method")
    if isinstance(method, str):
        if id_ is not None:
            return IncomingRequest(id_, method, data.get("params"))
        if "id" not in data:
            return IncomingNotification(method, data.get("params"))
        return Malformed(
            None, ErrorCode.INVALID_REQUEST, "the id is neither a number nor a string"
        )
    if id_ is not None and ("result" in data or "error" in data):
        return IncomingResponse(id_)
    return Malformed(id_, ErrorCode.INVALID_REQUEST, "the message has no method")


def _message_id(value: Any) -> MessageId | None:
    is_id = isinstance(value, int | str) and not isinstance(value, bool)
    return value if is_id else None


def response(id_: MessageId, result: object) -> bytes:
    """Return the body of an answer."""
    return _body({"id": id_, "result": result})


def error_response(id_: MessageId | None, code: ErrorCode, reason: str) -> bytes:
    """Return the body of the answer that a request has failed."""
    return _body({"id": id_, "error": {"code": int(code), "message": reason}})


def notification(method: str, params: object) -> bytes:
    """Return the body of a message that has no answer."""
    return _body({"method": method, "params": params})


def request(id_: MessageId, method: str, params: object) -> bytes:
    """Return the body of a request to the client."""
    return _body({"id": id_, "method": method, "params": params})


def _body(content: dict[str, object]) -> bytes:
    # ASCII only: what is no valid Unicode, as half of a pair of surrogates, can be sent as well.
    return json.dumps({"jsonrpc": "2.0"} | content, separators=(",", ":")).encode()
