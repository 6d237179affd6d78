"""The arguments of `:batch` and `:copy` -> the type of each row of parameters, and its class."""

from collections.abc import Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Argument, Field, Named, PyType, Record
from ..model.row_styles import RowStyle
from ..model.typed import TypedQuery
from . import names


def check_parameters(query: TypedQuery) -> None:
    """Raise `SqlgenError` (`bulk-needs-parameters`) for a `:batch` or `:copy` without parameters."""
    if query.query.command.spec.bulk and not query.parameters:
        raise SqlgenError(
            Diagnostic(
                code="bulk-needs-parameters",
                message=f"`:{query.query.command}` needs a query with parameters",
                label=Label(query.query.name_span),
                hint="use `:many`" if query.columns else "use `:exec` or `:execrows`",
            )
        )


def parameter_row(
    query: TypedQuery, arguments: Sequence[Argument], module: str
) -> tuple[PyType, Record | None]:
    """Return the type of each row of parameters: a named tuple, or a lone argument's own type.

    The named tuple's class, if there is one, is to be defined in *module*.
    """
    if len(arguments) == 1:
        return arguments[0].type, None
    name = names.row_name(f"{names.class_name(query.query.name)}Params")
    record = Record(
        name=name,
        doc=f"What one row of `{names.function_name(query.query.name)}` is made of.",
        fields=tuple(
            Field(name=argument.name, type=argument.type, raw=argument.type)
            for argument in arguments
        ),
        style=RowStyle.NAMEDTUPLE,
    )
    return Named(name, module), record
