"""Each fact of a catalog that the errors of queries follow from, changed alone: these queries are inferred again."""

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.model.catalog import Catalog
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery

SCHEMA = """
CREATE DOMAIN code AS int CONSTRAINT code_form CHECK (VALUE > 0);
CREATE DOMAIN other_code AS int CHECK (VALUE > 0);
CREATE DOMAIN unused AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (first other_code, second int);
CREATE TABLE owners (id int PRIMARY KEY, mail text);
CREATE TABLE pets (
    id int PRIMARY KEY,
    owner_id int CONSTRAINT owner REFERENCES owners ON DELETE CASCADE,
    name text DEFAULT 'x'
);
CREATE TABLE visits (
    id int PRIMARY KEY,
    pet_id int CONSTRAINT pet REFERENCES pets ON DELETE SET NULL,
    code code,
    pair pair,
    note text CONSTRAINT note_given CHECK (note <> ''),
    size int,
    CONSTRAINT pet_or_note CHECK (pet_id IS NOT NULL OR note <> 'a')
);
CREATE VIEW shown AS SELECT * FROM visits WHERE size > 0 WITH CHECK OPTION;
CREATE VIEW inner_view AS SELECT id, size FROM visits WHERE size < 9;
CREATE VIEW outer_view AS SELECT id, size FROM inner_view WITH CHECK OPTION;
CREATE TABLE days (id int, day int) PARTITION BY RANGE (id);
CREATE TABLE days_1 PARTITION OF days (CONSTRAINT only_here CHECK (day > 0)) FOR VALUES FROM (0) TO (9);
CREATE TABLE alone (id int PRIMARY KEY, note text);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.note := 'a'; RETURN NEW; END$$;
CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM 1; RETURN NEW; END$$;
"""

WRITES = {
    "owner": "DELETE FROM owners WHERE id = :id;",
    "pet": "DELETE FROM pets WHERE id = :id;",
    "renumber": "UPDATE owners SET id = :new WHERE id = :id;",
    "visit": "INSERT INTO visits (id, pet_id, note) VALUES (:id, :pet_id, :note);",
    "resize": "UPDATE visits SET size = :size;",
    "shown": "UPDATE shown SET size = :size;",
    "outer": "UPDATE outer_view SET size = :size;",
    "day": "INSERT INTO days VALUES (:id, :day);",
    "alone": "INSERT INTO alone VALUES (:id, :note);",
    "cast": "INSERT INTO alone SELECT :id::int::code;",
}

_OWNERS = "DROP CONSTRAINT owner, ADD CONSTRAINT owner FOREIGN KEY (owner_id) REFERENCES owners ON"
_PETS = (
    "DROP CONSTRAINT pet, ADD CONSTRAINT pet FOREIGN KEY (pet_id) REFERENCES pets ON"
)
_ABOVE = "owner pet renumber"
_VISITS = "visit resize shown outer"

