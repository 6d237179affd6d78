"""Rules for the names of queries, row classes and parameters, which become names in Python."""

import keyword
import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1024)
def is_snake_case(name: str) -> bool:
    """Return whether *name* can be a Python function's or argument's name, in snake_case."""
    return _is_usable(name) and name == name.lower() and name.strip("_") != ""


def is_parameter_name(name: str) -> bool:
    """Return whether *name* can name a parameter: in snake_case, or a keyword, which gets a `_`."""
    return is_snake_case(f"{name}_" if keyword.iskeyword(name) else name)


def is_pascal_case(name: str) -> bool:
    """Return whether *name* can be a Python class's name, in PascalCase."""
    return _is_usable(name) and name[0].isupper() and "_" not in name


def snake_case(name: str) -> str:
    """Return the snake_case name that is nearest to *name*, or `""` if there is none."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|\W+", "_", name)
    guess = words.strip("_").lower()
    if keyword.iskeyword(guess):
        guess += "_"
    return guess if is_snake_case(guess) else ""


def parameter_name(name: str, otherwise: str) -> str:
    """Return the name of a parameter that is nearest to *name*; *otherwise*, if there is none."""
    guess = snake_case(name) or otherwise
    return f"{guess}_" if guess == "conn" else guess


def pascal_case(name: str) -> str:
    """Return the PascalCase name that is nearest to *name*, or `""` if there is none."""
    guess = "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name))
    return guess if guess and is_pascal_case(guess) else ""


def singular(name: str) -> str:
    """Return the name of one row of a table whose name is an English plural."""
    *before, word = name.split("_")
    if word in _IRREGULAR:
        return "_".join([*before, _IRREGULAR[word]])
    for ending, new in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending) + new
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name.removesuffix("s").rstrip("_") or name
    return name


_ENDINGS = (
    *(("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")),
    ("zzes", "zz"),
)

_IRREGULAR = {
    "analyses": "analysis",
    "bonuses": "bonus",
    "caches": "cache",
    "children": "child",
    "cookies": "cookie",
    "diagnoses": "diagnosis",
    "movies": "movie",
    "news": "news",
    "people": "person",
    "quizzes": "quiz",
    "series": "series",
    "statuses": "status",
}


def _is_usable(name: str) -> bool:
    # Python normalises identifiers to NFKC, so a name in another form would change.
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and unicodedata.normalize("NFKC", name) == name
    )
