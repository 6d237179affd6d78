"""`:batch` and `:copy`: many rows of parameters at once."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ..model.catalog import ArrayType, DomainType, PgType, ScalarType
from ..model.config import RowStyle
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.frozen import frozen
from ..model.python import (
    Apply,
    Argument,
    Conversion,
    Each,
    Field,
    Named,
    PyType,
    Record,
)
from ..model.typed import TypedParameter, TypedQuery
from . import names
from .sql import type_name
from .types.mapping import TypeMapping
from .types.python_types import KEEP, SUPPORT, or_none
from .types.scalars import adapter_of, scalar_of
from .types.writing import is_dumped, nested_write

_WORD = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_INSERT = (
    rf"INSERT\s+INTO\s+(?P<table>{_WORD}(?:\s*\.\s*{_WORD})?)\s*"
    rf"(?P<columns>\(\s*{_WORD}(?:\s*,\s*{_WORD})*\s*\))?\s*"
    r"VALUES\s*\((?P<values>\s*\$\d+(?:\s*,\s*\$\d+)*\s*)\)"
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def as_fields(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    """The arguments under the names that they have as fields of a row of parameters."""
    fields = names.field_names([a.name for a in arguments], RowStyle.NAMEDTUPLE)
    return tuple(
        replace(argument, name=name)
        for argument, name in zip(arguments, fields, strict=True)
    )


def rows_type(
    query: TypedQuery, arguments: Sequence[Argument], module: str
) -> tuple[PyType, Record | None]:
    """What each row of parameters is: a named tuple, or the value where there is but one.

    Raises `SqlgenError` (`bulk-needs-parameters`).
    """
    if not arguments:
        raise SqlgenError(
            Diagnostic(
                code="bulk-needs-parameters",
                message=f"`:{query.query.command}` needs a query with parameters",
                label=Label(query.query.name_span),
                hint="use `:many`" if query.columns else "use `:exec` or `:execrows`",
            )
        )
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


@frozen
class CopyTarget:
    """What COPY needs of an INSERT: the table with its columns, and the parameters' numbers."""

    target: str
    numbers: tuple[int, ...]


def copy_target(query: TypedQuery) -> CopyTarget:
    """The parts of an INSERT of parameters.

    Raises `SqlgenError` (`copy-needs-values`) for what COPY cannot do.
    """
    text = _COMMENT.sub(" ", query.query.sql.text).strip()
    found = re.fullmatch(_INSERT, text, re.IGNORECASE)
    if found is None:
        raise SqlgenError(
            Diagnostic(
                code="copy-needs-values",
                message="`:copy` can only do `INSERT INTO table (columns) VALUES (…)` of"
                " parameters: no expressions, casts, defaults, ON CONFLICT or RETURNING",
                label=Label(query.query.name_span),
                hint=(
                    "use `:batch`"
                    if re.match(
                        r"(?:insert|update|delete|merge)\b", text, re.IGNORECASE
                    )
                    else "use `:many`" if query.columns else "use `:exec`"
                ),
            )
        )
    columns = " ".join((found["columns"] or "").split())
    return CopyTarget(
        f"{found['table']} {columns}".rstrip(),
        tuple(int(number) for number in re.findall(r"\d+", found["values"])),
    )


def copy_statement(query: TypedQuery, *, binary: bool) -> str:
    """The COPY that writes what the INSERT would."""
    options = " (FORMAT BINARY)" if binary else ""
    return f"COPY {copy_target(query).target} FROM STDIN{options}"


def binary_types(types: Sequence[PgType], overridden: bool) -> tuple[str, ...]:
    """The types of a binary COPY, or none if psycopg cannot write one of them in binary."""
    based = [_base(type_) for type_ in types]
    if overridden or not all(_writable(type_) for type_ in based):
        return ()
    return tuple(type_name(type_) for type_ in based)


def copy_argument(
    argument: Argument, parameter: TypedParameter, types: TypeMapping, *, binary: bool
) -> Argument:
    """The argument as COPY takes it: psycopg knows the type, or text needs none."""
    if is_dumped(argument.write):
        return argument
    base = _base(parameter.type)

    def sent(type_: PgType) -> Conversion:
        return _checked(type_) if binary else nested_write(type_, types)

    write = sent(base)
    if isinstance(base, ArrayType):
        item = sent(base.element)
        listed = Each(or_none(item) if parameter.element_nullable else item)
        return replace(
            argument, write=or_none(listed) if parameter.nullable else listed
        )
    return replace(argument, write=or_none(write) if parameter.nullable else write)


def _checked(type_: PgType) -> Conversion:
    """Return what notices that a number does not fit its type, as psycopg's dumper does not."""
    write = scalar_of(type_).write if isinstance(type_, ScalarType) else KEEP
    checks = isinstance(write, Apply) and write.function.module == SUPPORT
    return write if checks else KEEP


def _base(type_: PgType) -> PgType:
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def _writable(type_: PgType) -> bool:
    """Return whether psycopg has a binary dumper for the type, or for an array's elements."""
    inner = type_.element if isinstance(type_, ArrayType) else type_
    return adapter_of(inner).writes_binary
