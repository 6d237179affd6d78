"""What differs between the sync and the async functions."""

from ..model.frozen import frozen


@frozen
class Words:
    """The words of one of the two.

    `generator` is what streams are: an iterator that can be closed, and its types after the rows'.
    """

    connection: str
    cursor: str
    server_cursor: str
    generator: tuple[str, str]
    define: str
    enter: str
    wait: str


SYNC = Words(
    connection="Connection",
    cursor="RawCursor",
    server_cursor="RawServerCursor",
    generator=("Generator", "None, None"),
    define="def",
    enter="with",
    wait="",
)
ASYNC = Words(
    connection="AsyncConnection",
    cursor="AsyncRawCursor",
    server_cursor="AsyncRawServerCursor",
    generator=("AsyncGenerator", "None"),
    define="async def",
    enter="async with",
    wait="await ",
)
