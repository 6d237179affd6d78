"""TypedRoutine <-> plain data in `schema.json`, whose types of arguments become SQL."""

import re
from typing import Any, Final

from ..model.routines import Gives, RoutineArgument, TypedRoutine
from .grammar import IDENTIFIER, keyed, listed, member, row, text, truth
from .types import Data


def _mode(value: Any) -> None:
    if value not in ("i", "o", "b", "v"):
        raise ValueError("no mode of an argument")


def _type(value: Any) -> None:
    """Accept the name of a type, as `format_type` prints it without a modifier."""
    text(value)
    if not _TYPE.fullmatch(value):
        raise ValueError("no name of a type")


_WORDS: Final = (
    "bit varying|character varying|double precision|(?:time|timestamp) with(?:out)? time zone"
)
_TYPE: Final = re.compile(rf"(?:{_WORDS}|{IDENTIFIER}(?:\.{IDENTIFIER})?)(?:\[\])*")
_check: Final = keyed(
    {
        "schema": text,
        "name": text,
        "arguments": listed(row(_mode, text, _type, truth)),
        "gives": member(Gives),
        "returns_set": truth,
        "is_procedure": truth,
        "strict": truth,
        "is_overloaded": truth,
        "comment": text,
    }
)


def routine_data(routine: TypedRoutine) -> Data:
    """Return a routine as plain data; what is false or empty is left out."""
    data: Data = {
        "schema": routine.schema,
        "name": routine.name,
        "arguments": [
            [a.mode, a.name, a.type, a.has_default] for a in routine.arguments
        ],
        "gives": routine.gives.value,
        "returns_set": routine.returns_set,
        "is_procedure": routine.is_procedure,
        "strict": routine.strict,
        "is_overloaded": routine.is_overloaded,
        "comment": routine.comment,
    }
    return {key: value for key, value in data.items() if value}


def read_routine(data: Data) -> TypedRoutine:
    """Return the routine that the data are of; raise `ValueError` and the like for others."""
    _check(data)
    arguments = [RoutineArgument(*argument) for argument in data.get("arguments", ())]
    return TypedRoutine(
        schema=data["schema"],
        name=data["name"],
        arguments=tuple(arguments),
        gives=Gives(data["gives"]),
        returns_set=data.get("returns_set", False),
        is_procedure=data.get("is_procedure", False),
        strict=data.get("strict", False),
        is_overloaded=data.get("is_overloaded", False),
        comment=data.get("comment", ""),
    )