CHANGES = {
    "DELETE that sets NULL": (
        f"ALTER TABLE pets {_OWNERS} DELETE SET NULL;",
        _ABOVE,
    ),
    "DELETE that is restricted": (
        f"ALTER TABLE pets {_OWNERS} DELETE RESTRICT;",
        _ABOVE,
    ),
    "DELETE further down": (
        f"ALTER TABLE visits {_PETS} DELETE RESTRICT;",
        f"owner renumber pet {_VISITS}",
    ),
    "DELETE that sets one column": (
        f"ALTER TABLE visits {_PETS} DELETE SET DEFAULT;",
        f"owner renumber pet {_VISITS}",
    ),
    "UPDATE of a key": (
        f"ALTER TABLE pets {_OWNERS} DELETE CASCADE ON UPDATE CASCADE;",
        _ABOVE,
    ),
    "a key that waits for COMMIT": (
        f"ALTER TABLE visits {_PETS} DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;",
        f"owner renumber pet {_VISITS}",
    ),
    "a DEFAULT": (
        "ALTER TABLE pets ALTER name SET DEFAULT 'y';",
        _ABOVE,
    ),
    "a name": (
        "ALTER TABLE visits RENAME CONSTRAINT note_given TO note_there;",
        f"owner renumber pet {_VISITS}",
    ),
    "a CHECK": (
        "ALTER TABLE visits ADD CONSTRAINT more CHECK (id > 0 AND pet_id > 0);",
        f"owner renumber pet {_VISITS}",
    ),
    "a CHECK that NULL violates": (
        "ALTER TABLE visits DROP CONSTRAINT pet_or_note, ADD CONSTRAINT pet_or_note CHECK (pet_id > 0 OR note <> 'a');",
        f"owner renumber pet {_VISITS}",
    ),
    "a CHECK that is not valid": (
        "ALTER TABLE visits DROP CONSTRAINT note_given, ADD CONSTRAINT note_given CHECK (note <> '') NOT VALID;",
        f"owner renumber pet {_VISITS}",
    ),
    "NOT NULL": (
        "ALTER TABLE visits ALTER pet_id SET NOT NULL;",
        f"owner renumber pet {_VISITS}",
    ),
    "a unique index": (
        "CREATE UNIQUE INDEX sizes ON visits (size);",
        f"owner renumber pet {_VISITS}",
    ),
    "a unique index of some rows": (
        "CREATE UNIQUE INDEX noted ON visits (id) WHERE size > 3;",
        f"owner renumber pet {_VISITS}",
    ),
    "a generated column": (
        "ALTER TABLE visits ADD twice int GENERATED ALWAYS AS (size * 2) STORED CHECK (twice < 9);",
        f"owner renumber pet {_VISITS}",
    ),
    "a known trigger": (
        "CREATE TRIGGER t BEFORE UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION stamp();",
        f"owner renumber pet {_VISITS}",
    ),
    "another trigger": (
        "CREATE TRIGGER t AFTER UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION act();",
        f"owner renumber pet {_VISITS}",
    ),
    "a rule": (
        "CREATE RULE r AS ON UPDATE TO visits DO ALSO SELECT 1;",
        f"owner renumber pet {_VISITS}",
    ),
    "a table's name": (
        "ALTER TABLE visits RENAME TO appointments; CREATE VIEW visits AS SELECT * FROM appointments;",
        f"owner renumber pet {_VISITS}",
    ),
    "a domain's constraint": (
        "ALTER DOMAIN code ADD CONSTRAINT small CHECK (VALUE < 100);",
        f"owner renumber pet cast {_VISITS}",
    ),
    "a domain's name": (
        "ALTER DOMAIN code RENAME CONSTRAINT code_form TO form;",
        f"owner renumber pet cast {_VISITS}",
    ),
    "a domain over a domain": (
        "CREATE DOMAIN small_code AS code;",
        f"owner renumber pet cast {_VISITS}",
    ),
    "a domain that no query uses": (
        "ALTER DOMAIN unused DROP CONSTRAINT unused_check;",
        "",
    ),
    "a domain in a composite type": (
        "ALTER DOMAIN other_code DROP CONSTRAINT other_code_check;",
        f"owner renumber pet {_VISITS}",
    ),
    "a view's option": (
        "ALTER VIEW shown RESET (check_option);",
        "shown",
    ),
    "a view's condition": (
        "CREATE OR REPLACE VIEW shown AS SELECT * FROM visits WHERE note > '' WITH CHECK OPTION;",
        "shown",
    ),
    "an outer view's option": (
        "ALTER VIEW outer_view SET (check_option = local);",
        "outer",
    ),
    "an inner view's condition": (
        "CREATE OR REPLACE VIEW inner_view AS SELECT id, size FROM visits;",
        "outer",
    ),
    "a view of the same name": (
        "CREATE SCHEMA other; CREATE VIEW other.shown AS SELECT 1 AS one;",
        "shown",
    ),
    "a table of the same name": (
        "CREATE SCHEMA other; CREATE TABLE other.alone (id int PRIMARY KEY);",
        "alone cast",
    ),
    "a partition's CHECK": (
        "ALTER TABLE days_1 DROP CONSTRAINT only_here;",
        "day",
    ),
    "a partition": (
        "CREATE TABLE days_2 PARTITION OF days (CONSTRAINT there CHECK (day > 1)) FOR VALUES FROM (9) TO (20);",
        "day",
    ),
}
"""A migration that changes one fact -> the files of which it asks for a new analysis."""


INVISIBLE = frozenset({"a DEFAULT", "a domain that no query uses"})
"""Those that change no error."""


@pytest.mark.parametrize("change", CHANGES)
def test_each_fact_changed_alone(
    connection: psycopg.Connection[TupleRow], change: str
) -> None:
    connection.execute(SCHEMA)
    before, known = _described(connection)
    script, expected = CHANGES[change]
    connection.execute(script.encode())
    after, described = _described(connection)
    diff = infer.diff_schemas(before, after)
    assert diff is not None
    affected = {
        name
        for name, description in described.items()
        if description.digest != known[name].digest
        or diff.may_affect(description.tree_of_all_keys)
    }
    assert affected == set(expected.split())
    for name in described.keys() - affected:
        assert _facts(known[name], before) == _facts(described[name], after)
    changed = [
        name
        for name in affected
        if _facts(known[name], before) != _facts(described[name], after)
    ]
    assert bool(changed) != (change in INVISIBLE)


def _described(
    connection: psycopg.Connection[TupleRow],
) -> tuple[Catalog, dict[str, Description]]:
    text = "\n".join(f"-- name: {n} :exec\n{sql}" for n, sql in WRITES.items())
    queries = parse.query_file(SourceFile("queries/q.sql", text)).queries
    catalog = describe.catalog(connection)
    described: dict[str, Description] = {}
    for description in describe.queries(connection, catalog, queries):
        assert isinstance(description, Description)
        described[description.query.name] = description
    return catalog, described


def _facts(description: Description, catalog: Catalog) -> tuple[object, ...]:
    typed: TypedQuery = infer.query(description, catalog)
    return typed.violations, typed.deferred_violations, typed.unknown_effects
