"""A name of the user's that could not become one in Python as it is."""

from .frozen import frozen
from .source import Span


@frozen(kw_only=True)
class Renamed:
    """A query, parameter, column or class whose name in Python has been changed.

    `title` tells what it is and has its name (``query `class` ``), `new` is the name in Python, and
    `span` the place in the query file.
    """

    title: str
    new: str
    span: Span
