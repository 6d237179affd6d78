"""Random queries that return rows and composite values, and random changes of what they are rows of.

The tables are those of `SCHEMA`. A query puts a value (a whole row, a stored composite, an array of
them, JSON of them) into a form (DISTINCT, UNION, a subquery, a CTE, …). A change adds, drops and
reorders columns and attributes; what is reordered keeps its values.
"""

from dataclasses import dataclass
from random import Random

SCHEMA = """
CREATE TYPE spot AS (x int, y int, label text);
CREATE TYPE address AS (street text, city text, at spot);
CREATE DOMAIN home AS address;
CREATE TABLE owners (
    id int PRIMARY KEY, name text NOT NULL, note text, home address, homes address[], dwelling home
);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int, name text NOT NULL, spots spot[] NOT NULL, born date);
CREATE FUNCTION owner_of(id int) RETURNS owners LANGUAGE sql STABLE
    AS 'SELECT o FROM owners AS o WHERE o.id = $1';
CREATE FUNCTION all_pets() RETURNS SETOF pets LANGUAGE sql STABLE AS 'SELECT p FROM pets AS p';
-- By names, so that it fills whatever columns and attributes there are.
CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$
    INSERT INTO owners
    SELECT r.* FROM generate_series(1, 4) AS n, jsonb_build_object(
        'street', 'address.street ' || n, 'city', 'address.city',
        'at', CASE WHEN n > 1 THEN jsonb_build_object('x', n, 'y', 100 + n, 'label', 'spot.label') END
    ) AS h, jsonb_populate_record(NULL::owners, jsonb_build_object(
        'id', n, 'name', 'owners.name ' || n, 'note', CASE WHEN n > 1 THEN 'owners.note, "' || n || '"' END,
        'home', CASE WHEN n < 4 THEN h END, 'homes', CASE WHEN n > 1 THEN jsonb_build_array(h, h) END,
        'dwelling', h
    )) AS r;
    INSERT INTO pets
    SELECT r.* FROM generate_series(1, 5) AS n, jsonb_populate_record(NULL::pets, jsonb_build_object(
        'id', n, 'owner_id', CASE WHEN n < 5 THEN (n + 1) / 2 END, 'name', 'pets.name ' || n,
        'spots', CASE WHEN n = 1 THEN '[]' ELSE jsonb_build_array(
            jsonb_build_object('x', n, 'y', 100 + n, 'label', 'spot.label'), NULL
        ) END,
        'born', CASE WHEN n > 2 THEN date '2020-02-29' END
    )) AS r;
$$;
SELECT fill();
"""

COLUMNS = {
    "owners": {
        "name": "text",
        "note": "text",
        "home": "address",
        "homes": "address[]",
        "dwelling": "home",
    },
    "pets": {"owner_id": "int", "name": "text", "spots": "spot[]", "born": "date"},
}
ATTRIBUTES = {
    "spot": {"x": "int", "y": "int", "label": "text"},
    "address": {"street": "text", "city": "text", "at": "spot"},
}


