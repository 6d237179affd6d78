"""Queries and the verdict on each: the conditions of which no index serves any."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SCHEMA = """
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE DOMAIN short_text AS varchar(20) NOT NULL;
CREATE TABLE owners (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    email varchar(80),
    code short_text
);
CREATE INDEX owners_lower_name ON owners (lower(name));
CREATE TABLE pets (
    id bigint PRIMARY KEY,
    owner_id bigint REFERENCES owners ON DELETE CASCADE,
    vet_id bigint,
    name text NOT NULL,
    born date,
    weight numeric,
    mood mood,
    moods mood[],
    codes varchar(9)[],
    tags text[] NOT NULL DEFAULT '{}',
    data jsonb,
    words tsvector,
    stay daterange,
    alive boolean NOT NULL DEFAULT true,
    deleted_at timestamptz
);
CREATE INDEX pets_name_born ON pets (name, born);
CREATE INDEX pets_living ON pets (born) WHERE deleted_at IS NULL;
CREATE INDEX pets_tags ON pets USING gin (tags);
CREATE TABLE visits (id bigint PRIMARY KEY, pet_id bigint REFERENCES pets ON DELETE CASCADE, note text);
CREATE TABLE "Odd Names" ("The Key" bigint PRIMARY KEY, "Select" text);
CREATE VIEW living AS SELECT * FROM pets WHERE deleted_at IS NULL;
CREATE TABLE readings (day date NOT NULL, sensor int NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE readings_2020 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE readings_2021 PARTITION OF readings FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX readings_sensor ON readings (sensor);
CREATE FUNCTION oldest(owner bigint) RETURNS SETOF pets LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN QUERY SELECT * FROM pets WHERE owner_id = owner ORDER BY born LIMIT 1; END $$;
CREATE SCHEMA other;
CREATE TABLE other.things (id int PRIMARY KEY, kind int);
"""


class Case(NamedTuple):
    """A query; the conditions that no index serves, by table; and the indexes that would serve them.

    Without `unserved` an index serves each table. `variants` are the labels of the statements with it, `instead`
    the conditions that an index would serve.
    """

    query: str
    unserved: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    indexes: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def unserved(
    query: str,
    table: str,
    *conditions: str,
    indexes: tuple[str, ...] | str = (),
    variants: tuple[str, ...] = (),
) -> Case:
    return Case(
        query,
        {table: conditions},
        (indexes,) if isinstance(indexes, str) else indexes,
        variants,
    )


CASES = {
    # The conditions of one table.
    "by key": Case("SELECT * FROM pets WHERE id = :id"),
    "of several keys": Case("SELECT * FROM pets WHERE id = ANY (:ids)"),
    "no condition": Case("SELECT * FROM pets"),
    "an order without a condition": Case("SELECT * FROM pets ORDER BY weight LIMIT 3"),
    "a range": Case("SELECT * FROM pets WHERE id > :after ORDER BY born LIMIT 3"),
    "one of two conditions is enough": Case(
        "SELECT * FROM pets WHERE id > :after AND weight > :weight"
    ),
    "first column": Case("SELECT * FROM pets WHERE name = :name"),
    "the word of an expression": Case("SELECT * FROM owners WHERE lower(name) = :name"),
    "element of an array": Case("SELECT * FROM pets WHERE tags @> :tags"),
    "a partial index": Case(
        "SELECT * FROM pets WHERE born > :born AND deleted_at IS NULL"
    ),
    "row comparison": Case("SELECT * FROM pets WHERE (name, born) > (:name, :born)"),
    "either index": Case("SELECT * FROM pets WHERE id = :id OR name = :name"),
    "a place": Case("SELECT * FROM pets WHERE ctid = :place"),
    "an order does not hide the index": Case(
        "SELECT * FROM pets WHERE name > :name ORDER BY id LIMIT 1"
    ),
    "no index": unserved(
        "SELECT * FROM pets WHERE owner_id = :owner",
        "pets",
        "owner_id = :owner",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    "an order does not hide the fault": unserved(
        "SELECT * FROM pets WHERE owner_id = :owner ORDER BY id LIMIT 1",
        "pets",
        "owner_id = :owner",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    "equal first, then a range": unserved(
        "SELECT * FROM pets WHERE weight > :weight AND owner_id = :owner AND alive",
        "pets",
        "weight > :weight",
        "alive",
        "owner_id = :owner",
        indexes="CREATE INDEX ON pets (owner_id, alive, weight)",
    ),
    "second column": unserved(
        "SELECT * FROM pets WHERE born = :born",
        "pets",
        "born = :born",
        indexes="CREATE INDEX ON pets (born)",
    ),
    "the index of other rows": unserved(
        "SELECT * FROM pets WHERE born > :born AND deleted_at IS NOT NULL",
        "pets",
        "born > :born",
        "deleted_at IS NOT NULL",
        indexes="CREATE INDEX ON pets (deleted_at, born)",
    ),
    "a partial index of another column": unserved(
        "SELECT * FROM pets WHERE vet_id = :vet AND deleted_at IS NULL",
        "pets",
        "vet_id = :vet",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "not equal": unserved(
        "SELECT * FROM pets WHERE mood <> :mood", "pets", "mood <> :mood"
    ),
    "a pattern": unserved(
        "SELECT * FROM pets WHERE name ILIKE :name", "pets", "name ~~* :name"
    ),
    "an expression without an index": unserved(
        "SELECT * FROM pets WHERE upper(name) = :name",
        "pets",
        "upper(name) = :name",
        indexes="CREATE INDEX ON pets (upper(name))",
    ),
    "a cast of the column": unserved(
        "SELECT * FROM pets WHERE id::numeric = :id", "pets", "(id)::numeric = :id"
    ),
    "varchar": unserved(
        "SELECT * FROM owners WHERE email = :email",
        "owners",
        "(email)::text = :email",
        indexes="CREATE INDEX ON owners (email)",
    ),
    "domain": unserved(
        "SELECT * FROM owners WHERE code = :code",
        "owners",
        "(code)::text = :code",
        indexes="CREATE INDEX ON owners (code)",
    ),
    "IS NULL": unserved(
        "SELECT * FROM pets WHERE deleted_at IS NOT NULL",
        "pets",
        "deleted_at IS NOT NULL",
        indexes="CREATE INDEX ON pets (deleted_at)",
    ),
    "NOT a boolean": unserved(
        "SELECT * FROM pets WHERE NOT alive",
        "pets",
        "NOT alive",
        indexes="CREATE INDEX ON pets (alive)",
    ),
    "a word in a text": unserved(
        "SELECT * FROM pets WHERE words @@ plainto_tsquery('english', :words)",
        "pets",
        "words @@ plainto_tsquery('english'::regconfig, :words)",
        indexes="CREATE INDEX ON pets USING gin (words)",
    ),
    "JSON": unserved(
        "SELECT * FROM pets WHERE data @> :data",
        "pets",
        "data @> :data",
        indexes="CREATE INDEX ON pets USING gin (data)",
    ),
    "ranges that overlap": unserved(
        "SELECT * FROM pets WHERE stay && :stay",
        "pets",
        "stay && :stay",
        indexes="CREATE INDEX ON pets USING gist (stay)",
    ),
    "ANY of an array column": Case(
        "SELECT * FROM pets WHERE :tag = ANY (tags)",
        {"pets": (":tag = ANY (tags)",)},
        instead=("tags @> ARRAY[:tag]",),
    ),
    "ANY of an array of enums": Case(
        "SELECT * FROM pets WHERE :mood = ANY (moods) AND vet_id = :vet",
        {"pets": (":mood = ANY (moods)", "vet_id = :vet")},
        ("CREATE INDEX ON pets (vet_id)",),
        instead=("moods @> ARRAY[:mood]::mood[]",),
    ),
    "ANY of an array of varchar": Case(
        "SELECT * FROM pets WHERE :code = ANY (codes)",
        {"pets": (":code = ANY ((codes)::text[])",)},
        instead=("codes @> ARRAY[:code]::character varying[]",),
    ),
    "ANY of an array and a column": Case(
        "SELECT p.id FROM owners o JOIN pets p ON o.name = ANY (p.tags) WHERE o.id = :id",
        {"pets": ("o.name = ANY (tags)",)},
        instead=("tags @> ARRAY[o.name]",),
    ),
    "not ANY of an array": unserved(
        "SELECT * FROM pets WHERE NOT :tag = ANY (tags)", "pets", ":tag <> ALL (tags)"
    ),
    "ANY of an array in the row itself": unserved(
        "SELECT * FROM pets WHERE name = ANY (tags)", "pets", "name = ANY (tags)"
    ),
    "one arm of OR": unserved(
        "SELECT * FROM pets WHERE id = :id OR vet_id = :vet",
        "pets",
        "(id = :id) OR (vet_id = :vet)",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "two arms of OR": unserved(
        "SELECT * FROM pets WHERE owner_id = :owner OR vet_id = :vet",
        "pets",
        "(owner_id = :owner) OR (vet_id = :vet)",
        indexes=("CREATE INDEX ON pets (owner_id)", "CREATE INDEX ON pets (vet_id)"),
    ),
    "a list": Case("SELECT * FROM pets WHERE name IN ('Rex', :name)"),
    "BETWEEN": Case("SELECT * FROM pets WHERE id BETWEEN :first AND :last"),
    "names that are quoted": unserved(
        'SELECT * FROM "Odd Names" WHERE "Select" = :x',
        '"Odd Names"',
        '"Select" = :x',
        indexes='CREATE INDEX ON "Odd Names" ("Select")',
    ),
    "another schema": unserved(
        "SELECT * FROM other.things WHERE kind = :kind",
        "other.things",
        "kind = :kind",
        indexes="CREATE INDEX ON other.things (kind)",
    ),
    "a string that looks like a condition": unserved(
        "SELECT * FROM owners WHERE name = ') AND (owners.id = 1'",
        "owners",
        "name = ') AND (owners.id = 1'::text",
        indexes="CREATE INDEX ON owners (name)",
    ),
    # Conditions that a call may leave out.
    "NULL for no condition": Case(
        "SELECT * FROM pets WHERE :name::text IS NULL OR name = :name"
    ),
    "NULL for no condition, without an index": unserved(
        "SELECT * FROM pets WHERE :vet::bigint IS NULL OR vet_id = :vet",
        "pets",
        "(:vet IS NULL) OR (vet_id = :vet)",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "optional": unserved(
        "-- sqlgen: optional name, vet\n"
        "SELECT * FROM pets WHERE name = :name AND vet_id = :vet",
        "pets",
        "vet_id = :vet",
        indexes="CREATE INDEX ON pets (vet_id)",
        variants=("with only vet",),
    ),
    "one of two is required": unserved(
        "-- sqlgen: optional name, vet\n-- sqlgen: require one of name, vet\n"
        "SELECT * FROM pets WHERE name = :name AND vet_id = :vet AND mood <> 'wild'",
        "pets",
        "vet_id = :vet",
        "mood <> 'wild'::mood",
        indexes="CREATE INDEX ON pets (vet_id)",
        variants=("with only vet",),
    ),
    "order": Case(
        "-- sqlgen: order sort by name | born\n"
        "SELECT * FROM pets WHERE id = :id ORDER BY :sort"
    ),
    # Joins.
    "a join by a key": Case(
        "SELECT p.* FROM pets p JOIN owners o ON o.id = p.owner_id WHERE p.name = :name"
    ),
    "a join of all": Case("SELECT p.* FROM pets p JOIN owners o ON o.id = p.owner_id"),
    "a join without an index": unserved(
        "SELECT p.id FROM owners o JOIN pets p ON p.owner_id = o.id"
        " WHERE lower(o.name) = :name",
        "pets",
        "owner_id = o.id",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    "a left join without an index": unserved(
        "SELECT o.id, p.id AS pet FROM owners o LEFT JOIN pets p ON p.owner_id = o.id",
        "pets",
        "owner_id = o.id",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    "a full join": Case(
        "SELECT o.id, p.id AS pet FROM owners o FULL JOIN pets p ON p.owner_id = o.id"
    ),
    "EXISTS": Case(
        "SELECT * FROM pets p WHERE p.id = :id"
        " AND EXISTS (SELECT FROM owners o WHERE o.id = p.owner_id)"
    ),
    "a subquery for each row": unserved(
        "SELECT o.id, (SELECT count(*) FROM pets p WHERE p.owner_id = o.id) AS pets"
        " FROM owners o",
        "pets",
        "owner_id = o.id",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    "a subquery with an index for each row": Case(
        "SELECT o.id, (SELECT count(*) FROM pets p WHERE p.name = o.name) AS pets"
        " FROM owners o"
    ),
    "a value from a subquery": Case(
        "SELECT * FROM pets WHERE id = (SELECT max(pet_id) FROM visits)"
    ),
    "LATERAL": unserved(
        "SELECT o.id, v.id AS pet FROM owners o CROSS JOIN LATERAL"
        " (SELECT p.id FROM pets p WHERE p.owner_id = o.id ORDER BY born LIMIT 1) v",
        "pets",
        "owner_id = o.id",
        indexes="CREATE INDEX ON pets (owner_id)",
    ),
    # Views, CTEs, partitions and functions.
    "a view": unserved(
        "SELECT * FROM living WHERE vet_id = :vet",
        "pets",
        "vet_id = :vet",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "a CTE's rows have no index": Case(
        "WITH all_pets AS MATERIALIZED (SELECT * FROM pets)"
        " SELECT * FROM all_pets WHERE vet_id = :vet"
    ),
    "a CTE that is inlined": unserved(
        "WITH all_pets AS (SELECT * FROM pets) SELECT * FROM all_pets WHERE vet_id = :vet",
        "pets",
        "vet_id = :vet",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "the index of partitions": Case("SELECT * FROM readings WHERE sensor = :sensor"),
    "the key of partitions": Case("SELECT * FROM readings WHERE day = :day"),
    "partitions without an index": unserved(
        "SELECT * FROM readings WHERE value = :value",
        "readings",
        "value = :value",
        indexes="CREATE INDEX ON readings (value)",
    ),
    "a function": Case("SELECT * FROM oldest(:owner)"),
    # Writes.
    "INSERT": Case("INSERT INTO owners (id, name, code) VALUES (:id, :name, :code)"),
    "UPDATE by key": Case("UPDATE pets SET weight = :weight WHERE id = :id"),
    "UPDATE": unserved(
        "UPDATE pets SET weight = :weight WHERE vet_id = :vet",
        "pets",
        "vet_id = :vet",
        indexes="CREATE INDEX ON pets (vet_id)",
    ),
    "DELETE": unserved(
        "DELETE FROM visits WHERE pet_id = :pet",
        "visits",
        "pet_id = :pet",
        indexes="CREATE INDEX ON visits (pet_id)",
    ),
    "a write in a CTE": unserved(
        "WITH gone AS (DELETE FROM visits WHERE pet_id = :pet RETURNING id)"
        " SELECT count(*) FROM gone",
        "visits",
        "pet_id = :pet",
        indexes="CREATE INDEX ON visits (pet_id)",
    ),
    "locked rows": Case("SELECT id FROM pets WHERE id = :id FOR UPDATE"),
    "IN": unserved(
        "SELECT * FROM visits WHERE pet_id IN (SELECT id FROM pets WHERE name = :name)",
        "visits",
        "pet_id = pets.id",
        indexes="CREATE INDEX ON visits (pet_id)",
    ),
}
