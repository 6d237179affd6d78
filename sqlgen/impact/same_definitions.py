"""An object in two schemas -> whether it means the same, however it is written. Pure."""

from collections.abc import Iterable

from ..model.definitions import DefinedObject, ObjectGroup
from .dependencies import Dependency
from .row_changes import Schemas
from .view_texts import view_text, without_layout


def is_same(
    old: DefinedObject,
    new: DefinedObject,
    ways: Iterable[Dependency],
    schemas: Schemas,
) -> bool:
    """Return whether an object is the same for a statement that depends on it in these *ways*."""
    if old.kind != new.kind:
        return _is_renamed_table(old, new)
    if old.definition == new.definition:
        return True
    if schemas[1].identities and old.stored and old.stored == new.stored:
        return True  # only what it refers to has another name
    match old.name.group:
        case ObjectGroup.ROUTINE:
            texts = [without_layout(one.definition) for one in (old, new)]
            return texts[0] == texts[1]
        case ObjectGroup.RELATION:
            return _has_same_columns(old, new, ways, schemas)
        case _:
            return False


def _has_same_columns(
    old: DefinedObject,
    new: DefinedObject,
    ways: Iterable[Dependency],
    schemas: Schemas,
) -> bool:
    """Return whether a view has the same rows, and the same values in the columns that count."""
    before = view_text(old.definition, old.columns)
    after = view_text(new.definition, new.columns)
    if before.rest != after.rest or not before.columns or not after.columns:
        return False
    for name in before.columns.keys() | after.columns.keys():
        texts = before.columns.get(name, ""), after.columns.get(name, "")
        if texts[0] == texts[1]:
            continue
        if any(way.columns is None or name in way.columns for way in ways):
            return False
        # A function that gives several rows decides on those of the view.
        if any(not schemas[1].set_returning.isdisjoint(t.split()) for t in texts):
            return False
    return True


def _is_renamed_table(old: DefinedObject, new: DefinedObject) -> bool:
    """Return whether one is a view that shows all of a table, which has another name now."""
    table, view = (old, new) if new.definition else (new, old)
    relations = {
        use.object for use in view.uses if use.object.group is ObjectGroup.RELATION
    }
    text = view_text(view.definition, view.columns)
    if table.kind != "table" or len(relations) != 1 or not text.columns:
        return False
    [shown] = relations
    names = {column: text.columns[column].split()[-1] for column in view.columns}
    return (
        all(name in (column, f'"{column}"') for column, name in names.items())
        and all(len(one.split()) in (1, 3) for one in text.columns.values())
        and set(view.columns) == set(table.columns)
        and text.rest.split()[:2] == ["select", "from"]
        and text.rest.removesuffix(" ;").split()[2:]
        in ([shown.name], [shown.schema, ".", shown.name])
    )
