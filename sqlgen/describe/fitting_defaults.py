"""`pg_attribute` -> the columns of domains whose DEFAULT is known to satisfy these."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import psycopg

from ..model import postgres

_DEFAULTS: Final = f"""
-- Each domain with those that it is based on, and the type under them.
WITH RECURSIVE based (domain, part, type) AS (
    SELECT t.oid, t.oid, t.typbasetype FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
    UNION ALL
    SELECT b.domain, t.oid, t.typbasetype
    FROM based AS b JOIN pg_catalog.pg_type AS t ON t.oid = b.type AND t.typtype = 'd'
)
SELECT a.attrelid, a.attnum,
       -- The text does not show the cast to the domain. Without any DEFAULT, NULL is made a value of it.
       pg_catalog.format('CAST((%s) AS %s)',
              coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), pg_catalog.pg_get_expr(t.typdefaultbin, 0::pg_catalog.oid), 'NULL'),
              pg_catalog.format_type(a.atttypid, NULL)),
       coalesce(d.adbin, t.typdefaultbin)::pg_catalog.text,
       ARRAY(
           SELECT c.conbin::pg_catalog.text
           FROM based AS b JOIN pg_catalog.pg_constraint AS c ON c.contypid = b.part AND c.contype = 'c'
           WHERE b.domain = a.atttypid
       )
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid AND t.typtype = 'd'
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid >= {postgres.FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid
  AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
  -- Arrays and composites may have domains of their own in them.
  AND EXISTS (
      SELECT FROM based AS b JOIN pg_catalog.pg_type AS p ON p.oid = b.type
      WHERE b.domain = a.atttypid AND (p.typtype = 'b' AND p.typelem = 0::pg_catalog.oid OR p.typtype = 'e')
  )
ORDER BY a.attrelid, a.attnum
"""

_FUNCTIONS: Final = f"""
SELECT oid,
       -- Of texts, these give the same whatever the collation is.
       proname IN ('texteq', 'textne', 'bpchareq', 'bpcharne', 'length', 'char_length', 'octet_length')
FROM pg_catalog.pg_proc
WHERE provolatile = 'i' AND oid < {postgres.FIRST_NORMAL_OBJECT_ID}::pg_catalog.oid AND oid = ANY(%s::pg_catalog.oid[])
"""

_TAG: Final = re.compile(r"\{([A-Z]+)")
_CALL: Final = re.compile(r":(?:funcid|opfuncid) (\d+)[^{}]*?:inputcollid (\d+)")
_NUMBERS: Final = re.compile(r":(?:funcid|opfuncid) (\d+)")

_PURE: Final = frozenset(
    {
        *("ARRAY", "ARRAYEXPR", "BOOLEANTEST", "BOOLEXPR", "COERCETODOMAIN"),
        *(
            "COERCETODOMAINVALUE",
            "CONST",
            "FUNCEXPR",
            "NULLTEST",
            "OPEXPR",
            "RELABELTYPE",
        ),
        *("SCALARARRAYOPEXPR",),
    }
)
"""The tags of nodes that depend on nothing but their arguments and the functions that they name."""


def fitting_defaults(connection: psycopg.Connection[Any]) -> set[tuple[int, int]]:
    """Return the columns, by relation and number, whose DEFAULT, or NULL without one, satisfies their domain.

    The server evaluates the DEFAULT, where it and the CHECKs are made of PostgreSQL's own immutable functions,
    so that it has the same value in any session.
    """
    rows = connection.execute(_DEFAULTS).fetchall()
    values = {text: [tree or "", *checks] for _, _, text, tree, checks in rows}
    functions = _functions(
        connection, [tree for one in values.values() for tree in one]
    )
    fitting = {
        text
        for text, trees in values.items()
        if all(_is_fixed(tree, functions) for tree in trees)
        and _is_value(connection, text)
    }
    return {
        (relation, number) for relation, number, text, *_ in rows if text in fitting
    }


def _functions(
    connection: psycopg.Connection[Any], trees: Iterable[str]
) -> dict[int, bool]:
    """Return the immutable functions of PostgreSQL in some trees, and whether collations matter to none."""
    called = {int(number) for tree in trees for number in _NUMBERS.findall(tree)}
    if not called:
        return {}
    return dict(connection.execute(_FUNCTIONS, (sorted(called),)).fetchall())


def _is_fixed(tree: str, functions: dict[int, bool]) -> bool:
    """Return whether an expression has the same value in any session, and with any collation."""
    calls = list(_calls(tree))
    return (
        _PURE.issuperset(_TAG.findall(tree))
        and len(calls) == len(_NUMBERS.findall(tree))
        and all(
            number in functions and (not collation or functions[number])
            for number, collation in calls
        )
    )


def _calls(tree: str) -> Iterator[tuple[int, int]]:
    for number, collation in _CALL.findall(tree):
        yield int(number), int(collation)


def _is_value(connection: psycopg.Connection[Any], text: str) -> bool:
    """Return whether an expression can be evaluated: making a value of a domain checks it."""
    try:
        with connection.transaction():
            connection.execute(f"SELECT {text}".encode())
    except psycopg.Error:
        return False
    return True
