"""The findings of `sqlgen plans` -> text for people, JSON and annotations."""

from collections.abc import Iterator
from typing import Any

from .. import report
from ..explain import PageEffect
from ..model.diagnostic import Diagnostic, Label, Severity
from ..model.source import Span
from ..plans import (
    AccessChange,
    PlanFindings,
    QueryAccess,
    QueryFindings,
    UnindexedKey,
    UnservedCondition,
    UnservedOrder,
)
from ..plans.comparison import scan_text
from ..plans.keys import table_name
from .impact import shortened


def as_text(result: PlanFindings) -> str:
    """Return the findings for people: queries first, then indexes and foreign keys; or only the changes."""
    if result.revision:
        return "\n".join(map(report.printable, _change_lines(result)))
    lines = [*_access_lines(result)]
    if result.missing:
        lines.append(f"not in the schema: {shortened(result.missing)}")
    for query in result.queries:
        lines += _query_lines(query)
    unserved = len([q for q in result.queries if q.unserved or q.pages])
    lines.append(
        f"conditions or pages that no index serves: {unserved} of {len(result.queries)} queries"
    )
    for index in result.unused:
        better = f"; plans use {index.instead} instead" if index.instead else ""
        lines.append(f"no query uses: index {index.name} of {index.table}{better}")
    for key in result.keys:
        lines += (f"no index for: {_key_message(key)}", f"  {key.index}")
    return "\n".join(map(report.printable, lines))


def as_json(result: PlanFindings) -> str:
    """Return the object that `docs/plans.md` promises to tools."""
    document = {
        "queries": list(map(_object, result.queries)),
        "unused_indexes": [
            {"index": i.name, "table": i.table, "instead": i.instead or None}
            for i in result.unused
        ],
        "foreign_keys": [
            {
                "constraint": key.name,
                "table": key.table,
                "columns": key.columns,
                "queries": key.queries,
                "through": key.through,
                "index": key.index,
            }
            for key in result.keys
        ],
        "plans": list(map(_access, result.accesses)),
        "not_in_the_schema": result.missing,
        "from": result.revision or None,
        "changes": [
            {
                "query": change.query,
                "file": change.place.source.path,
                "line": change.place.line,
                "statement": change.variant,
                "table": change.table,
                "before": change.before,
                "now": change.now,
                "lost_index": change.is_loss,
            }
            for change in result.changes
        ],
    }
    return report.json_text(document)


def as_github(result: PlanFindings) -> str:
    """Return annotations: those of `as_diagnostics`."""
    return report.github(as_diagnostics(result))


def _query_lines(query: QueryFindings) -> Iterator[str]:
    if query.error or query.unserved or query.pages:
        yield _head(query.name, query.place)
    if query.error:
        yield f"  no plan: {query.error}"
    for one in query.unserved:
        yield f"  {unserved_message(one)}"
        for remedy in remedies(one):
            yield f"    {remedy}"
    for page in query.pages:
        yield f"  {order_message(page)}"
        yield f"    {order_remedy(page)}"
    if query.unserved and query.unseen:
        yield f"  not seen: what {', '.join(query.unseen)} does"


def _change_lines(result: PlanFindings) -> Iterator[str]:
    place = None
    for change in result.changes:
        if change.place != place:
            yield _head(change.query, change.place)
        place = change.place
        yield f"  {_change_message(change)}"
    lost = len({change.place for change in result.changes if change.is_loss})
    yield f"lost an index since {result.revision}: {lost} queries"


def _head(query: str, place: Span) -> str:
    """Return the line above what is found about a query: its name and place."""
    return f"{query}  {place.source.origin or f'{place.source.path}:{place.line}'}"


def _change_message(change: AccessChange) -> str:
    variant = f" ({change.variant})" if change.variant else ""
    return f"{change.before} → {change.now}{variant}"


def _change(change: AccessChange) -> Diagnostic:
    loss = change.is_loss
    return Diagnostic(
        code="lost-index" if loss else "other-plan",
        message=f"{change.query}: {_change_message(change)}",
        label=Label(change.place),
        severity=Severity.ERROR if loss else Severity.NOTE,
    )


def _access_lines(result: PlanFindings) -> Iterator[str]:
    """Yield the plans by statistics: those of a query together, those that read most first."""
    groups: dict[Span, list[QueryAccess]] = {}
    for access in result.accesses:
        groups.setdefault(access.place, []).append(access)
    for place, accesses in groups.items():
        yield _head(accesses[0].query, place)
        for access in accesses:
            variant = f" ({access.variant})" if access.variant else ""
            scans = ", ".join(map(scan_text, access.summary.scans)) or "no table"
            plan = access.summary
            yield f"  {scans}; {_count_text(plan.rows)}, cost {plan.cost:,.0f}{variant}"


