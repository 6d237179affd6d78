"""MeasuredMigration -> findings; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..model.source import SourceFile, Span
from .effects import KnownRelation, MeasuredMigration, StatementEffects, Work, WorkKind
from .findings import BlockedRelation, RiskCode, RiskFinding
from .lock_modes import LockMode

_CODES: Final = {
    WorkKind.REWRITES: RiskCode.TABLE_REWRITE,
    WorkKind.SCANS: RiskCode.TABLE_SCAN,
    WorkKind.BUILDS_INDEX: RiskCode.BLOCKING_INDEX,
}

_ORDER: Final = tuple(RiskCode)

Blocked = dict[int, BlockedRelation]
"""The tables whose queries wait, by their oids."""


def findings(
    source: SourceFile, measured: MeasuredMigration
) -> tuple[RiskFinding, ...]:
    """Return the findings about a file of a migration, the gravest first."""
    found: list[RiskFinding] = []
    earlier: list[StatementEffects] = []
    for effects in measured.statements:
        if earlier and earlier[-1].transaction != effects.transaction:
            earlier = []
        found += _JudgedStatement(source, measured, effects, tuple(earlier)).findings()
        earlier.append(effects)
    if not measured.counts_scans:
        found += _unknown_scans(source, measured)
    return tuple(sorted(found, key=_gravity))


def _unknown_scans(
    source: SourceFile, measured: MeasuredMigration
) -> list[RiskFinding]:
    """Return a finding about the first statement that may have read a table without a message."""
    for effects in measured.statements:
        told = {work.relation for work in effects.works}
        for oid, mode in effects.taken.items():
            relation = measured.relations[oid]
            writes = mode.strength >= LockMode.ROW_EXCLUSIVE.strength
            if writes and relation.has_rows and oid not in told:
                statement = Span(source, effects.start, effects.end)
                return [
                    RiskFinding(
                        code=RiskCode.SCANS_NOT_MEASURED,
                        statement=statement,
                        relation=None,
                    )
                ]
    return []


def _gravity(finding: RiskFinding) -> tuple[int, bool, int]:
    reads = any(blocked.reads for blocked in finding.blocked)
    return _ORDER.index(finding.code), not reads, finding.statement.start


class _JudgedStatement:
    """One statement of a file, with those before it in its transaction."""

    def __init__(
        self,
        source: SourceFile,
        measured: MeasuredMigration,
        effects: StatementEffects,
        earlier: tuple[StatementEffects, ...],
    ) -> None:
        self._source = source
        self._relations = measured.relations
        self._effects = effects
        self._earlier = earlier
        self._own = _blocked(self._relations, effects.taken)
        held = _blocked(self._relations, effects.held)
        self._held = {t: b for t, b in held.items() if b != self._own.get(t)}

    def findings(self) -> Iterator[RiskFinding]:
        """Yield what there is to say about the statement."""
        place = self._span(self._effects)
        if not self._effects.is_measured:
            yield RiskFinding(
                code=RiskCode.LOCKS_NOT_MEASURED, statement=place, relation=None
            )
        for work in self._effects.works:
            yield from self._of_work(work, place)
        worked = {self._relations[work.relation].table for work in self._effects.works}
        brief = {t: b for t, b in self._own.items() if t not in worked}
        if self._effects.works and self._effects.at_once:
            brief = {}  # they are told with the work
        for blocked in brief.values():
            yield RiskFinding(
                code=RiskCode.BRIEF_LOCK,
                statement=place,
                relation=blocked.relation,
                blocked=(blocked,),
            )
        yield from self._several(place)

    def _of_work(self, work: Work, place: Span) -> Iterator[RiskFinding]:
        relation = self._relations[work.relation]
        finding = RiskFinding(
            code=_CODES.get(work.kind, RiskCode.BULK_UPDATE),
            statement=place,
            relation=relation,
            work=work,
            worked_on=relation,
        )
        # A statement that commits has not held all of its locks at once.
        own = self._own if self._effects.at_once else {}
        held = {**self._held, **own}
        if work.kind is WorkKind.CHANGES_ROWS:
            yield finding
        elif mine := {**self._held, **self._own}.get(relation.table):
            others = [b for table, b in own.items() if table != relation.table]
            yield replace(finding, blocked=(mine, *others))
            told = {*own, relation.table}
            held = {t: b for t, b in self._held.items() if t not in told}
        if held:
            first = next(iter(held.values()))
            yield replace(
                finding,
                code=RiskCode.LOCK_HELD,
                relation=first.relation,
                blocked=tuple(held.values()),
                since=self._since(first),
            )

    def _several(self, place: Span) -> Iterator[RiskFinding]:
        """Yield that it waits for a lock while those of earlier statements keep readers waiting."""
        held = [b for t, b in self._held.items() if t not in self._own and b.reads]
        new = [b for b in self._own.values() if b.reads]
        if held and new:
            yield RiskFinding(
                code=RiskCode.SEVERAL_LOCKS,
                statement=place,
                relation=new[0].relation,
                blocked=(*new, *held),
                since=self._since(held[0]),
            )

    def _since(self, blocked: BlockedRelation) -> Span | None:
        """Return the earlier statement that took a lock."""
        for effects in self._earlier:
            if effects.taken.get(blocked.relation.oid) is blocked.mode:
                return self._span(effects)
        return None

    def _span(self, effects: StatementEffects) -> Span:
        """Return the place of a statement."""
        return Span(self._source, effects.start, effects.end)


def _blocked(
    relations: Mapping[int, KnownRelation], locks: Mapping[int, LockMode]
) -> Blocked:
    """Return the locks for which queries wait: of each table the strongest, its own before an index's."""
    of_tables: Blocked = {}
    for oid, mode in locks.items():
        blocked = BlockedRelation(relations[oid], mode)
        if not (blocked.reads or blocked.writes):
            continue
        table = blocked.relation.table
        if table not in relations:
            continue
        other = of_tables.get(table)
        if other is None or _weight(blocked) > _weight(other):
            of_tables[table] = blocked
    return of_tables


def _weight(blocked: BlockedRelation) -> tuple[bool, bool, bool, int]:
    relation = blocked.relation
    return (
        blocked.reads,
        blocked.writes,
        relation.oid == relation.table,
        blocked.mode.strength,
    )
