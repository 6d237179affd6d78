"""What the server says against a query, catalog -> an instruction, where PostgreSQL has none."""

import re
from collections.abc import Iterable

from ..model.catalog import Catalog, EnumType, Relation, RelationKind
from ..model.query import Parameter, Query
from .responses import StatementError

_SYNTAX_ERROR = "42601"
_UNTYPED = "could not determine data type of parameter"

_ENUM = re.compile(r'invalid input value for enum (?P<type>.*): "(?P<label>[\s\S]*)"')
_RELATION = re.compile(r'relation "(?P<name>.*)" does not exist')
_PERCENT = re.compile(r"[=<>]*%(?:\((?P<name>\w+)\))?s\b")
_KINDS = frozenset(RelationKind) - {RelationKind.COMPOSITE, RelationKind.SEQUENCE}
_MOST_LABELS = 20


def hint(
    query: Query,
    refused: StatementError,
    catalog: Catalog,
    named: list[Parameter],
    type_: str,
) -> str:
    """What to do about the refusal; empty where there is nothing to add to its message.

    *named* are the parameters that its message names. *type_* is what PostgreSQL makes of the first
    of them where it stands elsewhere, or empty.
    """
    if refused.message.startswith(_UNTYPED) and named:
        return _cast(spelled(named[0]), type_)
    if refused.sqlstate == _SYNTAX_ERROR and refused.position:
        return _placeholder(query.sql.text, refused.position - 1)
    if match := _ENUM.fullmatch(refused.message):
        return _label(match["label"], match["type"], catalog)
    if match := _RELATION.fullmatch(refused.message):
        return _table(match["name"], catalog)
    return "; ".join(
        f"`${parameter.number}` is the parameter `{spelled(parameter)}`"
        for parameter in named
        if parameter.name
    )


def spelled(parameter: Parameter) -> str:
    """A parameter as its author wrote it."""
    name = f":{parameter.name}" if parameter.name else f"${parameter.number}"
    return f"{name}{parameter.mark}"


def _cast(parameter: str, type_: str) -> str:
    if type_:
        return f"write `{parameter}::{type_}`, the type that it has elsewhere in the statement"
    return f"cast `{parameter}` to the type that it has, such as `{parameter}::timestamptz`"


def _placeholder(text: str, offset: int) -> str:
    """Drivers' own placeholders; `?` is an operator whose operand is then found missing."""
    for match in _PERCENT.finditer(text):
        if match.start() <= offset < match.end():
            return f"write `:{match['name'] or 'name'}` for a parameter"
    if text[:offset].rstrip().endswith("?"):
        return "write `:name` for a parameter"
    return ""


def _label(label: str, type_: str, catalog: Catalog) -> str:
    labels = next(
        (
            found.labels
            for found in catalog.types.values()
            if isinstance(found, EnumType) and type_ in (found.display, found.name)
        ),
        (),
    )
    if near := _nearest(label, labels):
        return f"write `{_quoted(near)}`"
    shown = ", ".join(f"`{_quoted(known)}`" for known in labels[:_MOST_LABELS])
    more = ", …" if len(labels) > _MOST_LABELS else ""
    return f"write one of {shown}{more}" if labels else ""


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"


def _table(name: str, catalog: Catalog) -> str:
    """The table that was meant: of this name in another schema, or of nearly this name."""
    tables = [r for r in catalog.relations.values() if _is_the_users(r)]
    schema, _, bare = name.rpartition(".")
    for table in tables:
        if table.name == bare and not schema:
            return (
                f"write `{table.schema}.{table.name}`, or add `{table.schema}` to"
                " `search_path` in pyproject.toml"
            )
    near = _nearest(bare, (table.name for table in tables))
    if not near:
        return ""
    schemas = sorted(table.schema for table in tables if table.name == near)
    if not schema or schema in schemas:
        return f"write `{schema}.{near}`" if schema else f"write `{near}`"
    return f"write `{schemas[0]}.{near}`"


def _is_the_users(relation: Relation) -> bool:
    return relation.kind in _KINDS and relation.schema not in (
        "pg_catalog",
        "information_schema",
        "pg_toast",
    )


def _nearest(word: str, known: Iterable[str]) -> str:
    import difflib  # rarely needed

    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), sorted(names), n=1, cutoff=0.7)
    return names[near[0]] if near else ""
