"""A `:page` query's description -> the keys of its pages, or why it can have none.

A page begins after the keys of the last row of the page before. So no two rows may have the same keys, and
a row must keep them: each is a column of a table. The statement that selects the keys too is compared with
the query's own, and its keys with those that the query is sorted by.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.catalog import EnumType, PgType, ScalarType
from ..model.description import Description, PageTree
from ..model.diagnostic import Diagnostic, Label
from ..model.page import PageItem
from ..model.typed import PageKey, TypedParameter
from .cardinality import missing_keys
from .nullability import column_verdicts, statement_scope
from .tree import nodes
from .tree.nodes import Node
from .tree.origins import output_origin
from .tree.query_level import QueryLevel, statement_level
from .variants import reason_against

TYPES: Final = frozenset(
    {
        *("int2", "int4", "int8", "oid", "numeric", "float4", "float8", "bool"),
        *("text", "varchar", "bpchar", "name", "char", "uuid", "bytea"),
        *("date", "time", "timestamp", "timestamptz"),
    }
)
"""The types of keys: those whose values can be written and read as text in any session."""


def page_keys(
    description: Description,
    level: QueryLevel,
    known: QueryLevel,
    parameters: Sequence[TypedParameter],
) -> tuple[tuple[PageKey, ...], list[Diagnostic]]:
    """Return the keys of pages, for each of `Query.page_orders` in turn, and the errors in them.

    *level* is the statement itself, *known* the one from which to prove what holds with and without parts.
    """
    query, variants = description.query, description.variants
    if query.page is None or variants is None:
        return (), []
    trees = [level.query, *[t for text in variants.sorted if (t := nodes.query(text))]]
    names = [column.name for column in description.columns]
    keys: list[PageKey] = []
    errors: list[Diagnostic] = []
    for items, page, ordered in zip(
        query.page_orders, variants.pages, trees, strict=True
    ):
        tree = nodes.query(page.tree)
        inner = tree.nodes("rtable")[0].node("subquery") if tree else None
        if tree is None or inner is None:
            continue
        if reason := _other_statement(known.query, inner):
            errors.append(_error(items[0], reason, "put the statement into a subquery"))
            continue
        hidden = len(names)
        places: list[int] = []
        for item in items:
            place = item.column_of(names)
            places.append(hidden if place is None else place)
            hidden += place is None
        outer = statement_level(level.catalog, tree)
        expressions = [_output(inner, place) for place in places]
        if not _are_sorted_by(expressions, ordered):
            errors.append(
                _error(
                    items[0], "its keys mean something else there", "sort by columns"
                )
            )
            continue
        verdicts, _ = column_verdicts(statement_scope(outer, parameters))
        found = [
            PageKey(page.types[place], verdicts[place].nullable) for place in places
        ]
        keys += found
        errors += _refused(items, places, page, outer)
        errors += [
            _error(
                item,
                "a collation of its own may call different texts equal",
                "leave out COLLATE, or give it to the table's column",
            )
            for item, expression in zip(items, expressions, strict=True)
            if expression and expression.tag == "COLLATEEXPR"
        ]
        missing = missing_keys(
            known,
            [e for e in expressions if e],
            [
                e
                for e, key in zip(expressions, found, strict=True)
                if e and not key.nullable
            ],
        )
        if missing != ():
            errors.append(_not_total(items, missing))
    # Several orders may lack the same.
    return tuple(keys), list(dict.fromkeys(errors))


def _other_statement(known: Node, inner: Node) -> str:
    if known.flag("hasDistinctOn"):
        return "ORDER BY chooses the rows of DISTINCT ON"
    if known.node("limitCount") or known.node("limitOffset") or known.nodes("rowMarks"):
        return "it has a LIMIT, an OFFSET or FOR UPDATE"
    return reason_against(known, inner, selects_more=True)


def _output(query: Node, place: int) -> Node | None:
    outputs = [e for e in query.nodes("targetList") if not e.flag("resjunk")]
    return outputs[place].node("expr") if place < len(outputs) else None


def _are_sorted_by(expressions: Sequence[Node | None], ordered: Node) -> bool:
    """Return whether these are the expressions that a statement is sorted by, each once."""
    by_reference = {
        entry.number("ressortgroupref"): entry.node("expr")
        for entry in ordered.nodes("targetList")
    }
    expected = [
        by_reference.get(clause.number("tleSortGroupRef"))
        for clause in ordered.nodes("sortClause")
    ]
    distinct: list[Node] = []
    for expression in expressions:
        if expression is None:
            return False
        if not any(expression.same(other) for other in distinct):
            distinct.append(expression)
    return len(distinct) == len(expected) and all(
        one is not None and one.same(other)
        for one, other in zip(expected, distinct, strict=True)
    )


def _refused(
    items: Sequence[PageItem], places: Sequence[int], page: PageTree, outer: QueryLevel
) -> Iterator[Diagnostic]:
    """Yield an error for each key whose value may change from page to page, or be lost on the way."""
    for item, place in zip(items, places, strict=True):
        type_ = page.types[place]
        origin = output_origin(outer, place + 1)
        if origin is None or outer.index.relation(origin.table) is None:
            yield _error(
                item,
                "it is no column of a table, whose value stays the same from page to page",
                "sort by a column of a table; a generated column can store the expression",
            )
        elif not _is_known(type_):
            yield _error(
                item,
                f"the text of `{type_.display}` depends on the session",
                "sort by another column",
            )


def _is_known(type_: PgType) -> bool:
    if isinstance(type_, EnumType):
        return True
    return (
        isinstance(type_, ScalarType)
        and type_.schema == "pg_catalog"
        and type_.name in TYPES
    )


def _error(item: PageItem, reason: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code="not-a-page",
        message=f"the rows cannot come in pages sorted by `{item.expression}`: {reason}",
        label=Label(item.span),
        hint=hint,
    )


def _not_total(
    items: Sequence[PageItem], missing: tuple[str, ...] | None
) -> Diagnostic:
    listed = ", ".join(missing or ())
    return Diagnostic(
        code="page-without-key",
        message="two rows may have the same keys, and a page that ends between them would lose one",
        label=Label(items[-1].span),
        hint=(
            f"add `{listed}` to ORDER BY"
            if missing
            else "add columns to ORDER BY of which no two rows have the same values, and that are not NULL"
        ),
    )
