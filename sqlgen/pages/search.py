"""A documentation -> the index that the search of its pages looks in. Pure."""

import json

from ..model.output import SCRIPT_MARKER
from . import addresses
from .names import Names


def search_index(names: Names) -> str:
    """Return a script that sets the index: kind, name, place, address and further words of each page.

    A script works where pages are opened as files; fetching JSON does not.
    """
    documentation = names.documentation
    entries = [
        (
            "query",
            query.name,
            query.module,
            addresses.query_page(query),
            query.typed.query.doc[:200],
        )
        for query in documentation.queries
    ]
    entries += [
        (
            "view" if table.definition else "table",
            table.name,
            table.schema,
            addresses.table_page(table.key),
            " ".join([column.name for column in table.columns]),
        )
        for table in documentation.schema.tables
    ]
    entries += [
        (
            type_.kind,
            type_.name,
            type_.schema,
            addresses.type_page(type_.key),
            " ".join(type_.labels),
        )
        for type_ in documentation.schema.types
    ]
    entries += [
        (
            routine.kind,
            routine.name,
            routine.schema,
            names.routine_page(routine),
            f"{routine.arguments} {routine.comment[:200]}",
        )
        for routine in documentation.schema.routines
    ]
    # ASCII alone, and no `<`: the script means the same in whatever way it is read.
    lines = ",\n".join([json.dumps(entry).replace("<", "\\u003c") for entry in entries])
    return f"{SCRIPT_MARKER} */\nwindow.sqlgenIndex = [\n{lines}\n];\n"
