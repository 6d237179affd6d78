"""`pg_proc` and `pg_operator` -> the functions of a database, and the names of its operators."""

from collections.abc import Mapping
from typing import Any

import psycopg

from ..model import postgres
from ..model.catalog import PgType, Routine

_FUNCTIONS = f"""
SELECT p.oid,
       n.nspname,
       p.proname,
       -- The types of the input arguments: an oidvector prints as oids separated by blanks.
       p.proargtypes::pg_catalog.text,
       p.prorettype,
       -- f function, p procedure, a aggregate, w window function.
       p.prokind,
       p.proisstrict,
       p.proretset,
       p.provariadic <> '0',
       l.lanname,
       -- The tree of a body in the form of the SQL standard (BEGIN ATOMIC or RETURN).
       coalesce(p.prosqlbody::pg_catalog.text, ''),
       -- All arguments, output ones included: NULL if there are only input arguments. The names are
       -- NULL if no argument has one.
       p.proallargtypes,
       p.proargmodes::pg_catalog.text[],
       p.proargnames,
       coalesce(e.extname, ''),
       p.provolatile = 'v',
       p.pronargdefaults,
       coalesce(c.description, '')
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
-- The extension that it belongs to, if it did not come with the server.
LEFT JOIN pg_catalog.pg_depend AS d
       ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND d.objid = p.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid AND p.oid >= '{postgres.FIRST_NORMAL_OBJECT_ID}'
LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
LEFT JOIN pg_catalog.pg_description AS c
       ON c.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND c.objoid = p.oid AND c.objsubid = 0
      AND p.oid >= '{postgres.FIRST_NORMAL_OBJECT_ID}'
"""

_OPERATORS = "SELECT oid, oprname FROM pg_catalog.pg_operator"


def functions(
    connection: psycopg.Connection[Any], types: Mapping[int, PgType]
) -> dict[int, Routine]:
    """Return every function by its oid; *types* are the database's types by theirs."""
    display = {oid: type_.display for oid, type_ in types.items()}
    functions: dict[int, Routine] = {}
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
        defaults,
        comment,
    ) in connection.execute(_FUNCTIONS).fetchall():
        arguments = tuple([display[int(argument)] for argument in inputs.split()])
        all_arguments: tuple[tuple[str, str, str], ...] = ()
        if all_types or names:
            type_names = [display[oid] for oid in all_types or ()] or arguments
            all_arguments = tuple(
                zip(
                    modes or ["i"] * len(type_names),
                    names or [""] * len(type_names),
                    type_names,
                    strict=True,
                )
            )
        elif arguments:
            all_arguments = tuple([("i", "", argument) for argument in arguments])
        functions[oid] = Routine(
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
            defaults=defaults,
            comment=comment,
        )
    return functions


def operators(connection: psycopg.Connection[Any]) -> dict[int, str]:
    """Return the name of every operator by its oid."""
    return dict(connection.execute(_OPERATORS).fetchall())
