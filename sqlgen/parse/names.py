"""Which names a query, a row class and a parameter may have."""

import keyword
import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1024)
def is_snake_case(name: str) -> bool:
    """Whether *name* can be a Python function's or argument's name, in snake_case."""
    return _is_usable(name) and name == name.lower() and name.strip("_") != ""


def is_pascal_case(name: str) -> bool:
    """Whether *name* can be a Python class's name, in PascalCase."""
    return _is_usable(name) and name[0].isupper() and "_" not in name


def snake_case(name: str) -> str:
    """The nearest name to *name* that is in snake_case, or `""` if there is none."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|\W+", "_", name)
    guess = words.strip("_").lower()
    if keyword.iskeyword(guess):
        guess += "_"
    return guess if is_snake_case(guess) else ""


def pascal_case(name: str) -> str:
    """The nearest name to *name* that is in PascalCase, or `""` if there is none."""
    guess = "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name))
    return guess if guess and is_pascal_case(guess) else ""


def _is_usable(name: str) -> bool:
    # Python reads identifiers in normal form KC: any other spelling would not be found again.
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and unicodedata.normalize("NFKC", name) == name
    )
