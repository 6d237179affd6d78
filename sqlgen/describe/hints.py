"""The server's error for a query, Catalog -> a hint, for errors that come without one."""

import re
from collections.abc import Iterable

from ..model.catalog import Catalog, EnumType, Relation, RelationKind
from ..model.query import Parameter, Query
from .responses import StatementError

_SYNTAX_ERROR = "42601"
_AMBIGUOUS_FUNCTION = "42725"
"""Also of operators (PostgreSQL's errcodes.txt)."""
_DATA_EXCEPTION = "22"
_UNTYPED = "could not determine data type of parameter"

_ENUM = re.compile(r'invalid input value for enum (?P<type>.*): "(?P<label>[\s\S]*)"')
_RELATION = re.compile(r'relation "(?P<name>.*)" does not exist')
_ICU = re.compile(
    r'collation "(?:[A-Za-z0-9-]+-x-icu|unicode)" for encoding .* does not exist'
)
_PERCENT = re.compile(r"[=<>]*%(?:\((?P<name>\w+)\))?s\b")
_BRACES = re.compile(r"\{\s*(?P<name>[^\W\d]\w*)?[^{}]*\}")
_QUOTED_NAME = re.compile(
    r"'(?:[^':]|:(?![^\W\d]))*(?<![\w:\"])(?P<name>:[^\W\d]\w*)(?![\w:])[^']*'"
)
_TYPE_BEFORE = re.compile(
    r"\b(?P<type>interval|date|time|timestamp|timestamptz|numeric|uuid)\s*$",
    re.IGNORECASE,
)
_MOMENT = r"(?:date|timestamp with(?:out)? time zone)"
_DIFFERENCE = re.compile(
    rf"operator does not exist: (?:(?P<left>interval|integer) [<>=]+ {_MOMENT}|{_MOMENT} [<>=]+ (?P<right>interval|integer))"
)
_SUBTRACTED = re.compile(r"-\s*\$(?P<number>\d+)\b(?!\s*::)")
_LEFT = re.compile(r"\$(?P<number>\d+)\s*$")
_RIGHT = re.compile(
    r"(?:[-+*/<>=~!@#%^&|`?]+|[\w.\"]+\s*\()[^$()]*\$(?P<number>\d+)\b(?!\s*::)"
)
_IN = re.compile(r"\b(?P<negated>NOT\s+)?IN\s*$", re.IGNORECASE)
_SORTED = re.compile(
    r"\border\s+by\s+(?:[^;]*,\s*)?(?P<key>[^\s,;()]+)\s*$", re.IGNORECASE
)
_KINDS = frozenset(RelationKind) - {RelationKind.COMPOSITE, RelationKind.SEQUENCE}
_MOST_LABELS = 20

_PLANNING = {
    "there is no unique or exclusion constraint matching the ON CONFLICT specification": (
        "add a unique constraint on exactly these columns; for a partial unique index, write its"
        " condition too: `ON CONFLICT (column) WHERE condition`"
    ),
    "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions": (
        "compare columns of both sides with `=` in `ON`, or combine a `LEFT JOIN` and the rest with"
        " `UNION ALL`"
    ),
    "FOR {} cannot be applied to the nullable side of an outer join": (
        "name the tables to lock: `FOR {} OF table`"
    ),
}
"""Errors of the planner that come without a hint -> ours."""


def hint(
    query: Query,
    error: StatementError,
    catalog: Catalog,
    parameters: list[Parameter],
    type_elsewhere: str,
) -> str:
    """Return an instruction that helps to fix the error; empty if the message says it all.

    *parameters* are those that the message names. *type_elsewhere* is the type that the first of
    them has elsewhere in the query, or empty.
    """
    if error.message.startswith(_UNTYPED) and parameters:
        return _cast(spelled(parameters[0]), type_elsewhere)
    if error.sqlstate == _SYNTAX_ERROR and error.position:
        offset = error.position - 1
        return (
            _list(query, offset)
            or _direction(query, offset)
            or _placeholder(query.sql.text, offset)
            or _no_value(query, offset)
        )
    if error.sqlstate.startswith(_DATA_EXCEPTION) and error.position:
        quoted = _QUOTED_NAME.match(query.sql.text, error.position - 1)
        if quoted:
            return f"take `{quoted['name']}` out of the quotes, in which it is no parameter"
    if match := _ENUM.fullmatch(error.message):
        return _label(match["label"], match["type"], catalog)
    if match := _RELATION.fullmatch(error.message):
        return _table(match["name"], catalog)
    if _ICU.fullmatch(error.message):
        return "set `server` to a PostgreSQL that has ICU: this one was built without"
    for strength in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
        for message, instruction in _PLANNING.items():
            if error.message == message.format(strength):
                return instruction.format(strength)
    return ""


