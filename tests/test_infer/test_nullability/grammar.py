"""Random statements over the tests' database: joins of all kinds, grouping, set operations, writing.

Everything is of type int, text or boolean, so that nearly every query is accepted.
"""

import random
from dataclasses import dataclass, field

Columns = list[tuple[str, str]]
"""What may be named in an expression: SQL and type."""

TABLES: dict[str, Columns] = {
    "doctors": [("id", "int"), ("name", "text"), ("room", "int"), ("boss", "int")],
    "patients": [
        ("id", "int"),
        ("name", "text"),
        ("doctor_id", "int"),
        ("guardian_id", "int"),
        ("label", "text"),
    ],
    "visits": [
        ("id", "int"),
        ("patient_id", "int"),
        ("note", "text"),
        ("phone", "text"),
        ("mail", "text"),
    ],
    "empty": [("id", "int"), ("a", "int"), ("b", "int")],
    "visited": [("id", "int"), ("name", "text"), ("visit", "int"), ("note", "text")],
    "staffed": [("id", "int"), ("room", "int"), ("patients", "int"), ("last", "text")],
}

WRITTEN: Columns = [
    ("id", "int"),
    ("a", "int"),
    ("b", "int"),
    ("t", "text"),
    ("u", "text"),
]
"""The table that statements write to."""

VIEWS = """
CREATE TABLE sheets (id int PRIMARY KEY, a int, b int, t text, u text NOT NULL DEFAULT 'u');
INSERT INTO sheets VALUES (1, 1, NULL, 'n', 'Ada'), (2, NULL, 2, NULL, ''), (3, 3, 7, '', 'n');
CREATE VIEW filled AS SELECT id, a, b, t, u FROM sheets WHERE a IS NOT NULL;
CREATE VIEW visited AS
    SELECT p.id, p.name, v.id AS visit, v.note
    FROM patients p LEFT JOIN visits v ON v.patient_id = p.id;
CREATE VIEW staffed AS
    SELECT d.id, d.room, count(p.id)::int AS patients, max(p.name) AS last
    FROM doctors d LEFT JOIN patients p ON p.doctor_id = d.id GROUP BY d.id;
"""

LITERALS = {
    "int": ("0", "1", "2", "7", "NULL::int"),
    "text": ("''", "'n'", "'Ada'", "NULL::text"),
    "bool": ("true", "false", "NULL::boolean"),
}


