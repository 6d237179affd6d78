"""An INSERT of parameters -> the COPY that writes the same rows."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ..model.catalog import ArrayType, PgType, ScalarType
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.python import AWARE, Apply, Argument, Conversion, Parse
from ..model.query import Query
from ..model.typed import TypedParameter, TypedQuery
from .shared.context import TranslationContext, configured_type
from .sql import type_name
from .types.mapping import TypeMapping
from .types.python_types import KEEP, SUPPORT, or_none, support
from .types.scalars import adapter_of, base_type, scalar_of
from .types.writing import each_item, is_users_value, nested_array, nested_write

_LIST_OF = Apply(support("list_of"))
_CONVERTED_LIST = support("converted_list")
_WORD = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_INSERT = re.compile(
    rf"INSERT\s+INTO\s+(?P<table>{_WORD}(?:\s*\.\s*{_WORD})?)\s*"
    rf"(?P<columns>\(\s*{_WORD}(?:\s*,\s*{_WORD})*\s*\))?\s*"
    r"VALUES\s*\((?P<values>\s*\$\d+(?:\s*,\s*\$\d+)*\s*)\)",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"(?:insert|update|delete|merge)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@frozen
class CopyTarget:
    """The table of an INSERT with its columns, and the numbers of the parameters for them."""

    table: str
    numbers: tuple[int, ...]


def copy_target(query: TypedQuery) -> CopyTarget:
    """Return the target of an INSERT whose values are all parameters.

    Raises `SqlgenError` (`copy-needs-values`) for a statement that COPY cannot replace.
    """
    text = _COMMENT.sub(" ", query.query.sql.text).strip()
    insert = _INSERT.fullmatch(text)
    if insert is None:
        hint = "use `:many`" if query.columns else "use `:exec`"
        raise SqlgenError(
            Diagnostic(
                code="copy-needs-values",
                message="`:copy` can only do `INSERT INTO table (columns) VALUES (…)` of"
                " parameters: no expressions, casts, defaults, ON CONFLICT or RETURNING",
                label=Label(query.query.name_span),
                hint="use `:batch`" if _CHANGE.match(text) else hint,
            )
        )
    columns = " ".join((insert["columns"] or "").split())
    numbers = [int(number) for number in re.findall(r"\d+", insert["values"])]
    return CopyTarget(f"{insert['table']} {columns}".rstrip(), tuple(numbers))


def copy_statement(target: CopyTarget, *, binary: bool) -> str:
    """Return the COPY to the target in the text or the *binary* format."""
    options = " (FORMAT BINARY)" if binary else ""
    return f"COPY {target.table} FROM STDIN{options}"


def binary_types(
    target: CopyTarget,
    parameters: Sequence[TypedParameter],
    query: Query,
    context: TranslationContext,
) -> tuple[str, ...]:
    """Return the columns' types for a binary COPY, none where it has to be text.

    It has to be where psycopg cannot write some type in binary, and where the Python type of some
    parameter is the user's choice.
    """
    by_number = {parameter.number: parameter for parameter in parameters}
    types = [base_type(by_number[number].type) for number in target.numbers]
    if not all(map(_is_written_in_binary, types)):
        return ()
    if any(parameter.type for parameter in query.parameters) or any(
        _is_overridden(parameter, context) for parameter in parameters
    ):
        return ()
    return tuple(type_name(type_) for type_ in types)


def copied_arguments(
    arguments: Sequence[Argument],
    parameters: Sequence[TypedParameter],
    types: TypeMapping,
    *,
    binary: bool,
) -> tuple[Argument, ...]:
    """Return the arguments as COPY takes them, where the server knows the columns' types."""
    return tuple(
        _copied(argument, parameter, types, binary=binary)
        for argument, parameter in zip(arguments, parameters, strict=True)
    )


def _copied(
    argument: Argument, parameter: TypedParameter, types: TypeMapping, *, binary: bool
) -> Argument:
    if is_users_value(argument.write):
        return argument
    base = base_type(parameter.type)

    if not isinstance(base, ArrayType):
        write = _checked(base) if binary else nested_write(base, types)
    elif binary:
        write = _array(base.element, element_nullable=parameter.element_nullable)
    else:
        write = nested_array(
            base.element, types, element_nullable=parameter.element_nullable
        )
    return replace(argument, write=or_none(write) if parameter.nullable else write)


def _checked(type_: PgType) -> Conversion:
    """Return what psycopg's binary dumper lacks: numbers must fit, and times may lack a zone."""
    if not isinstance(type_, ScalarType):
        return KEEP
    if type_.name == "timestamptz":
        return Apply(AWARE)
    write = scalar_of(type_).write
    is_check = isinstance(write, Apply) and write.function.module == SUPPORT
    return write if is_check else KEEP


def _array(element: PgType, *, element_nullable: bool) -> Conversion:
    """Return the conversion of an array for a binary COPY; a list within it is a dimension."""
    scalar = scalar_of(element) if isinstance(element, ScalarType) else None
    if (
        scalar and scalar.is_container
    ):  # of JSON, a list is one item, which a wrapper tells
        return each_item(or_none(scalar.write) if element_nullable else scalar.write)
    item = _checked(element)
    return _LIST_OF if item == KEEP else Parse(_CONVERTED_LIST, item)


def _is_written_in_binary(type_: PgType) -> bool:
    """Return whether psycopg has a binary dumper for the type, or for an array's items."""
    inner = type_.element if isinstance(type_, ArrayType) else type_
    return adapter_of(inner).writes_binary


def _is_overridden(parameter: TypedParameter, context: TranslationContext) -> bool:
    """Return whether the configuration chooses the parameter's Python type."""
    return (
        configured_type(parameter.column, context) is not None
        or context.types.override(parameter.type) is not None
    )
