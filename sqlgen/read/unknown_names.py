"""UnknownName -> Diagnostic: warnings at the places of the names in pyproject.toml."""

import re
from collections.abc import Sequence

from ..model.config import Config, NameKind, UnknownName
from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.source import SourceFile, Span
from .files import source
from .project_files import SMALL
from .toml_keys import key_places

_TABLES = {
    NameKind.COLUMNS: ("tool", "sqlgen", "columns"),
    NameKind.TYPES: ("tool", "sqlgen", "types"),
    NameKind.FUNCTIONS: ("tool", "sqlgen", "functions", "never_null"),
    NameKind.TYPED_FUNCTIONS: ("tool", "sqlgen", "functions"),
    NameKind.CLASSES: ("tool", "sqlgen", "names"),
    NameKind.FIELDS: ("tool", "sqlgen", "names"),
}
_CODES = {
    NameKind.COLUMNS: "unknown-column",
    NameKind.TYPES: "unknown-type",
    NameKind.FUNCTIONS: "unknown-function",
    NameKind.TYPED_FUNCTIONS: "unknown-function",
    NameKind.CLASSES: "unknown-type",
    NameKind.FIELDS: "unknown-column",
}


def unknown_name_warnings(
    config: Config, names: Sequence[UnknownName]
) -> tuple[Diagnostic, ...]:
    """Return a warning for each of the *names*, which the project's configuration uses."""
    if not names:
        return ()
    file = source(config.root, config.file, limit=SMALL)
    places = key_places(file.text)
    warnings = (
        Diagnostic(
            code="without-effect" if name.not_for else _CODES[name.kind],
            message=(
                f"`{name.name}` is {name.not_for}: `never_null` has no effect on it"
                if name.not_for
                else f"the database has no {name.kind} `{name.name}`"
            ),
            label=_label(file, places, name),
            hint=name.hint
            or (
                f"write `{name.nearest}`"
                if name.nearest
                else (
                    "remove it"
                    if name.not_for
                    else "correct or remove it: it has no effect"
                )
            ),
            severity=Severity.WARNING,
        )
        for name in names
    )
    return tuple(sorted(warnings, key=_position))


def setting_label(config: Config, path: tuple[str, ...]) -> Label | None:
    """Return the place of a setting in the configuration's file; None if it is not there."""
    file = source(config.root, config.file, limit=SMALL)
    places = key_places(file.text)
    place = places.get(path) or next(
        (place for key, place in places.items() if key[: len(path)] == path), None
    )
    return Label(Span(file, *place)) if place else None


def _position(warning: Diagnostic) -> int:
    return warning.label.span.start if warning.label else 0


def _label(
    file: SourceFile, places: dict[tuple[str, ...], tuple[int, int]], name: UnknownName
) -> Label | None:
    table = _TABLES[name.kind]
    if name.kind in (NameKind.FUNCTIONS, NameKind.TYPED_FUNCTIONS):
        start, end = places.get(table, (0, 0))
        match = re.compile(rf"(['\"]){re.escape(name.name)}\1").search(file.text, end)
        return Label(Span(file, *(match.span() if match else (start, end))))
    for path, place in places.items():
        # `patients.address = "…"` without quotes is two keys.
        if path[: len(table)] == table and ".".join(path[len(table) :]) == name.name:
            return Label(Span(file, *place))
    return None
