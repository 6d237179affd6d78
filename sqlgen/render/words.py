"""What differs between the sync and the async functions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one of the two."""

    connection: str
    cursor: str
    server_cursor: str
    iterator: str
    define: str
    enter: str
    wait: str


SYNC = Words(
    connection="Connection",
    cursor="RawCursor",
    server_cursor="RawServerCursor",
    iterator="Iterator",
    define="def",
    enter="with",
    wait="",
)
ASYNC = Words(
    connection="AsyncConnection",
    cursor="AsyncRawCursor",
    server_cursor="AsyncRawServerCursor",
    iterator="AsyncIterator",
    define="async def",
    enter="async with",
    wait="await ",
)
