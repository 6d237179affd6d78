"""Random items of FROM: tables, joins of all kinds, subqueries, functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.soundness.expressions import Expressions
from tests.soundness.scopes import Scope, Source
from tests.soundness.templates import (
    BIG,
    BOOL,
    FLOAT,
    INT,
    INTS,
    ITEM,
    ITEMS,
    JSON,
    PLACES,
    TEXT,
    TEXTS,
    Columns,
)


@dataclass
class Sources(Expressions):
    """Writes FROM clauses; `tables` are the schema's relations with their columns and types."""

    tables: Mapping[str, Columns]

    def from_clause(self, scope: Scope) -> tuple[str, Scope]:
        if self.chance.random() < 0.05:
            return "", replace(
                scope, outer=(*scope.outer, *scope.sources), sources=(), grouped=None
            )
        base = replace(
            scope,
            outer=(*scope.outer, *scope.sources),
            sources=(),
            grouped=None,
            windows=False,
        )
        text, sources = self.item(base, scope.depth)
        if self.chance.random() < 0.12:
            more, others = self.item(replace(base, sources=sources), 0)
            return f" FROM {text}, {more}", replace(base, sources=sources + others)
        return f" FROM {text}", replace(base, sources=sources)

    def item(self, scope: Scope, joins: int) -> tuple[str, tuple[Source, ...]]:
        if joins <= 0 or self.chance.random() < 0.25:
            return self.primary(scope)
        left, lefts = self.item(scope, joins - 1)
        nested = joins - 1 if self.chance.random() < 0.35 else 0
        kind = self.chance.choice(
            ["JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"]
        )
        lateral = (
            replace(scope, sources=lefts)
            if kind in ("JOIN", "LEFT JOIN", "CROSS JOIN")
            else scope
        )
        right, rights = self.item(lateral, nested)
        both = lefts + rights
        if nested and " JOIN " in right:
            right = f"({right})"
        if kind == "CROSS JOIN":
            return f"{left} CROSS JOIN {right}", both
        names = [n for s in lefts for n, _ in s.columns]
        shared = [
            (n, k) for s in rights for n, k in s.columns
            if names.count(n) == 1 and sum(n == m for t in rights for m, _ in t.columns) == 1
            and (n, k) in {c for t in lefts for c in t.columns}
        ]  # fmt: skip
        roll = self.chance.random()
        if shared and roll < 0.35:
            chosen = self.chance.sample(
                shared, 1 if roll < 0.28 else min(2, len(shared))
            )
            using = ", ".join(n for n, _ in chosen)
            merged = Source(self.name("u"), tuple(chosen))
            if self.chance.random() < 0.3 and " JOIN " not in left:
                return f"{left} {kind} {right} USING ({using}) AS {merged.alias}", (
                    *both,
                    merged,
                )
            bare = Source("", tuple(chosen))
            return f"{left} {kind} {right} USING ({using})", (
                (*both, bare) if len(both) == 2 else both
            )
        if kind == "FULL JOIN":
            return f"{left} FULL JOIN {right} ON {self.equality(lefts, rights)}", both
        condition = self.equality(lefts, rights)
        if self.chance.random() < 0.35:
            level = replace(scope, sources=both, depth=1)
            condition = self.chance.choice(
                [
                    f"{condition} AND {self.expression(BOOL, level)}",
                    self.expression(BOOL, level),
                    "true",
                ]
            )
        return f"{left} {kind} {right} ON {condition}", both

    def equality(self, lefts: tuple[Source, ...], rights: tuple[Source, ...]) -> str:
        """Return a join condition on a foreign key, or on any two columns of one type."""
        keys = [
            f"{a.alias}.{n} = {b.alias}.id"
            for a, b in [(a, b) for a in lefts for b in rights]
            + [(b, a) for a in lefts for b in rights]
            for n, k in a.columns
            if k == INT
            and (n.endswith("_id") or n == "boss")
            and ("id", INT) in b.columns
            and a.alias
            and b.alias
        ]
        if keys and self.chance.random() < 0.6:
            return self.chance.choice(keys)
        pairs = [
            (f"{a.alias}.{n}", f"{b.alias}.{m}")
            for a in lefts for n, k in a.columns for b in rights for m, h in b.columns
            if k == h and k in (INT, TEXT) and a.alias and b.alias
        ]  # fmt: skip
        if not pairs:
            return "true" if not lefts else "1 = 1"
        chosen = self.chance.sample(
            pairs, 1 if self.chance.random() < 0.8 else min(2, len(pairs))
        )
        return " AND ".join(f"{a} = {b}" for a, b in chosen)

    def primary(self, scope: Scope) -> tuple[str, tuple[Source, ...]]:
        roll = self.chance.random()
        alias = self.name("t")
        if scope.ctes and roll < 0.5:
            cte = self.chance.choice(scope.ctes)
            return f"{cte.alias} {alias}", (Source(alias, cte.columns),)
        if scope.depth > 0 and roll < 0.22:
            text, columns = self.query(
                replace(scope.deeper(), sources=(), outer=scope.outer)
            )
            return self.derived("", text, columns, alias)
        if scope.depth > 0 and scope.sources and roll < 0.34:
            text, columns = self.query(scope.deeper())
            return self.derived("LATERAL ", text, columns, alias)
        if roll < 0.45:
            return self.function(scope, alias)
        table = self.chance.choice([*self.tables, "linked", "linked"])
        sample = (
            " TABLESAMPLE SYSTEM (50)"
            if self.chance.random() < 0.02 and table in _STORED
            else ""
        )
        only = "ONLY " if self.chance.random() < 0.03 else ""
        return f"{only}{table} {alias}{sample}", (Source(alias, self.tables[table]),)

    def derived(
        self, lateral: str, text: str, columns: Columns, alias: str
    ) -> tuple[str, tuple[Source, ...]]:
        names = tuple((self.name("s"), kind) for _, kind in columns)
        listed = ", ".join(n for n, _ in names)
        return f"{lateral}({text}) {alias} ({listed})", (Source(alias, names),)

    def function(self, scope: Scope, alias: str) -> tuple[str, tuple[Source, ...]]:
        level = replace(scope, depth=min(1, scope.depth))
        a, b, c = (self.name("z") for _ in range(3))
        i, ints, texts = (self.expression(kind, level) for kind in (INT, INTS, TEXTS))
        options: list[tuple[str, Columns]] = [
            ("generate_series(1, 3)", ((a, INT),)),
            (f"generate_series(0, {i} % 4)", ((a, INT),)),
            (f"unnest({ints})", ((a, INT),)),
            (f"unnest({texts})", ((a, TEXT),)),
            (f"unnest({ints}, {texts})", ((a, INT), (b, TEXT))),
            ("unnest($?::int[], $?::text[])", ((a, INT), (b, TEXT))),
            (
                f"ROWS FROM (generate_series(1, 3), unnest({texts}))",
                ((a, INT), (b, TEXT)),
            ),
            (f"f_rows({i})", ((a, INT), (b, TEXT))),
            ("f_homes()", ((a, TEXT), (b, INT), (c, TEXTS))),
            (f"f_out({i})", ((a, INT), (b, TEXT))),
            (f"f_zero({i})", ((a, INT),)),
            (f"jsonb_each({self.expression(JSON, level)})", ((a, TEXT), (b, JSON))),
            (
                f"jsonb_each_text({self.expression(JSON, level)})",
                ((a, TEXT), (b, TEXT)),
            ),
            (f"jsonb_array_elements({self.expression(JSON, level)})", ((a, JSON),)),
            (f"string_to_table({self.expression(TEXT, level)}, 'a')", ((a, TEXT),)),
            (
                f"regexp_matches({self.expression(TEXT, level)}, 'a', 'g')",
                ((a, TEXTS),),
            ),
            (f"coalesce({i}, NULL)", ((a, INT),)),
            *self.rows_of_types(level, i, ints),
        ]
        call, columns = self.chance.choice(options)
        if call.startswith("f_") and self.chance.random() < 0.2:
            names = self.tables["book"]
            return f"{self.chance.choice(['f_whole()', f'f_books({i})'])} {alias}", (
                Source(alias, names),
            )
        if columns == _ITEM and self.chance.random() < 0.5:
            return f"{call} {alias}", (Source(alias, columns),)
        columns = tuple((self.name("z"), kind) for _, kind in columns)
        ordinality = self.chance.random() < 0.3
        if ordinality:
            columns = (*columns, (self.name("z"), BIG))
        listed = ", ".join(n for n, _ in columns)
        return f"{call}{' WITH ORDINALITY' if ordinality else ''} {alias} ({listed})", (
            Source(alias, columns),
        )

    def rows_of_types(
        self, level: Scope, number: str, numbers: str
    ) -> list[tuple[str, Columns]]:
        """Return functions whose columns are the fields of composites."""
        items, places, item, json = (
            self.expression(kind, level) for kind in (ITEMS, PLACES, ITEM, JSON)
        )
        place = (("z", TEXT), ("z", INT), ("z", TEXTS))
        return [
            (f"unnest({items})", _ITEM),
            (f"unnest({items})", _ITEM),
            (f"unnest(({items})::spot[])", _ITEM),
            (f"unnest({places})", place),
            (f"unnest({items}, {numbers})", (*_ITEM, ("z", INT))),
            (f"ROWS FROM (unnest({items}), unnest({places}))", (*_ITEM, *place)),
            (f"ROWS FROM (unnest({items}))", _ITEM),
            (f"coalesce({item}, NULL)", _ITEM),
            (f"f_item({number})", _ITEM),
            ("f_items()", _ITEM),
            ("f_spots()", _ITEM),
            (f"f_record({number})", (("z", INT), ("z", TEXT))),
            (f"jsonb_populate_record(NULL::item, {json})", _ITEM),
            (f"jsonb_populate_recordset(NULL::item, {json})", _ITEM),
        ]


_ITEM: Columns = (("id", INT), ("label", TEXT), ("weight", FLOAT))
_STORED = ("author", "book", "edition", "item", "loose", "tight", "guarded")
