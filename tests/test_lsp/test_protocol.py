"""Messages in bytes: cut anywhere, malformed in every way, and read as what they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlgen.lsp.protocol.framing import Framer, Unframed, framed
from sqlgen.lsp.protocol.messages import (
    ErrorCode,
    IncomingMessage,
    IncomingNotification,
    IncomingRequest,
    IncomingResponse,
    Malformed,
    RequestError,
    read_message,
)
from sqlgen.lsp.protocol.params import Params, Position


@given(st.lists(st.binary(max_size=50), max_size=5), st.data())
def test_frames_may_arrive_in_any_pieces(
    bodies: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(map(framed, bodies))
    framer, frames = Framer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        frames += framer.feed(stream[:size])
        stream = stream[size:]
    assert frames == bodies


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: x\r\n\r\n",
        b"Content-Length: -3\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"\r\n\r\n",
        b"x" * 20_000,
        b"\xff" * 20_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_frame_does_not_hide_the_next(head: bytes) -> None:
    framer = Framer()
    frames = framer.feed(head) + framer.feed(b"\r\n\r\n" + framed(b"{}"))
    assert isinstance(frames[0], Unframed)
    assert frames[-1] == b"{}"


def test_the_length_may_be_written_in_any_case_and_beside_other_heads() -> None:
    head = b"Content-Type: application/vscode-jsonrpc\r\ncontent-length:2\r\n\r\n"
    assert Framer().feed(head + b"{}") == [b"{}"]


def test_a_message_of_gigabytes_ends_the_stream() -> None:
    framer = Framer()
    [frame] = framer.feed(b"Content-Length: 5000000000\r\n\r\n{}")
    assert isinstance(frame, Unframed)
    assert framer.is_broken


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(body: bytes) -> None:
    assert isinstance(read_message(body), IncomingMessage)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"id": 1, "method": "a"}, IncomingRequest(1, "a", None)),
        ({"id": "x", "method": "a", "params": [1]}, IncomingRequest("x", "a", [1])),
        ({"method": "a", "params": {}}, IncomingNotification("a", {})),
        ({"id": 3, "result": None}, IncomingResponse(3)),
        ({"id": 3, "error": {}}, IncomingResponse(3)),
    ],
)
def test_messages_are_told_apart(
    content: dict[str, object], message: IncomingMessage
) -> None:
    assert read_message(json.dumps(content).encode()) == message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", ErrorCode.PARSE_ERROR),
        (b"\xff", ErrorCode.PARSE_ERROR),
        (b"[" * 100_000, ErrorCode.PARSE_ERROR),
        (b"[]", ErrorCode.INVALID_REQUEST),
        (b"null", ErrorCode.INVALID_REQUEST),
        (b"{}", ErrorCode.INVALID_REQUEST),
        (b'{"id": 1}', ErrorCode.INVALID_REQUEST),
        (b'{"id": true, "method": "a"}', ErrorCode.INVALID_REQUEST),
        (b'{"id": {}, "method": "a"}', ErrorCode.INVALID_REQUEST),
        (b'{"id": 1, "method": 2}', ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_is_no_message_has_an_error(body: bytes, code: ErrorCode) -> None:
    message = read_message(body)
    assert isinstance(message, Malformed)
    assert message.code is code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["line", "character", "position", "text"]), inner, max_size=3
    ),
    max_leaves=8,
)


@given(JSON)
def test_parameters_of_any_form_are_read_or_refused(value: object) -> None:
    params = Params(value)
    for read in (
        lambda: params.position("position"),
        lambda: params.text("text"),
        lambda: params.range("position"),
        lambda: [*params.items("text")],
    ):
        try:
            assert read() is not None
        except RequestError as error:
            refused = error.code
            assert refused is ErrorCode.INVALID_PARAMS


def test_a_position_is_read() -> None:
    params = Params({"position": {"line": 3, "character": 2**40}})
    assert params.position("position") == Position(3, 2**31 - 1)
