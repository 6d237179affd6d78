"""`pg_proc` and `pg_operator` -> Function and names of operators."""

from collections.abc import Mapping
from typing import Any

import psycopg

from ..model import postgres
from ..model.catalog import Function, PgType

_FUNCTIONS = f"""
SELECT p.oid,
       n.nspname,
       p.proname,
       -- An oidvector prints as oids with blanks between them.
       p.proargtypes::text,
       p.prorettype,
       p.prokind,
       p.proisstrict,
       p.proretset,
       p.provariadic <> 0,
       l.lanname,
       coalesce(p.prosqlbody::text, ''),
       -- NULL where all arguments are input arguments without a name.
       p.proallargtypes,
       p.proargmodes::text[],
       p.proargnames,
       coalesce(e.extname, ''),
       p.provolatile = 'v'
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
-- The extension that CREATE EXTENSION made it for.
LEFT JOIN pg_depend AS d
       ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_extension'::regclass AND p.oid >= {postgres.FIRST_NORMAL_OBJECT_ID}
LEFT JOIN pg_extension AS e ON e.oid = d.refobjid
"""

_OPERATORS = "SELECT oid, oprname FROM pg_operator"


def functions(
    connection: psycopg.Connection[Any], types: Mapping[int, PgType]
) -> dict[int, Function]:
    """Every function by its oid."""
    display = {oid: type_.display for oid, type_ in types.items()}
    found: dict[int, Function] = {}
    for (
        oid,
        schema,
        name,
        inputs,
        result,
        kind,
        strict,
        returns_set,
        variadic,
        language,
        body,
        all_types,
        modes,
        names,
        extension,
        volatile,
    ) in connection.execute(_FUNCTIONS).fetchall():
        arguments = tuple([display[int(argument)] for argument in inputs.split()])
        all_arguments: tuple[tuple[str, str, str], ...] = ()
        if all_types or names:
            shown = [display[argument] for argument in all_types or ()] or arguments
            all_arguments = tuple(
                zip(
                    modes or ["i"] * len(shown),
                    names or [""] * len(shown),
                    shown,
                    strict=True,
                )
            )
        elif arguments:
            all_arguments = tuple([("i", "", argument) for argument in arguments])
        found[oid] = Function(
            oid=oid,
            schema=schema,
            name=name,
            arguments=arguments,
            result=display[result],
            kind=kind,
            strict=strict,
            returns_set=returns_set,
            variadic=variadic,
            language=language,
            body=body,
            all_arguments=all_arguments,
            extension=extension,
            volatile=volatile,
        )
    return found


def operators(connection: psycopg.Connection[Any]) -> dict[int, str]:
    """Every operator's name by its oid."""
    return dict(connection.execute(_OPERATORS).fetchall())
