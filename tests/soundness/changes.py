"""Random INSERT, UPDATE, DELETE and MERGE over `schema.sql`, all with RETURNING."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.soundness.queries import Queries
from tests.soundness.scopes import Scope, Source
from tests.soundness.templates import (
    LITERALS,
    Columns,
)


class Changes(Queries):
    """Writes data-modifying statements that a server of `version` understands."""

    def change(self, scope: Scope) -> tuple[str, Columns]:
        roll = self.chance.random()
        if roll < 0.35:
            return self.update(scope)
        if roll < 0.65:
            return self.insert(scope)
        if roll < 0.85 or self.version < 170000:
            return self.delete(scope)
        return self.merge(scope)

    # PostgreSQL 18.6 crashes on `old` in a subquery, for a row that an INSTEAD OF trigger inserts.
    def target(self) -> tuple[str, str, Columns]:
        table = self.chance.choice(
            (
                "author",
                "book",
                "edition",
                "loose",
                "loose",
                "linked",
                "linked",
                "linked_guarded",
                "tight",
                "guarded",
                "sale",
                "item",
                "keep",
                "part_guarded",
                "part_moved",
                "v_born",
                "v_ins",
            )
        )
        return table, self.name("t"), self.tables[table]

    def returning(
        self,
        alias: str,
        columns: Columns,
        others: tuple[Source, ...],
        scope: Scope,
        *,
        old: bool,
    ) -> tuple[str, Columns]:
        sources = [Source(alias, columns), *others]
        if old and self.version >= 180000 and self.chance.random() < 0.4:
            sources = [Source(name, columns) for name in ("old", "new")] + sources
        level = replace(scope, sources=tuple(sources), depth=min(scope.depth, 2))
        kinds = [k for _, k in columns if k in LITERALS]
        kinds = [
            self.chance.choice(kinds) for _ in range(self.chance.choice([1, 2, 3, 4]))
        ]
        items = [
            self.expression(
                kind, replace(level, depth=self.chance.choice([0, 0, level.depth]))
            )
            for kind in kinds
        ]
        names = tuple((self.name("c"), kind) for kind in kinds)
        return (
            " RETURNING "
            + ", ".join(f"{i} AS {n}" for i, (n, _) in zip(items, names, strict=True)),
            names,
        )

    def assignments(self, columns: Columns, scope: Scope) -> str:
        linked = any(name == "twice" for name, _ in columns)
        fixed = ("id", "twice") if linked else _FIXED
        free = [(n, k) for n, k in columns if n not in fixed and k in LITERALS]
        chosen = self.chance.sample(free, min(len(free), self.chance.choice([1, 1, 2])))
        return ", ".join(f"{n} = {self.expression(k, scope)}" for n, k in chosen)

    def update(self, scope: Scope) -> tuple[str, Columns]:
        table, alias, columns = self.target()
        others: tuple[Source, ...] = ()
        text = ""
        if self.chance.random() < 0.4:
            more, others = self.item(replace(scope, sources=()), 1)
            text = f" FROM {more}"
        level = replace(
            scope, sources=(Source(alias, columns), *others), depth=min(scope.depth, 1)
        )
        assignments = self.assignments(columns, level)
        back, returned = self.returning(
            alias, columns, others, scope, old=table != "v_ins"
        )
        return (
            f"UPDATE {table} {alias} SET {assignments}{text}{self.where(level)}{back}",
            returned,
        )

    def delete(self, scope: Scope) -> tuple[str, Columns]:
        table = self.chance.choice(
            ("edition", "loose", "linked", "tight", "guarded", "sale", "item")
        )
        alias, columns = self.name("t"), self.tables[table]
        others: tuple[Source, ...] = ()
        text = ""
        if self.chance.random() < 0.4:
            more, others = self.item(replace(scope, sources=()), 1)
            text = f" USING {more}"
        level = replace(
            scope, sources=(Source(alias, columns), *others), depth=min(scope.depth, 1)
        )
        back, returned = self.returning(
            alias, columns, others, scope, old=table != "v_ins"
        )
        return f"DELETE FROM {table} {alias}{text}{self.where(level)}{back}", returned

    def insert(self, scope: Scope) -> tuple[str, Columns]:
        table, alias, columns = self.target()
        required = _REQUIRED.get(table, ())
        extra = [
            c
            for c in columns
            if c[0] not in required and c[0] not in _GENERATED and c[1] in LITERALS
        ]
        some = self.chance.sample(
            extra, min(len(extra), self.chance.choice([0, 1, 2, 3]))
        )
        if table == "tight":
            some = list(columns)
        assigned = [c for c in columns if c[0] in required] + some
        level = replace(scope, depth=min(scope.depth, 1))
        if self.chance.random() < 0.5:
            values = "VALUES " + ", ".join(
                f"({', '.join(self.fresh(table, c, level) for c in assigned)})"
                for _ in range(self.chance.choice([1, 1, 2]))
            )
        else:
            text, inner = self.from_clause(level)
            items = [self.fresh(table, c, replace(inner, depth=1)) for c in assigned]
            values = f"SELECT {', '.join(items)}{text}{self.where(inner)} LIMIT 3"
        conflict = ""
        key = {
            "author": "id",
            "book": "id",
            "guarded": "id",
            "item": "id",
            "linked": "id",
            "edition": "book_id, number",
        }.get(table)
        if key and self.chance.random() < 0.5:
            conflict = f" ON CONFLICT ({key}) DO NOTHING"
            if self.chance.random() < 0.7:
                own = (Source(alias, columns), Source("excluded", columns))
                change = self.assignments(columns, replace(level, sources=own))
                conflict = f" ON CONFLICT ({key}) DO UPDATE SET {change}"
                if self.chance.random() < 0.3:
                    conflict += self.where(replace(level, sources=own, depth=0))
        back, returned = self.returning(alias, columns, (), scope, old=table != "v_ins")
        names = ", ".join(n for n, _ in assigned)
        return (
            f"INSERT INTO {table} AS {alias} ({names}) {values}{conflict}{back}",
            returned,
        )

    def fresh(self, table: str, column: tuple[str, str], scope: Scope) -> str:
        """Return a value that the constraints probably allow."""
        name, kind = column
        if (table, name) in _KEYS:
            return _KEYS[table, name]
        if name == "id":
            return str(self.chance.choice([1, 2, 3, 901, 902, 903, 904]))
        if name == "kind":
            kinds = LITERALS[kind] if table.startswith("linked") else ["'novel'"]
            return self.chance.choice(kinds)
        if name in _REQUIRED.get(table, ()):
            return f"coalesce({self.expression(kind, scope)}, {self.chance.choice(LITERALS[kind])})"
        if table.startswith("linked") and self.chance.random() < 0.5:
            return self.chance.choice(LITERALS[kind])
        return self.typed(kind, scope)

    def merge(self, scope: Scope) -> tuple[str, Columns]:
        table = self.chance.choice(("loose", "guarded", "author", "tight"))
        alias, columns = self.name("t"), self.tables[table]
        more, others = self.primary(replace(scope, sources=()))
        level = replace(scope, sources=(Source(alias, columns), *others), depth=1)
        target, source = replace(level, sources=(Source(alias, columns),)), replace(
            level, sources=others
        )
        names = [c for c in columns if c[0] in _REQUIRED.get(table, ())] or list(
            columns[:2]
        )
        if table == "tight":
            names = list(columns)
        values = ", ".join(
            self.fresh(table, c, replace(source, depth=0)) for c in names
        )
        arms = [
            f"WHEN MATCHED THEN UPDATE SET {self.assignments(columns, level)}",
            "WHEN MATCHED THEN DELETE",
            f"WHEN NOT MATCHED THEN INSERT ({', '.join(n for n, _ in names)}) VALUES ({values})",
            f"WHEN NOT MATCHED BY SOURCE THEN UPDATE SET {self.assignments(columns, target)}",
            "WHEN NOT MATCHED BY SOURCE THEN DELETE",
        ]
        chosen = self.chance.sample(arms, self.chance.choice([1, 2, 3]))
        chosen.sort(key=arms.index)
        if arms[0] in chosen and arms[1] in chosen:
            chosen.remove(arms[1])
        if arms[3] in chosen and arms[4] in chosen:
            chosen.remove(arms[4])
        back, returned = self.returning(
            alias, columns, others, scope, old=table != "v_ins"
        )
        on = self.equality((Source(alias, columns),), others)
        return (
            f"MERGE INTO {table} {alias} USING {more} ON {on} {' '.join(chosen)}{back}",
            returned,
        )


_FIXED = (
    "id",
    "book_id",
    "author_id",
    "letters",
    "total",
    "number",
    "region",
    "kind",
    "phone",
    "mail",
)

_GENERATED = ("letters", "total", "twice")

_REQUIRED: Mapping[str, Sequence[str]] = {
    "author": ("id", "name"),
    "book": ("id", "author_id", "title", "kind", "phone", "sold"),
    "edition": ("book_id", "number"),
    "sale": ("id", "region", "at"),
    "item": ("id", "label"),
    "guarded": ("id",),
    "linked": ("id", "kind"),
    "part_moved": ("id",),
    "part_guarded": ("id",),
    "v_born": ("id", "name"),
    "v_ins": ("id",),
}

_KEYS: Mapping[tuple[str, str], str] = {
    ("book", "author_id"): "(SELECT min(id) FROM author)",
    ("edition", "book_id"): "(SELECT min(id) FROM book)",
    ("edition", "number"): "901",
    ("author", "name"): "'new' || random()",
    ("sale", "number"): "NULL",
}
