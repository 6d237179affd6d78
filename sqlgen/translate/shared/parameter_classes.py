"""(SharedRow…) -> the classes of parameters that several queries share."""

from collections.abc import Iterable, Mapping

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.python import Record
from ...model.source import SourceFile
from ..types import overrides
from .requirements import SharedRow
from .rows import row_span, side_by_side


def shared_parameter_classes(
    parameters: Iterable[SharedRow], sources: Mapping[str, SourceFile]
) -> tuple[Record, ...]:
    """Return the classes of parameters that queries name, sorted; the first query gives the fields' order.

    Raises `SqlgenError` (`parameter-mismatch`) where queries differ in the names, types or defaults of
    their parameters, with places in *sources*, the query files by their paths.
    """
    classes: dict[str, SharedRow] = {}
    diagnostics: list[Diagnostic] = []
    for each in parameters:
        first = classes.setdefault(each.record.name, each)
        if set(each.record.fields) != set(first.record.fields):
            diagnostics.append(_mismatch(each, first, sources))
    if diagnostics:
        raise SqlgenError(*diagnostics)
    return tuple([classes[name].record for name in sorted(classes)])


def _mismatch(
    own: SharedRow, first: SharedRow, sources: Mapping[str, SourceFile]
) -> Diagnostic:
    """Return the error that shows the parameters of two queries side by side, and both places."""
    left, right = _lines(own.record), _lines(first.record)
    fields = dict.fromkeys([*left, *right])
    columns = [[lines.get(name, "") for name in fields] for lines in (left, right)]
    label, related = (Label(row_span(each, sources)) for each in (own, first))
    return Diagnostic(
        code="parameter-mismatch",
        message=(
            f"`{own.query}` and `{first.query}` have different parameters, so they cannot share"
            f" `{own.record.name}`:{side_by_side(*columns)}"
        ),
        label=label,
        related=(related,),
        hint=(
            "make names and types the same (`:name!` and `:name?` say whether it may be None), or name"
            " another class"
        ),
    )


def _lines(record: Record) -> dict[str, str]:
    """Return the parameters for people to read, by name."""
    return {
        field.name: f"{field.name}: {overrides.text(field.type)}"
        + (f" = {field.default.name}" if field.default else "")
        for field in record.fields
    }