@dataclass
class Grammar:
    """A source of queries; the same seed gives the same ones."""

    seed: int
    names: int = 0
    ctes: dict[str, Columns] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def query(self) -> str:
        self.names, self.ctes = 0, {}
        if self.chance(0.12):
            return self.recursive()
        clauses = []
        while self.chance(0.25):
            name = self.name("c")
            sql, columns = self.select([], self.random.randint(0, 2))
            clauses.append(f"{name} AS ({sql})")
            self.ctes[name] = columns
        sql, _ = self.select([], 3)
        return (f"WITH {', '.join(clauses)} " if clauses else "") + sql

    def statement(self, *, newest: bool) -> str:
        """INSERT, UPDATE, DELETE or MERGE with RETURNING, also in a CTE."""
        self.names, self.ctes = 0, {}
        target = self.random.choice(["sheets", "sheets", "filled"])
        own: Columns = [(f"w.{name}", type_) for name, type_ in WRITTEN]
        tables, columns = self.joined([], 1)
        kind = self.random.choice(["insert", "update", "delete"] + ["merge"] * newest)
        rows = ["w"]
        match kind:
            case "insert":
                columns, sql = [], self.insertion(target)
            case "update":
                sql = (
                    f"UPDATE {target} AS w SET {self.assignments(own + columns)} FROM {tables}"
                    f" WHERE {self.condition(own + columns, 2)}"
                )
            case "delete":
                sql = (
                    f"DELETE FROM {target} AS w USING {tables}"
                    f" WHERE {self.condition(own + columns, 2)}"
                )
            case _:
                sql = self.merge(target, tables, own, columns)
        if newest:
            rows += ["old", "new"]
        selected = [
            (f"{row}.{name}", type_)
            for row in rows
            for name, type_ in self.random.sample(WRITTEN, 3)
        ]
        selected += self.random.sample(columns, min(2, len(columns)))
        selected.append((self.expression("int", own + columns, 2), "int"))
        listed = ", ".join(
            f"{expression} AS x{place}"
            for place, (expression, _) in enumerate(selected)
        )
        sql = f"{sql} RETURNING {listed}"
        return (
            f"WITH s AS ({sql}) SELECT * FROM s"
            if self.chance(0.3) and kind != "merge"
            else sql
        )

    def assignments(self, columns: Columns) -> str:
        chosen = self.random.sample(WRITTEN[1:], self.random.randint(1, 2))
        return ", ".join(
            f"{name} = {self.expression(type_, columns, 2)}" for name, type_ in chosen
        )

    def insertion(self, target: str) -> str:
        places = ", ".join(
            f"({n}, {self.expression('int', [], 1)}, {self.expression('text', [], 1)})"
            for n in self.random.sample(range(1, 9), 2)
        )
        sql = f"INSERT INTO {target} AS w (id, b, t) VALUES {places}"
        if self.chance(0.3):
            tables, columns = self.joined([], 1)
            sql = (
                f"INSERT INTO {target} AS w (id, b, t) SELECT 10 + row_number() OVER (),"
                f" {self.expression('int', columns, 2)}, {self.expression('text', columns, 2)}"
                f" FROM {tables}"
            )
        if target == "filled":
            return sql
        both: Columns = [
            (f"{row}.{name}", type_)
            for row in ("w", "excluded")
            for name, type_ in WRITTEN
        ]
        conflict = f"(id) DO UPDATE SET {self.assignments(both)}"
        if self.chance(0.5):
            conflict += f" WHERE {self.condition(both, 1)}"
        return f"{sql} ON CONFLICT {conflict if self.chance(0.8) else 'DO NOTHING'}"

    def merge(self, target: str, tables: str, own: Columns, columns: Columns) -> str:
        names = [f"m{place}" for place in range(len(columns))]
        listed = ", ".join(
            f"{sql} AS {name}" for (sql, _), name in zip(columns, names, strict=True)
        )
        numbers = [
            f"src.{name}"
            for name, (_, kind) in zip(names, columns, strict=True)
            if kind == "int"
        ] or ["1"]
        source: Columns = [
            (f"src.{name}", kind)
            for name, (_, kind) in zip(names, columns, strict=True)
        ]
        sql = (
            f"MERGE INTO {target} AS w USING (SELECT {listed} FROM {tables} LIMIT 1) AS src"
            f" ON w.id = {self.random.choice(numbers)}"
        )
        if self.chance(0.7):
            sql += f" WHEN MATCHED THEN UPDATE SET {self.assignments(own + source)}"
        if self.chance(0.5):
            value = self.expression("int", source, 1)
            sql += f" WHEN NOT MATCHED THEN INSERT (id, a) VALUES (99, {value})"
        if self.chance(0.4) or "WHEN" not in sql:
            action = self.random.choice(
                ["DELETE", f"UPDATE SET {self.assignments(own)}"]
            )
            sql += f" WHEN NOT MATCHED BY SOURCE THEN {action}"
        columns[:] = source
        return sql

    def recursive(self) -> str:
        count = self.random.randint(1, 4)
        names = [f"k{i}" for i in range(count)]
        first = ", ".join(self.expression("int", [], 1) for _ in names)
        own: Columns = [(f"r.{name}", "int") for name in names]
        tables, columns = self.source([], 0)
        again = ", ".join(self.expression("int", own + columns, 1) for _ in names)
        return (
            f"WITH RECURSIVE r(n, {', '.join(names)}) AS (SELECT 1, {first} UNION ALL"
            f" SELECT r.n + 1, {again} FROM r, {tables} WHERE r.n < 3)"
            f" SELECT * FROM r ORDER BY n LIMIT 300"
        )

    def chance(self, odds: float) -> bool:
        return self.random.random() < odds

    def name(self, prefix: str = "t") -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def select(self, outer: Columns, depth: int) -> tuple[str, Columns]:
        if depth > 0 and self.chance(0.12):
            return self.combined(outer, depth - 1)
        tables, columns = self.joined(outer, depth)
        where = (
            f" WHERE {self.condition(columns + outer, depth)}"
            if self.chance(0.6)
            else ""
        )
        kind = self.random.choice(
            ["plain", "plain", "plain", "grouped", "sets", "total", "window"]
        )
        types = [self.random.choice(["int", "text"]) for _ in range(4)]
        tail = ""
        match kind:
            case "grouped" | "sets":
                keys = [self.random.choice(columns) for _ in range(2)] + [
                    (self.expression("int", columns, 1), "int")
                ]
                keys = list(dict.fromkeys(k for k in keys if not k[0].isdigit()))
                outputs = [*keys, *self.aggregates(columns)]
                listed = ", ".join(f"({key})" for key, _ in keys)
                how = (
                    self.random.choice(["ROLLUP", "CUBE", "GROUPING SETS"])
                    if kind == "sets"
                    else ""
                )
                tail = f" GROUP BY {how} ({listed})" if how else f" GROUP BY {listed}"
                if self.chance(0.4):
                    plain = [k for k in keys if k in columns]
                    having = (
                        self.condition(plain, 0)
                        if plain and self.chance(0.6)
                        else self.random.choice(["count(*) >= 0", "max(1) = 1"])
                    )
                    tail += f" HAVING {having}"
            case "total":
                outputs = [*self.aggregates(columns), *self.aggregates(columns)]
                if self.chance(0.2):
                    tail = " HAVING count(*) >= 0"
            case "window":
                outputs = [(self.expression(t, columns + outer, 1), t) for t in types]
                outputs += [self.window(columns) for _ in range(2)]
            case _:
                outputs = [
                    (self.expression(t, columns + outer, depth), t) for t in types
                ]
                outputs += self.random.sample(columns, min(2, len(columns)))
        names = [f"x{place}" for place in range(len(outputs))]
        selected = ", ".join(
            f"{sql} AS {name}" for (sql, _), name in zip(outputs, names, strict=True)
        )
        limit = self.random.choice(["", "", "", " LIMIT 1", " LIMIT 5 OFFSET 1"])
        distinct = "DISTINCT " if self.chance(0.1) and kind == "plain" else ""
        sql = f"SELECT {distinct}{selected} FROM {tables}{where}{tail}{limit}"
        return sql, [
            (name, type_) for name, (_, type_) in zip(names, outputs, strict=True)
        ]

    def combined(self, outer: Columns, depth: int) -> tuple[str, Columns]:
        types = [self.random.choice(["int", "text"]) for _ in range(3)]
        arms = []
        for _ in range(self.random.randint(2, 3)):
            tables, columns = self.joined(outer, depth)
            selected = ", ".join(
                f"{self.expression(t, columns + outer, depth)} AS x{place}"
                for place, t in enumerate(types)
            )
            where = (
                f" WHERE {self.condition(columns + outer, depth)}"
                if self.chance(0.5)
                else ""
            )
            arms.append(f"(SELECT {selected} FROM {tables}{where})")
        sql = arms[0]
        for arm in arms[1:]:
            operation = self.random.choice(["UNION", "INTERSECT", "EXCEPT"])
            sql = f"({sql} {operation}{' ALL' if self.chance(0.5) else ''} {arm})"
        columns = [(f"x{place}", type_) for place, type_ in enumerate(types)]
        return f"SELECT * FROM {sql} AS {self.name()}", columns

    def joined(self, outer: Columns, depth: int) -> tuple[str, Columns]:
        sql, columns = self.source(outer, depth)
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 3])):
            kind = self.random.choice(
                ["JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", ","]
            )
            lateral = (
                columns + outer
                if kind in ("JOIN", "LEFT JOIN", ",") and self.chance(0.4)
                else outer
            )
            right, found = self.source(lateral, depth - 1, lateral=lateral is not outer)
            if self.chance(0.15) and kind != ",":
                more, others = self.source(outer, depth - 1)
                nested = self.random.choice(["LEFT JOIN", "JOIN", "FULL JOIN"])
                right = f"({right} {nested} {more} ON {self.equality(found, others)})"
                found = found + others
            if kind == ",":
                sql = f"{sql} CROSS JOIN {right}"
            else:
                on = self.equality(columns, found)
                if kind == "LEFT JOIN" and self.chance(0.15):
                    on = "true"
                elif kind != "FULL JOIN" and self.chance(0.3):
                    on += f" AND {self.condition(columns + found, 0)}"
                sql = f"{sql} {kind} {right} ON {on}"
            columns = columns + found
        return sql, columns

    def equality(self, left: Columns, right: Columns) -> str:
        a = [sql for sql, type_ in left if type_ == "int"] or ["1"]
        b = [sql for sql, type_ in right if type_ == "int"] or ["1"]
        return f"{self.random.choice(a)} = {self.random.choice(b)}"

    def source(
        self, outer: Columns, depth: int, *, lateral: bool = False
    ) -> tuple[str, Columns]:
        alias = self.name()
        choice = self.random.random()
        if depth > 0 and choice < 0.25:
            sql, columns = self.select(outer, depth - 1)
            sql = f"{'LATERAL ' if lateral else ''}({sql})"
        elif choice < 0.35:
            rows = [
                f"({self.expression('int', [], 0)}, {self.expression('text', [], 0)})"
                for _ in range(2)
            ]
            columns = [("a", "int"), ("b", "text")]
            return (
                f"(VALUES {', '.join(rows)}) AS {alias}(a, b)",
                [(f"{alias}.{name}", type_) for name, type_ in columns],
            )
        elif choice < 0.4:
            return f"generate_series(1, 2) AS {alias}(g)", [(f"{alias}.g", "int")]
        elif self.ctes and choice < 0.55:
            sql = self.random.choice(list(self.ctes))
            columns = self.ctes[sql]
        elif choice < 0.62:
            kind = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            left, right = self.random.sample(list(TABLES), 2)
            columns = [("id", "int")]
            sql = f"(SELECT id FROM {left} {kind} {right} USING (id))"
        else:
            sql = self.random.choice(list(TABLES))
            columns = TABLES[sql]
        return f"{sql} AS {alias}", [
            (f"{alias}.{name}", type_) for name, type_ in columns
        ]

    def aggregates(self, columns: Columns) -> Columns:
        number, text = (self.expression(t, columns, 1) for t in ("int", "text"))
        found = [
            (f"max({number})", "int"),
            (f"sum({number})::int", "int"),
            (f"count({number})::int", "int"),
            (f"min({text})", "text"),
            (f"string_agg({text}, ',')", "text"),
            (f"max({number}) FILTER (WHERE {self.condition(columns, 0)})", "int"),
            (f"array_length(array_agg(({number})::int), 1)", "int"),
            (f"coalesce(sum({number}), 0)::int", "int"),
            (f"(array_agg(({text})::text))::text", "text"),
        ]
        return self.random.sample(found, 2)

    def window(self, columns: Columns) -> tuple[str, str]:
        order = self.random.choice(columns)[0]
        number = self.expression("int", columns, 0)
        call = self.random.choice(
            [
                "row_number()",
                f"max({number})",
                f"first_value({number})",
                f"lag({number})",
                f"lag({number}, 1, 0)",
                f"sum({number})",
                "rank()",
            ]
        )
        frame = self.random.choice(
            [
                "",
                " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
                " ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW",
                " GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
            ]
        )
        return f"({call} OVER (ORDER BY {order}{frame}))::int", "int"

    def expression(self, type_: str, columns: Columns, depth: int) -> str:
        named = [sql for sql, kind in columns if kind == type_]
        if depth <= 0 or self.chance(0.35):
            if named and self.chance(0.8):
                return self.random.choice(named)
            return self.random.choice(LITERALS[type_])

        def some(kind: str) -> str:
            return self.expression(kind, columns, depth - 1)

        forms = [
            lambda: f"coalesce({some(type_)}, {some(type_)})",
            lambda: (
                f"CASE WHEN {self.condition(columns, depth - 1)} THEN {some(type_)}"
                f" ELSE {some(type_)} END"
            ),
            lambda: (
                f"CASE WHEN {self.condition(columns, depth - 1)} THEN {some(type_)}"
                f" WHEN {self.condition(columns, 0)} THEN {some(type_)} ELSE {some(type_)} END"
            ),
            lambda: f"greatest({some(type_)}, {some(type_)})",
            lambda: f"nullif({some(type_)}, {some(type_)})",
            lambda: self.scalar(type_, columns, depth - 1),
        ]
        if type_ == "int":
            forms += [
                lambda: f"({some('int')} + {some('int')})",
                lambda: f"length({some('text')})",
                lambda: f"(ARRAY[{some('int')}, {some('int')}])[1]",
            ]
        else:
            forms += [
                lambda: f"({some('text')} || {some('text')})",
                lambda: f"lower({some('text')})",
                lambda: f"({some('int')})::text",
                lambda: f"substring({some('text')} FROM 'a')",
                lambda: f"concat({some('text')}, {some('int')})",
            ]
        return self.random.choice(forms)()

    def scalar(self, type_: str, columns: Columns, depth: int) -> str:
        tables, found = self.source([], 0)
        where = (
            f" WHERE {self.condition(columns + found, 0)}" if self.chance(0.7) else ""
        )
        inner = self.expression(type_, found + columns, depth)
        if self.chance(0.5):
            # Over columns of its own: an aggregate of outer ones only would be the outer query's.
            wrapped = f"max({self.expression(type_, found, 0)})"
            if self.chance(0.4):
                wrapped = f"coalesce({wrapped}, {self.expression(type_, columns, 0)})"
            return f"(SELECT {wrapped} FROM {tables}{where})"
        return f"(SELECT {inner} FROM {tables}{where} LIMIT 1)"

    def condition(self, columns: Columns, depth: int) -> str:
        kind = self.random.choice(["int", "text"])

        def some() -> str:
            return self.expression(kind, columns, depth)

        forms = [
            lambda: f"{some()} = {some()}",
            lambda: f"{some()} <> {some()}",
            lambda: f"{some()} >= {some()}",
            lambda: f"{some()} IS NOT NULL",
            lambda: f"{some()} IS NULL",
            lambda: f"{some()} IS DISTINCT FROM {some()}",
            lambda: f"{some()} IN ({some()}, {some()})",
            lambda: f"{some()} NOT IN ({some()}, {some()})",
            lambda: f"{some()} = ANY (ARRAY[{some()}])",
            lambda: f"{some()} <> ALL (ARRAY[{some()}, {some()}])",
            lambda: f"{some()} = ANY (array_remove(ARRAY[{some()}], {some()}))",
            lambda: f"NOT ({some()} = ANY (array_remove(ARRAY[{some()}], {some()})))",
            lambda: f"({some()} < {some()}) IS NOT TRUE",
            lambda: f"({some()} > {some()}) IS NOT UNKNOWN",
            lambda: f"({some()}, {some()}) < ({some()}, {some()})",
            lambda: f"({some()} = {some()}) <> ({some()} IS NULL)",
            lambda: f"coalesce({some()} = {some()}, false)",
            lambda: f"coalesce({some()} = {some()}, true)",
            lambda: f"num_nonnulls({some()}, {some()}) >= 1",
            lambda: f"{some()} BETWEEN {some()} AND {some()}",
        ]
        if depth > 0:

            def other() -> str:
                return self.condition(columns, depth - 1)

            forms += [
                lambda: f"({other()} AND {other()})",
                lambda: f"({other()} OR {other()})",
                lambda: f"({other()} OR {other()})",
                lambda: f"NOT ({other()})",
                lambda: f"(CASE WHEN {other()} THEN {other()} ELSE {other()} END)",
            ]
            forms += [lambda: self.member(kind, some(), columns)]
        return self.random.choice(forms)()

    def member(self, kind: str, value: str, columns: Columns) -> str:
        tables, found = self.source([], 0)
        where = f" WHERE {self.condition(columns + found, 0)}"
        inner = self.expression(kind, found, 0)
        return self.random.choice(
            [
                f"EXISTS (SELECT FROM {tables}{where})",
                f"NOT EXISTS (SELECT FROM {tables}{where})",
                f"EXISTS (SELECT count(*) FROM {tables}{where})",
                f"{value} IN (SELECT {inner} FROM {tables}{where})",
                f"{value} NOT IN (SELECT {inner} FROM {tables}{where})",
                f"{value} >= ALL (SELECT {inner} FROM {tables}{where})",
            ]
        )