@dataclass
class RowQueries:
    """Writes queries; each table stands under its first letter as an alias."""

    chance: Random

    def query(self) -> str:
        value, source = self.value()
        extra = self.chance.choice(["", "", ", 1 AS one", f", {source[:1]}.id"])
        rest = f"FROM {self.source(source)}"
        alias = source[:1]
        match self.chance.randrange(11):
            case 0:
                return f"SELECT DISTINCT {self.comparable(alias)} AS v {rest}"
            case 1:
                v = self.comparable(alias)
                return f"SELECT {v} AS v, count(*) AS n {rest} GROUP BY {v}"
            case 2:
                return f"SELECT s.v FROM (SELECT {value} AS v{extra} {rest}) AS s"
            case 3:
                return f"SELECT s FROM (SELECT {value} AS v{extra} {rest}) AS s"
            case 4:
                return f"WITH s AS (SELECT {value} AS v{extra} {rest}) SELECT a.v, b.v AS w FROM s AS a, s AS b"
            case 5:
                operator = self.chance.choice(["UNION ALL", "UNION", "INTERSECT"])
                v = self.comparable(alias)
                return f"SELECT {v} AS v {rest} {operator} SELECT {v} {rest}"
            case 6:
                return f"SELECT {value} AS v{extra} {rest} ORDER BY {alias}.id, {self.comparable(alias)}"
            case 7:
                return f"SELECT jsonb_build_object('v', {self.row(alias)}) AS v {rest}"
            case 8:
                return (
                    f"SELECT *{extra} {rest}"
                    if " AS " not in rest[12:]
                    else f"SELECT {alias}.* {rest}"
                )
            case 9:
                return f"SELECT ARRAY(SELECT {value} {rest} ORDER BY {alias}.id) AS v{', 1 AS one'}"
            case _:
                return f"SELECT {value} AS v{extra} {rest}"

    def source(self, table: str) -> str:
        alias, other = table[:1], "p" if table == "owners" else "o"
        far = "pets" if table == "owners" else "owners"
        on = "o.id = p.owner_id"
        return self.chance.choice(
            [
                f"{table} AS {alias}",
                f"{table} AS {alias} JOIN {far} AS {other} ON {on}",
                f"{far} AS {other} LEFT JOIN {table} AS {alias} ON {on}",
                f"{table} AS {alias} FULL JOIN {far} AS {other} ON {on}",
            ]
        )

    def value(self) -> tuple[str, str]:
        """Return an expression that is a row, a composite or an array or JSON of them, with its table."""
        table = self.chance.choice(["owners", "pets"])
        row = self.row(table[:1])
        if table == "pets":
            values = [
                row,
                row,
                "p.spots",
                "(p.spots)[1]",
                f"to_json({row})",
                "owner_of(p.owner_id)",
            ]
            values += ["(SELECT o FROM owners AS o WHERE o.id = p.owner_id)"]
            values += [
                f"ROW({row}, p.spots)",
                "ROW(p.*, ROW(p.born, p.spots))",
                "ROW(p.id, (p.spots)[1], owner_of(p.owner_id))",
                "ROW(p.id, (SELECT o FROM owners AS o WHERE o.id = p.owner_id))",
            ]
        else:
            values = [
                row,
                row,
                "o.home",
                "o.homes",
                "o.dwelling",
                "coalesce(o.home, o.dwelling)",
            ]
            values += [f"to_jsonb({row})", "owner_of(o.id)", "ARRAY[o.home]"]
            values += [
                "ARRAY(SELECT p FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id)"
            ]
            values += [
                "ROW(o.id, o.home, o.homes, o.dwelling)",
                f"ROW({row}, o.*)",
                "ROW(o.note, ROW(o.home, ROW(o.homes)))",
                "ROW(o.id, coalesce(o.home, o.dwelling), (o.home).at)",
                "ROW(o.id, ARRAY(SELECT p FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id))",
                "ARRAY(SELECT ROW(p.id, p, o.home) FROM pets AS p WHERE p.owner_id = o.id ORDER BY p.id)",
                "ARRAY[ROW(o.home, NULL), NULL]",
                "(o.id, (o.home, o.name))",
            ]
            values += [
                "ARRAY(SELECT p FROM all_pets() AS p WHERE p.owner_id = o.id ORDER BY p.id)"
            ]
        value = self.chance.choice(values)
        return (
            self.chance.choice(
                [value, value, f"CASE WHEN {table[:1]}.id > 1 THEN {value} END"]
            ),
            table,
        )

    def row(self, alias: str) -> str:
        return self.chance.choice([alias, alias, f"coalesce({alias}, NULL)"])

    def comparable(self, alias: str) -> str:
        values = {"o": ["o", "o.home", "o.homes", "o.dwelling"], "p": ["p", "p.spots"]}
        return self.chance.choice(values[alias])


@dataclass
class SchemaChanges:
    """Draws changes as statements. `lost` are the columns and attributes that a change dropped for good."""

    chance: Random

    def change(self) -> tuple[str, bool]:
        """Return one to three changes, and whether one of them drops what queries may read."""
        drawn = [self._one(number) for number in range(self.chance.choice([1, 2, 3]))]
        refill = "DELETE FROM owners; DELETE FROM pets; SELECT fill();"
        return ";".join([text for text, _ in drawn]) + ";" + refill, any(
            drops for _, drops in drawn
        )

    def _one(self, number: int) -> tuple[str, bool]:
        is_table = self.chance.random() < 0.5
        things = COLUMNS if is_table else ATTRIBUTES
        owner = self.chance.choice(list(things))
        name, type_ = self.chance.choice(list(things[owner].items()))
        kind, part = ("TABLE", "COLUMN") if is_table else ("TYPE", "ATTRIBUTE")
        cascade = "" if is_table else " CASCADE"
        alter, new = f"ALTER {kind} {owner} ", f"new_{number}"
        add = f"ADD {part} {new} {self.chance.choice([type_, 'text'])}{cascade}"
        match self.chance.randrange(4):
            case 0:
                return alter + add, False
            case 1:  # the same name, at the end
                again = f"ADD {part} {name} {type_}{cascade}"
                return f"{alter}DROP {part} {name}{cascade}; {alter}{again}", False
            case 2:
                return f"{alter}RENAME {part} {name} TO lost_{number}{cascade}", True
            case _:
                return f"{alter}DROP {part} {name}{cascade}; {alter}{add}", True