def hint_instead(query: Query, error: StatementError) -> str:
    """Return a hint that says more than PostgreSQL's own; empty if there is none.

    In `at > now() - :age`, PostgreSQL takes `:age` for a moment too, so that the difference is an interval.
    In `:a + :b`, nothing tells which `+` is meant.
    """
    if error.sqlstate == _AMBIGUOUS_FUNCTION and error.position:
        return _operand(query, error.position - 1)
    difference = _DIFFERENCE.fullmatch(error.message)
    type_ = difference and (difference["left"] or difference["right"])
    subtracted = _SUBTRACTED.search(query.sql.text) if type_ else None
    for parameter in query.parameters if subtracted else ():
        if subtracted and parameter.number == int(subtracted["number"]):
            return (
                f"write `{spelled(parameter)}::{type_}`: it was taken for the type of"
                " the other side"
            )
    return ""


def _operand(query: Query, offset: int) -> str:
    """Return a hint to cast a parameter of the operator or function at *offset*, which may be one of several."""
    text = query.sql.text
    operand = _LEFT.search(text[:offset]) or _RIGHT.match(text, offset)
    for parameter in query.parameters if operand else ():
        if operand and parameter.number == int(operand["number"]):
            if "(" in operand[0]:
                name = spelled(parameter)
                return (
                    f"cast `{name}` to a type that the function takes: `{name}::TYPE`"
                )
            return _cast(spelled(parameter), "", example="integer")
    return ""


def spelled(parameter: Parameter) -> str:
    """Return the parameter as it is written in the query file."""
    name = f":{parameter.name}" if parameter.name else f"${parameter.number}"
    return f"{name}{parameter.mark}"


def _cast(parameter: str, type_: str, example: str = "timestamptz") -> str:
    if type_:
        return f"write `{parameter}::{type_}`, the type that it has elsewhere in the statement"
    return (
        f"cast `{parameter}` to the type that it has, such as `{parameter}::{example}`"
    )


def _list(query: Query, offset: int) -> str:
    """Return a hint for `IN :ids`, which other tools make a list of; PostgreSQL takes an array."""
    text = query.sql.text
    negated = _IN.search(text[:offset])
    for parameter in query.parameters:
        if negated and text.startswith(f"${parameter.number}", offset):
            operator = "<> ALL" if negated["negated"] else "= ANY"
            return (
                f"write `{operator}({spelled(parameter)})`; the parameter is an array"
            )
    return ""


def _direction(query: Query, offset: int) -> str:
    """Return a hint for `ORDER BY name :direction`."""
    text = query.sql.text
    item = _SORTED.search(text[:offset])
    for parameter in query.parameters if item else ():
        if (
            item
            and parameter.name
            and re.match(rf"\${parameter.number}\b", text[offset:])
        ):
            return (
                f"write `ORDER BY :{parameter.name}`, and below the header"
                f" `-- sqlgen: order {parameter.name} by {item['key']}`: calls choose the direction, too"
            )
    return ""


def _placeholder(text: str, offset: int) -> str:
    """Return a hint for a placeholder of a driver or of Python: `%s`, `%(name)s`, `?` or `{name}`.

    PostgreSQL reads `?` as an operator, and the error is at the operand that it misses after it.
    """
    for match in _PERCENT.finditer(text):
        if match.start() <= offset < match.end():
            return f"write `:{match['name'] or 'name'}` for a parameter"
    if braces := _BRACES.match(text, offset):
        return f"write `:{braces['name'] or 'name'}` for a parameter"
    if text[:offset].rstrip().endswith("?"):
        return "write `:name` for a parameter"
    return ""


def _no_value(query: Query, offset: int) -> str:
    """Return a hint for a parameter where no value can stand: `FROM :table`, `interval :age`."""
    text = query.sql.text
    for parameter in query.parameters:
        if re.match(rf"\${parameter.number}\b", text[offset:]):
            if before := _TYPE_BEFORE.search(text[:offset]):
                return f"write `{spelled(parameter)}::{before['type'].lower()}`"
            return "write it out: a parameter is a value, and no name or keyword"
    return ""


def _label(label: str, type_: str, catalog: Catalog) -> str:
    labels = next(
        (
            enum.labels
            for enum in catalog.types.values()
            if isinstance(enum, EnumType) and type_ in (enum.display, enum.name)
        ),
        (),
    )
    if near := _nearest(label, labels):
        return f"write `{_quoted(near)}`"
    listed = ", ".join(f"`{_quoted(label)}`" for label in labels[:_MOST_LABELS])
    more = ", …" if len(labels) > _MOST_LABELS else ""
    return f"write one of {listed}{more}" if labels else ""


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"


def _table(name: str, catalog: Catalog) -> str:
    """Return a hint with the table of this name in another schema, or of a similar name."""
    tables = [r for r in catalog.relations.values() if _is_user_table(r)]
    schema, _, bare = name.rpartition(".")
    for table in tables:
        if table.name == bare and not schema:
            return (
                f"write `{table.schema}.{table.name}`, or add `{table.schema}` to"
                " `search_path` in `[tool.sqlgen]`"
            )
    near = _nearest(bare, (table.name for table in tables))
    if not near:
        return ""
    schemas = sorted(table.schema for table in tables if table.name == near)
    if not schema or schema in schemas:
        return f"write `{schema}.{near}`" if schema else f"write `{near}`"
    return f"write `{schemas[0]}.{near}`"


def _is_user_table(relation: Relation) -> bool:
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
