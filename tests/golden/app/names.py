"""A name is more than a text."""


class Name(str):
    """A person's name."""

    __slots__ = ()
