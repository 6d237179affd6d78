"""A typed query that varies -> the statements that calls of its function run."""

from collections.abc import Collection
from typing import Any

from sqlgen.model.python import Argument, Keep
from sqlgen.model.typed import TypedParameter, TypedQuery
from sqlgen.render.runtime.variants import UNSET, Variants
from sqlgen.translate import sql
from sqlgen.translate.types.python_types import STR
from sqlgen.translate.variants import variants_of


def absent(typed: TypedQuery, parameter: TypedParameter) -> Any:
    """Return the value that stands for one which is not given."""
    return UNSET if _is_unset(typed, parameter) else None


def variants(typed: TypedQuery, casts: Collection[int] = ()) -> Variants:
    """Return what the generated package makes the statements with."""
    arguments = [
        Argument(
            name=parameter.name,
            type=STR,
            write=Keep(),
            unset=_is_unset(typed, parameter),
        )
        for parameter in typed.parameters
    ]
    running = sql.running(typed, casts)
    made = variants_of(typed, running, arguments, typed.parameters, str)
    assert made is not None
    return Variants(
        running.text,
        made.parameters,
        optional=made.conditions,
        defaults=made.defaults,
        assignments=made.assignments,
        sets=made.sets,
        unset=made.unset,
        unchanged=made.unchanged,
    )


def _is_unset(typed: TypedQuery, parameter: TypedParameter) -> bool:
    return parameter.number in typed.query.optional and (
        parameter.nullable or parameter.number in typed.query.assigned
    )