def _count_text(rows: float) -> str:
    number = f"{rows:,.0f}"
    return f"{number} {'row' if number == '1' else 'rows'}"


def _access(access: QueryAccess) -> dict[str, Any]:
    return {
        "query": access.query,
        "file": access.place.source.path,
        "line": access.place.line,
        "statement": access.variant,
        "scans": [
            {
                "scan": scan.kind,
                "table": table_name(scan.table),
                "index": scan.index or None,
                "table_rows": scan.table_rows,
            }
            for scan in access.summary.scans
        ],
        "rows": access.summary.rows,
        "cost": access.summary.cost,
    }


def unserved_message(one: UnservedCondition) -> str:
    """Return the finding in words."""
    variants = f" ({'; '.join(one.variants)})" if one.variants else ""
    conditions = [*one.conditions]
    if len(conditions) > 1:
        conditions = [f"({c})" if " OR " in c else c for c in conditions]
    return f"no index of {one.table} serves {' and '.join(conditions)}{variants}"


def order_message(page: UnservedOrder) -> str:
    """Return the finding about the order of pages in words."""
    variants = f" ({'; '.join(page.variants)})" if page.variants else ""
    order = f"the order {', '.join(page.order)}"
    if page.effect is PageEffect.REREADS:
        return (
            f"each page of {page.table} reads those before it again: no index can begin at a NULL in"
            f" {order}{variants}"
        )
    if not page.conditions:
        return (
            f"no index of {page.table} has {order}: each page sorts all rows{variants}"
        )
    effect = {
        PageEffect.SORTS: "each page sorts all such rows",
        PageEffect.FILTERS: "each page reads other rows, too",
    }[page.effect]
    conditions = " and ".join(page.conditions)
    return (
        f"no index of {page.table} serves {conditions} in {order}: {effect}{variants}"
    )


def order_remedy(page: UnservedOrder) -> str:
    """Return what to do about it."""
    return page.index or (
        f"declare {page.order[0].split(' ')[0]} NOT NULL, or sort by it NULLS FIRST"
    )


def remedies(one: UnservedCondition) -> tuple[str, ...]:
    """Return the ways to fix the finding, the best first: conditions to write otherwise, then indexes."""
    texts: list[str] = []
    for rewrite in one.rewrites:
        text = f"write {rewrite.instead} for {rewrite.condition}"
        if rewrite.index:
            texts.append(f"{text}: index {rewrite.index} serves that")
        else:
            texts.append(f"{text}, and {rewrite.create}")
    return (*texts, "; ".join(one.indexes)) if one.indexes else tuple(texts)


def _key_message(key: UnindexedKey) -> str:
    columns = ", ".join(key.columns)
    return (
        f"{key.table} ({columns}), foreign key {key.name}, which PostgreSQL looks up for"
        f" {', '.join(key.queries)}"
    )


def _object(query: QueryFindings) -> dict[str, Any]:
    return {
        "name": query.name,
        "file": query.place.source.path,
        "line": query.place.line,
        "unserved": [
            {
                "table": one.table,
                "conditions": one.conditions,
                "variants": one.variants,
                "indexes": one.indexes,
                "rewrites": [
                    {
                        "condition": rewrite.condition,
                        "instead": rewrite.instead,
                        "index": rewrite.index or None,
                        "create": rewrite.create or None,
                    }
                    for rewrite in one.rewrites
                ],
            }
            for one in query.unserved
        ],
        "pages": [
            {
                "table": page.table,
                "conditions": page.conditions,
                "order": page.order,
                "effect": page.effect,
                "variants": page.variants,
                "index": page.index or None,
            }
            for page in query.pages
        ],
        "used": query.used,
        "not_seen": query.unseen,
        "error": query.error or None,
    }


def as_diagnostics(result: PlanFindings) -> tuple[Diagnostic, ...]:
    """Return warnings at queries, and notes about indexes; or errors at queries that lost one."""
    if result.revision:
        return tuple(map(_change, result.changes))
    return tuple(_diagnostics(result))


def _diagnostics(result: PlanFindings) -> Iterator[Diagnostic]:
    for query in result.queries:
        for one in query.unserved:
            yield Diagnostic(
                code="no-index",
                message=f"{query.name}: {unserved_message(one)}",
                label=Label(query.place),
                hint="; or ".join(remedies(one)),
                severity=Severity.WARNING,
            )
        for page in query.pages:
            yield Diagnostic(
                code="no-index",
                message=f"{query.name}: {order_message(page)}",
                label=Label(query.place),
                hint=order_remedy(page),
                severity=Severity.WARNING,
            )
    for index in result.unused:
        yield _note(
            "unused-index", f"no query uses index {index.name} of {index.table}"
        )
    for key in result.keys:
        yield _note("unindexed-key", f"no index for {_key_message(key)}", key.index)


def _note(code: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code=code, message=message, label=None, hint=hint, severity=Severity.NOTE
    )
