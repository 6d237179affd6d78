"""The arguments of a function -> the class of the one object that holds them, if they come in one."""

from collections.abc import Sequence
from dataclasses import replace

from ..model.config import Config, ParameterStyle
from ..model.python import NONE, Argument, Field, Named, Record
from ..model.row_styles import RowStyle
from ..model.typed import TypedQuery
from . import names
from .types.named import local_names
from .types.python_types import MODELS, VALUE_UNSET

_OF_DEFAULTS = frozenset({"UNSET", "Unset"})


def as_fields(
    arguments: Sequence[Argument], style: RowStyle = RowStyle.DATACLASS
) -> tuple[Argument, ...]:
    """Return the arguments with the names that they have as fields of a class of parameters."""
    mentioned = local_names([argument.type for argument in arguments])
    fields = names.field_names(
        [argument.name for argument in arguments], style, mentioned | _OF_DEFAULTS
    )
    return tuple(
        replace(argument, name=name)
        for argument, name in zip(arguments, fields, strict=True)
    )


def takes_object(query: TypedQuery, config: Config) -> bool:
    """Return whether a function takes its parameters in one object, or in rows of a class that it names."""
    if query.query.parameter_class:
        return True
    return (
        config.parameters is ParameterStyle.OBJECT
        and not query.query.command.spec.bulk
        and len(query.parameters) > config.parameter_limit
    )


def parameter_class(
    query: TypedQuery, arguments: Sequence[Argument], module: str
) -> tuple[Named, Record]:
    """Return the class of the objects that hold the arguments, a dataclass, and its name.

    One that the query names is in `models`, any other one in the query's *module*.
    """
    shared = query.query.parameter_class
    name = names.row_name(shared or f"{names.class_name(query.query.name)}Params")
    order = query.query.order
    if order and name == names.class_name(f"{query.query.name}_{order.name}"):
        name += "_"  # the values that choose the order have that name
    function = names.function_name(query.query.name)
    record = Record(
        name=name,
        doc="" if shared else f"The parameters of `{function}`.",
        fields=tuple([_field(argument) for argument in arguments]),
        returned=False,
        of_parameters=True,
    )
    return Named(name, MODELS if shared else module), record


def _field(argument: Argument) -> Field:
    default = NONE if argument.optional else None
    return Field(
        name=argument.name,
        type=argument.type,
        raw=argument.type,
        default=VALUE_UNSET if argument.unset else default,
    )
