"""Random queries: SELECT with all its clauses, set operations, VALUES, WITH."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.soundness.scopes import Scope, Source
from tests.soundness.sources import Sources
from tests.soundness.templates import (
    BIG,
    BOOL,
    DATE,
    INT,
    MOOD,
    TEXT,
    Columns,
)


@dataclass
class Queries(Sources):
    """Writes queries; a subclass writes the data-modifying statements in WITH."""

    @abstractmethod
    def change(self, scope: Scope) -> tuple[str, Columns]:
        """Return a data-modifying statement with RETURNING."""

    def query(
        self, scope: Scope, types: Sequence[str] | None = None
    ) -> tuple[str, Columns]:
        """Return a SELECT, VALUES or set operation, perhaps with WITH; with columns of the *types* if any."""
        roll = self.chance.random()
        if scope.depth > 0 and roll < 0.14:
            return self.with_query(scope, types)
        if scope.depth > 0 and roll < 0.26:
            return self.set_operation(scope, types)
        if roll < 0.30:
            return self.values(scope, types)
        return self.select(scope, types)

    def select(
        self, scope: Scope, types: Sequence[str] | None = None
    ) -> tuple[str, Columns]:
        text, inner = self.from_clause(scope)
        where = self.where(inner)
        roll = self.chance.random()
        if roll < 0.25 and inner.sources:
            return self.grouped(text + where, inner, types)
        if roll < 0.33:
            return self.aggregated(text + where, inner, types)
        level = replace(inner, windows=roll < 0.48)
        kinds = types or [self.type() for _ in range(self.chance.choice([1, 2, 3, 4]))]
        items = [self.expression(kind, level) for kind in kinds]
        if types is None and self.chance.random() < 0.06:
            items[-1] = self.set_returning(level)
            kinds = [*kinds[:-1], INT]
        distinct = self.chance.choice(["", "", "", "", "DISTINCT "])
        if self.chance.random() < 0.04:
            distinct = f"DISTINCT ON ({items[0]}) "
            return self.with_list(
                items, kinds, f"{text}{where} ORDER BY {items[0]}", distinct
            )
        return self.with_list(items, kinds, text + where + self.limit(), distinct)

    def with_list(
        self, items: Sequence[str], types: Sequence[str], rest: str, distinct: str = ""
    ) -> tuple[str, Columns]:
        columns = tuple((self.name("c"), kind) for kind in types)
        listed = ", ".join(
            f"{item} AS {name}" for item, (name, _) in zip(items, columns, strict=True)
        )
        return f"SELECT {distinct}{listed}{rest}", columns

    def where(self, scope: Scope) -> str:
        if self.chance.random() < 0.4:
            return ""
        parts = [self.condition(scope) for _ in range(self.chance.choice([1, 1, 2]))]
        return " WHERE " + self.chance.choice([" AND ", " AND ", " OR "]).join(
            f"({part})" for part in parts
        )

    def limit(self) -> str:
        roll = self.chance.random()
        if roll < 0.05:
            return " LIMIT 1"
        if roll < 0.07:
            return " LIMIT 2 OFFSET 1"
        return ""

    def grouped(
        self, rest: str, scope: Scope, types: Sequence[str] | None
    ) -> tuple[str, Columns]:
        keys: list[tuple[str, str]] = []
        for _ in range(self.chance.choice([1, 1, 2])):
            kind = self.chance.choice([INT, TEXT, BOOL, DATE, MOOD, INT, TEXT])
            columns = scope.columns(kind)
            if columns and self.chance.random() < 0.75:
                keys.append((self.chance.choice(columns), kind))
            elif columns:
                keys.append((self.expression(kind, replace(scope, depth=1)), kind))
        if not keys:
            return self.aggregated(rest, scope, types)
        texts = [key for key, _ in keys]
        clause = ", ".join(texts)
        sets = self.chance.random()
        if sets < 0.10:
            clause = f"ROLLUP ({clause})"
        elif sets < 0.18:
            clause = f"CUBE ({clause})"
        elif sets < 0.30:
            parts = [f"({t})" for t in texts] + self.chance.choice(
                [["()"], [], [f"({clause})"]]
            )
            clause = f"GROUPING SETS ({', '.join(parts)})"
        elif sets < 0.35:
            clause = f"{texts[0]}, ROLLUP ({texts[-1]})"
        level = replace(scope, grouped=tuple(keys), windows=self.chance.random() < 0.1)
        having = ""
        if self.chance.random() < 0.3:
            having = f" HAVING {self.expression(BOOL, level.deeper())}"
        kinds = types or [
            self.chance.choice([*(k for _, k in keys), self.type()])
            for _ in range(self.chance.choice([1, 2, 3]))
        ]
        items = [self.expression(kind, level) for kind in kinds]
        return self.with_list(
            items, kinds, f"{rest} GROUP BY {clause}{having}{self.limit()}"
        )

    def aggregated(
        self, rest: str, scope: Scope, types: Sequence[str] | None
    ) -> tuple[str, Columns]:
        level = replace(scope, grouped=())
        kinds = types or [self.type() for _ in range(self.chance.choice([1, 2, 3]))]
        items = [self.expression(kind, level) for kind in kinds]
        having = ""
        if self.chance.random() < 0.15:
            having = f" HAVING {self.expression(BOOL, level.deeper())}"
        elif not types:
            items.append("count(*)")
            kinds = [*kinds, BIG]
        return self.with_list(items, kinds, rest + having)

    def values(self, scope: Scope, types: Sequence[str] | None) -> tuple[str, Columns]:
        kinds = types or [self.type() for _ in range(self.chance.choice([1, 2]))]
        level = replace(scope, depth=min(scope.depth, 1), sources=(), grouped=None)
        rows = [
            ", ".join(self.typed(kind, level) for kind in kinds)
            for _ in range(self.chance.choice([1, 2, 3]))
        ]
        columns = tuple((f"column{n}", kind) for n, kind in enumerate(kinds, 1))
        return "VALUES " + ", ".join(f"({row})" for row in rows), columns

    def set_operation(
        self, scope: Scope, types: Sequence[str] | None
    ) -> tuple[str, Columns]:
        kinds = types or [self.type() for _ in range(self.chance.choice([1, 2, 3]))]
        left, columns = self.query(scope.deeper(), kinds)
        right, _ = self.query(scope.deeper(), kinds)
        operator = self.chance.choice(
            ["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"]
        )
        return f"({left}) {operator} ({right}){self.limit()}", columns

    def with_query(
        self, scope: Scope, types: Sequence[str] | None
    ) -> tuple[str, Columns]:
        name = self.name("w")
        roll = self.chance.random()
        keyword = "WITH"
        hint = ""
        if roll < 0.4 and scope.top and types is None:
            text, columns = self.change(scope.deeper())
        elif roll < 0.6:
            keyword = "WITH RECURSIVE"
            text, columns = self.recursive(name, scope)
        else:
            text, columns = self.query(scope.deeper())
            hint = self.chance.choice(["", "", " NOT MATERIALIZED", " MATERIALIZED"])
        aliases = columns
        if keyword == "WITH":
            aliases = tuple((self.name("k"), kind) for _, kind in columns)
        head = f"{name} ({', '.join(n for n, _ in aliases)})" if aliases else name
        inner = replace(
            scope.deeper(),
            ctes=(*scope.ctes, Source(name, aliases)) if aliases else scope.ctes,
        )
        body, columns = (
            self.select(inner, types)
            if self.chance.random() < 0.8
            else self.query(inner, types)
        )
        return f"{keyword} {head} AS{hint} ({text}) {body}", columns

    def recursive(self, name: str, scope: Scope) -> tuple[str, Columns]:
        """Return a recursive query that ends because it counts to a small number."""
        kinds = [INT, *(self.type() for _ in range(self.chance.choice([1, 2])))]
        base = [
            self.typed(kind, replace(scope.deeper(), sources=(), grouped=None))
            for kind in kinds
        ]
        base[0] = "0"
        alias = self.name("r")
        names = tuple(self.name("k") for _ in kinds)
        source = Source(alias, tuple(zip(names, kinds, strict=True)))
        level = replace(scope.deeper(), sources=(source,), grouped=None, windows=False)
        join = ""
        if self.chance.random() < 0.5:
            table = self.chance.choice(list(self.tables))
            other = self.name("t")
            join = f" {self.chance.choice(['JOIN', 'LEFT JOIN'])} {table} {other} ON {other}.{self.tables[table][0][0]} = {alias}.{names[0]}"
            level = replace(level, sources=(source, Source(other, self.tables[table])))
            if self.tables[table][0][1] != INT:
                join, level = "", replace(level, sources=(source,))
        step = [
            f"{alias}.{names[0]} + 1",
            *(self.typed(kind, replace(level, depth=1)) for kind in kinds[1:]),
        ]
        where = f" WHERE {alias}.{names[0]} < 3"
        union = self.chance.choice(["UNION ALL", "UNION ALL", "UNION"])
        return (
            f"SELECT {', '.join(base)} {union} SELECT {', '.join(step)} FROM {name} {alias}{join}{where}",
            tuple(zip(names, kinds, strict=True)),
        )
