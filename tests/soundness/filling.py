"""Random rows for any schema: with NULL wherever it is allowed, and with boundary values.

Constraints are not analysed: a row that violates one is replaced by another random row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, scalar_row

from sqlgen.model.catalog import (
    ArrayType,
    Catalog,
    Column,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    Relation,
    RelationKind,
    ScalarType,
)
from sqlgen.model.typed import TypedParameter

TRIES = 25

VALUES: Mapping[str, Sequence[str]] = {
    "smallint": ["0", "1", "2", "-1", "32767"],
    "integer": ["0", "1", "2", "3", "4", "5", "-1", "2147483647"],
    "bigint": ["0", "1", "2", "3", "9223372036854775807"],
    "oid": ["0", "1"],
    "real": ["0", "1.5", "-1", "NaN", "Infinity", "-Infinity"],
    "double precision": ["0", "1.5", "-1", "NaN", "Infinity", "-Infinity"],
    "numeric": ["0", "1", "2.50", "-1", "NaN", "Infinity", "-Infinity"],
    "money": ["0", "1"],
    "boolean": ["t", "f"],
    "bytea": ["", "\\x00ff"],
    "uuid": [f"00000000-0000-0000-0000-00000000000{n}" for n in range(4)],
    "date": ["2000-01-01", "2024-02-29", "infinity", "-infinity"],
    "time without time zone": ["00:00", "24:00", "12:30:00.5"],
    "time with time zone": ["00:00+00", "12:00-05"],
    "timestamp without time zone": ["2000-01-01", "2024-02-29 12:00", "infinity"],
    "timestamp with time zone": ["2000-01-01Z", "2024-02-29 12:00Z", "-infinity"],
    "interval": ["0", "1 day", "-1 month", "1 year 00:00:01"],
    "json": ["null", "{}", "[]", '{"a": null}', '{"a": {"b": 1}}', "[1, null]", '"x"'],
    "jsonb": ["null", "{}", "[]", '{"a": null}', '{"a": {"b": 1}}', "[1, null]", "1"],
    "inet": ["10.0.0.1", "::1", "10.0.0.0/8"],
    "cidr": ["10.0.0.0/8", "::/0"],
    "macaddr": ["08:00:2b:01:02:03"],
    "bit": ["1"],
    "bit varying": ["", "101"],
    "tsvector": ["", "'a':1 'b':2"],
    "tsquery": ["", "'a'"],
    "point": ["(0,0)", "(1,NaN)"],
    "box": ["(1,1),(0,0)"],
    "lseg": ["[(0,0),(1,1)]"],
    "path": ["[(0,0),(1,1)]", "((0,0),(1,1))"],
    "polygon": ["((0,0),(1,1),(1,0))"],
    "circle": ["<(0,0),1>"],
    "line": ["{1,-1,0}"],
    "xml": ["", "<a/>"],
    "hstore": ["", '"a"=>NULL', '"a"=>"1"'],
    "ltree": ["a.b"],
    '"char"': ["", "a"],
    "void": [""],
}
TEXTS = ["", "a", "b", "ab", "A", " ", "1", "null", "x y", "ä"]


@dataclass
class Filler:
    """Draws random values and rows.

    `nulls` is the probability of NULL where it is allowed, `words` are texts that constraints mention,
    `holes`: arrays may have NULL elements.
    """

    connection: psycopg.Connection[TupleRow]
    catalog: Catalog
    chance: Random
    nulls: float = 0.4
    words: Sequence[str] = ()
    holes: bool = True
    stored: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    columns: dict[str, tuple[Relation, Column]] = field(default_factory=dict)
    domains: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, rows: int, *, empty: float = 0.0) -> dict[str, int]:
        """Empty all tables, insert up to *rows* rows into each, and return how many each has got.

        A table stays empty with the probability *empty*. There are several rounds, because a foreign
        key needs rows in another table.
        """
        tables = [
            r
            for r in self.catalog.relations.values()
            if r.kind is RelationKind.TABLE and r.schema not in _SYSTEM
        ]
        if not tables:
            return {}
        self._run(sql.SQL("TRUNCATE {} CASCADE").format(_list(tables)))
        self.stored.clear()
        chosen = [table for table in tables if self.chance.random() >= empty]
        counts = dict.fromkeys((t.name for t in tables), 0)
        for round_ in (1, 2, 3):
            for table in chosen:
                goal = rows if round_ == 3 else rows // 2
                while counts[table.name] < goal and self._insert(table):
                    counts[table.name] += 1
        if self.nulls:
            for table in chosen:
                self._get_by_domains(table)
        for relation in self.catalog.relations.values():
            if relation.kind is RelationKind.MATERIALIZED_VIEW:
                self._run(
                    sql.SQL("REFRESH MATERIALIZED VIEW {}").format(_name(relation))
                )
        return counts

    def parameters(self, parameters: Sequence[TypedParameter]) -> list[str | None]:
        """Return a value for each parameter, with equally long lists where the function wants them."""
        lengths = {p.same_length: self.chance.choice([0, 1, 3]) for p in parameters}
        return [
            (
                self._list(p, lengths[p.same_length])
                if p.same_length
                else self.parameter(p)
            )
            for p in parameters
        ]

    def _list(self, parameter: TypedParameter, length: int) -> str:
        assert isinstance(parameter.type, ArrayType)
        element = parameter.type.element
        nulls = 0.3 if parameter.element_nullable else 0.0
        return _array([self._part(element, nulls) for _ in range(length)])

    def parameter(self, parameter: TypedParameter) -> str | None:
        """Return a value for a parameter: often a stored value of its column, or None if that is allowed."""
        if parameter.nullable and self.chance.random() < 0.4:
            return None
        if parameter.literals and not isinstance(parameter.type, ArrayType):
            return self.chance.choice(parameter.literals)
        if parameter.column and self.chance.random() < 0.7:
            own = self._of_column(str(parameter.column))
            if own and isinstance(parameter.type, ArrayType):
                if own[0][:1] != "{":
                    return _array(self.chance.sample(own, min(2, len(own))))
            elif own:
                return self.chance.choice(own)
        elements = 0.3 if parameter.element_nullable else 0.0
        return self.value(parameter.type, elements)

    def value(self, type_: PgType, nulls: float) -> str:
        """Return a value of a type as text; *nulls* is the probability of NULL for its elements or fields."""
        match type_:
            case EnumType():
                return self.chance.choice(type_.labels)
            case DomainType():
                return self.chance.choice(self._of_domain(type_))
            case ArrayType():
                count = self.chance.choice([0, 1, 2, 3])
                empty = nulls if self.holes else 0.0
                return _array([self._part(type_.element, empty) for _ in range(count)])
            case CompositeType():
                if self.chance.random() < 0.2 and nulls:
                    return f"({',' * (len(type_.fields) - 1)})"
                parts = [self._part(field.type, nulls) for field in type_.fields]
                return f"({','.join('' if p is None else _quoted(p) for p in parts)})"
            case RangeType():
                if type_.multirange:
                    return self.chance.choice(["{}", "{(,)}", "{empty}"])
                return self._range(type_.subtype)
            case ScalarType():
                return self._scalar(type_)

    def _scalar(self, type_: ScalarType) -> str:
        if type_.display in ("json", "jsonb"):
            shapes = [word for word in self.words if word[:1] == "{"]
            return self.chance.choice([*VALUES[type_.display], *shapes])
        texts = self.words if self.words and self.chance.random() < 0.5 else TEXTS
        return self.chance.choice(VALUES.get(type_.display, texts))

    def _of_domain(self, type_: DomainType) -> Sequence[str]:
        """Return values that satisfy the domain's constraints."""
        if type_.display not in self.domains:
            drawn = {self.value(type_.base, 0.0) for _ in range(40)}
            candidates = sorted({*drawn, *self.words, *type_.literals})
            cast = sql.SQL("SELECT CAST({} AS {})")
            self.domains[type_.display] = [
                value
                for value in candidates
                if self._run(cast.format(value, sql.SQL(type_.display)))
            ] or [""]
        return self.domains[type_.display]

    def _part(self, type_: PgType, nulls: float) -> str | None:
        return None if self.chance.random() < nulls else self.value(type_, nulls)

    def _range(self, subtype: PgType) -> str:
        if self.chance.random() < 0.4:
            return self.chance.choice(["empty", "(,)"])
        bounds = VALUES.get(subtype.display, ["0"])
        low, high = self.chance.choice(bounds), self.chance.choice(bounds)
        shapes = [f'["{low}",)', f'(,"{high}"]', f'["{low}","{low}"]']
        return self.chance.choice([*shapes, f'["{low}","{high}")'])

    def _insert(self, table: Relation) -> bool:
        """Try to insert a row, and return whether it succeeded."""
        columns = [c for c in table.columns.values() if not c.generated]
        for attempt in range(TRIES):
            # Later attempts have fewer NULLs: constraints often require a value.
            nulls = self.nulls * (1 - attempt / TRIES)
            row = self._row(table, columns, nulls)
            if row is None:
                return False
            names = [c.name for c in columns if c.name in row]
            statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                _name(table),
                sql.SQL(", ").join(map(sql.Identifier, names)),
                sql.SQL(", ").join(sql.Placeholder() * len(names)),
            )
            if not names:
                statement = sql.SQL("INSERT INTO {} DEFAULT VALUES").format(
                    _name(table)
                )
            if self._run(statement, [row[name] for name in names]):
                return True
        return False

    def _get_by_domains(self, table: Relation) -> None:
        """Put a NULL into a row's columns of NOT NULL domains, which let an empty subquery pass."""
        for column in table.columns.values():
            domain = isinstance(column.type, DomainType) and column.type.not_null
            if domain and not column.not_null and not column.generated:
                statement = sql.SQL(
                    "UPDATE ONLY {0} SET {1} = (SELECT {1} FROM {0} WHERE false)"
                    " WHERE ctid = (SELECT min(ctid) FROM ONLY {0})"
                ).format(_name(table), _id(column.name))
                self._run(statement)

    def _row(
        self, table: Relation, columns: Sequence[Column], nulls: float
    ) -> dict[str, str | None] | None:
        row: dict[str, str | None] = {}
        for column in columns:
            if column.identity or (column.has_default and self.chance.random() < 0.3):
                continue
            domain = isinstance(column.type, DomainType) and column.type.not_null
            if (
                not column.not_null
                and not domain
                and self.chance.random() < max(nulls, 0.15)
            ):
                row[column.name] = None
            elif column.literals:
                row[column.name] = self.chance.choice(column.literals)
            else:
                row[column.name] = self.value(column.type, nulls)
        for key in table.foreign_keys:
            names = [table.columns[number].name for number in key.columns]
            if any(name in row and row[name] is None for name in names):
                continue
            values = self._referred(key.target, key.target_columns)
            if values:
                row.update(zip(names, values, strict=True))
                continue
            free = [c for c in key.columns if not table.columns[c].not_null]
            if not free:
                return None
            row[table.columns[free[0]].name] = None
        return row

    def _referred(self, target: int, numbers: Sequence[int]) -> list[str] | None:
        relation = self.catalog.relations[target]
        columns = [relation.columns[number].name for number in numbers]
        statement = sql.SQL("SELECT {} FROM {} ORDER BY 1").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(_id(c)) for c in columns),
            _name(relation),
        )
        rows = self.connection.execute(statement).fetchall()
        return list(self.chance.choice(rows)) if rows else None

    def _of_column(self, path: str) -> list[str]:
        if not self.columns:
            self.columns = {
                f"{relation.schema}.{relation.name}.{column.name}": (relation, column)
                for relation in self.catalog.relations.values()
                for column in relation.columns.values()
            }
        column = self.columns.get(path)
        return self._stored(*column) if column else []

    def _stored(self, relation: Relation, column: Column) -> list[str]:
        key = relation.oid, column.number
        if key not in self.stored:
            statement = sql.SQL(
                "SELECT {0}::text FROM {1} WHERE {0} IS DISTINCT FROM NULL ORDER BY 1 LIMIT 9"
            ).format(_id(column.name), _name(relation))
            with self.connection.cursor(row_factory=scalar_row) as cursor:
                self.stored[key] = cursor.execute(statement).fetchall()
        return self.stored[key]

    def _run(self, statement: sql.Composed, values: Sequence[str | None] = ()) -> bool:
        try:
            with self.connection.transaction():
                self.connection.execute(statement, values or None)
        except psycopg.errors.DatabaseError:
            return False
        return True


def words(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """Return the texts that the schema's constraints mention."""
    definitions = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        " AND connamespace <> 'information_schema'::regnamespace ORDER BY oid"
    )
    texts = [
        text
        for (definition,) in definitions
        for text in re.findall(r"'((?:[^']|'')*)'", definition)
    ]
    return sorted({text.replace("''", "'") for text in texts})


_SYSTEM = ("pg_catalog", "information_schema", "pg_toast")
_id = sql.Identifier


def _name(relation: Relation) -> sql.Identifier:
    return sql.Identifier(relation.schema, relation.name)


def _list(relations: Sequence[Relation]) -> sql.Composed:
    return sql.SQL(", ").join([_name(relation) for relation in relations])


def _array(elements: Sequence[str | None]) -> str:
    return f"{{{','.join('NULL' if e is None else _quoted(e) for e in elements)}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
