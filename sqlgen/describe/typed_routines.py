"""Catalog, patterns -> the functions and procedures that get a Python function each."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ..model.catalog import Catalog, CompositeType, Routine
from ..model.routines import (
    Gives,
    LeftOutRoutine,
    RoutineArgument,
    TypedRoutine,
    TypedRoutines,
    is_named_by,
)

_POLYMORPHIC: Final = frozenset(
    f"any{kind}"
    for kind in (
        *("element", "array", "nonarray", "enum", "range", "multirange"),
        *("compatible", "compatiblearray", "compatiblenonarray", "compatiblerange"),
        "compatiblemultirange",
    )
)
_INTERNAL: Final = frozenset(
    {
        *("internal", "cstring", '"any"', "any", "language_handler", "fdw_handler"),
        *("index_am_handler", "table_am_handler", "tsm_handler", "pg_ddl_command"),
    }
)
_TRIGGER: Final = frozenset({"trigger", "event_trigger"})
_OUTPUT: Final = frozenset("obt")
"""The modes of arguments that a call gives back."""


def typed_routines(catalog: Catalog, patterns: Sequence[str]) -> TypedRoutines:
    """Return the routines that the *patterns* name, sorted by schema, name and arguments.

    Those of extensions are meant only by their own names, not by `schema.*`.
    """
    routines = [
        routine
        for routine in catalog.functions.values()
        if _is_meant(routine, patterns)
    ]
    routines.sort(key=lambda routine: (routine.schema, routine.signature))
    names = Counter([(r.schema, r.name) for r in catalog.functions.values()])
    composites = {
        type_.display
        for type_ in catalog.types.values()
        if isinstance(type_, CompositeType)
    }
    typed: list[TypedRoutine] = []
    left_out: list[LeftOutRoutine] = []
    for routine in routines:
        if reason := _obstacle(routine):
            signature = f"{routine.schema}.{routine.signature}"
            left_out.append(LeftOutRoutine(signature, reason))
        else:
            is_overloaded = names[routine.schema, routine.name] > 1
            typed.append(_typed(routine, composites, is_overloaded=is_overloaded))
    return TypedRoutines(tuple(typed), tuple(left_out))


def _is_meant(routine: Routine, patterns: Sequence[str]) -> bool:
    own = [p for p in patterns if not (routine.extension and p.endswith(".*"))]
    return any(is_named_by(pattern, routine.schema, routine.name) for pattern in own)


def _obstacle(routine: Routine) -> str:
    """Return why a routine can have no typed function, empty if it can."""
    types = {type_ for _, _, type_ in routine.all_arguments} | {routine.result}
    outputs = [mode for mode, _, _ in routine.all_arguments if mode in _OUTPUT]
    if routine.kind in "aw":
        return (
            "it is an aggregate" if routine.kind == "a" else "it is a window function"
        )
    if routine.result in _TRIGGER:
        return "only triggers call it"
    if types & _POLYMORPHIC:
        return "its types depend on the arguments of the call"
    if types & _INTERNAL or {*routine.arguments} & {"record", "unknown", "void"}:
        return "SQL has no values of its types"
    if routine.result == "record" and not outputs:
        return "only the call says which columns it returns"
    return ""


def _typed(
    routine: Routine, composites: set[str], *, is_overloaded: bool
) -> TypedRoutine:
    arguments = [
        (mode, name, type_)
        for mode, name, type_ in routine.all_arguments
        # Columns of TABLE are no arguments of the call, and neither are those of OUT but in CALL.
        if mode != "t" and (mode != "o" or routine.kind == "p")
    ]
    inputs = [n for n, (mode, _, _) in enumerate(arguments) if mode != "o"]
    defaults = inputs[len(inputs) - routine.defaults :] if routine.defaults else []
    is_row = routine.result == "record" or (
        routine.returns_set and routine.result in composites
    )
    gives = Gives.ROW if is_row else Gives.VALUE
    if routine.result == "void":
        gives = Gives.NOTHING
    if routine.kind == "p":
        has_output = any(mode in "ob" for mode, _, _ in arguments)
        gives = Gives.ROW if has_output else Gives.NOTHING
    return TypedRoutine(
        schema=routine.schema,
        name=routine.name,
        arguments=tuple(
            [
                RoutineArgument(mode, name, type_, n in defaults)
                for n, (mode, name, type_) in enumerate(arguments)
            ]
        ),
        gives=gives,
        returns_set=routine.returns_set,
        is_procedure=routine.kind == "p",
        strict=routine.strict,
        is_overloaded=is_overloaded,
        comment=routine.comment,
    )
