"""A schema of the search path whose functions and operators fit better than PostgreSQL's own."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from sqlgen import database
from sqlgen.cli.group import main

HOSTILE = """
CREATE FUNCTION hostile() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN RAISE 'a function of the schema public was called'; END $$;

DO $do$
DECLARE
    types text[] := ARRAY[
        'oid', 'name', 'text', '"char"', 'int2', 'int4', 'int8', 'bool', 'regclass', 'jsonb',
        'oid[]', 'int2[]', 'name[]', 'text[]', 'int2vector', 'oidvector'
    ];
    one text; other text; symbol text;
BEGIN
    -- Operators that PostgreSQL has only for other types, to which it would convert.
    FOREACH one IN ARRAY types LOOP
        FOREACH other IN ARRAY types LOOP
            EXECUTE format(
                'CREATE FUNCTION hostile(%s, %s) RETURNS boolean RETURN hostile()', one, other);
            FOREACH symbol IN ARRAY ARRAY['=', '<>', '<', '>=', '||', '+', '-', '~', '~~', '->>'] LOOP
                IF to_regoperator(format('pg_catalog.%s (%s, %s)', symbol, one, other)) IS NULL THEN
                    EXECUTE format('CREATE OPERATOR %s (FUNCTION = hostile, LEFTARG = %s, RIGHTARG = %s)',
                                   symbol, one, other);
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
    -- Functions that PostgreSQL has for arguments of any type.
    FOREACH one IN ARRAY types LOOP
        FOR other IN
            SELECT DISTINCT p.proname::text FROM pg_proc AS p
            WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs = 1 AND p.prokind IN ('f', 'a')
              AND to_regprocedure(format('pg_catalog.%I(%s)', p.proname, one)) IS NULL
              AND p.proname::text IN (
                  'array_agg', 'json_agg', 'jsonb_agg', 'to_jsonb', 'quote_literal', 'unnest', 'count',
                  'json_build_array', 'jsonb_build_array', 'json_build_object', 'jsonb_build_object',
                  'concat_ws', 'format', 'array_to_string', 'string_agg', 'to_regclass', 'format_type',
                  'pg_get_expr', 'has_table_privilege', 'col_description', 'obj_description')
        LOOP
            EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS boolean RETURN hostile()', other, one);
        END LOOP;
    END LOOP;
    FOREACH other IN ARRAY ARRAY['json_build_array', 'jsonb_build_array', 'concat_ws', 'format'] LOOP
        FOREACH one IN ARRAY types LOOP
            EXECUTE format('CREATE FUNCTION public.%I(text, %s) RETURNS boolean RETURN hostile()', other, one);
            EXECUTE format('CREATE FUNCTION public.%I(name, %s) RETURNS boolean RETURN hostile()', other, one);
        END LOOP;
    END LOOP;
END $do$;
"""

FILES = {
    "migrations/0002_things.up.sql": (
        "CREATE TYPE mood AS ENUM ('good', 'bad');\n"
        "CREATE DOMAIN label AS text CHECK (length(VALUE) < 20);\n"
        "CREATE TABLE things (\n"
        "    id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'good', label label, n serial,\n"
        "    CONSTRAINT things_label CHECK (label IS NOT NULL)\n"
        ");\n"
        "CREATE TABLE parts (id int PRIMARY KEY, thing int NOT NULL REFERENCES things ON DELETE CASCADE);\n"
        "CREATE VIEW labels AS SELECT id, label FROM things;\n"
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
        "CREATE TRIGGER touch BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION touch();\n"
        "ALTER TABLE parts ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY all_parts ON parts USING (true);\n"
        "GRANT SELECT, INSERT ON things, parts, labels TO pg_monitor;\n"
        "CREATE INDEX things_label_idx ON things (label);\n"
    ),
    "migrations/0002_things.down.sql": (
        "DROP TABLE parts, things CASCADE;\nDROP FUNCTION touch();\nDROP TYPE mood;\nDROP DOMAIN label;\n"
    ),
    "migrations/0003_more.up.sql": "ALTER TABLE things ADD more uuid DEFAULT gen_random_uuid();\n",
    "migrations/0003_more.down.sql": "ALTER TABLE things DROP more;\n",
    "queries/things.sql": (
        "-- name: list_things :many\nSELECT id, mood, label FROM things ORDER BY id;\n\n"
        "-- name: add_part :exec\nINSERT INTO parts (id, thing) VALUES (:id, :thing);\n\n"
        "-- name: get_labels :many\nSELECT * FROM labels;\n"
    ),
}

ON_PROJECT = {
    "build": ("build",),
    "check": ("check",),
    "plans": ("plans",),
    "describe": ("describe", "list_things"),
    "docs": ("docs", "--output", "pages"),
    "impact": ("impact", "--from", "HEAD"),
    "risk": ("migrate", "risk", "--all"),
    "verify": ("migrate", "verify"),
}
ON_DATABASE = {
    "up": ("migrate", "up", "--database-url", "{url}"),
    "up again": ("migrate", "up", "--database-url", "{url}"),
    "status": ("migrate", "status", "--database-url", "{url}"),
    "ledger": ("migrate", "check", "--database-url", "{url}"),
    "doctor": ("doctor", "{url}"),
    "down": ("migrate", "down", "--database-url", "{url}"),
}


@pytest.fixture(scope="module")
def urls(newest_server: database.Server) -> Iterator[tuple[str, str]]:
    """Return the URLs of two databases."""
    with (
        database.scratch(newest_server) as one,
        database.scratch(newest_server) as other,
    ):
        yield (
            make_conninfo(newest_server.conninfo, dbname=one.info.dbname),
            make_conninfo(newest_server.conninfo, dbname=other.info.dbname),
        )


def run_all(
    root: Path, first: str, server: database.Server, url: str
) -> dict[str, str]:
    """Return what each command prints for the project with that *first* migration."""
    files = {
        **FILES,
        "pyproject.toml": '[tool.sqlgen]\nrole = "{role}"\n'.format(role="pg_monitor"),
        "migrations/0001_first.up.sql": first,
        "migrations/0001_first.down.sql": "DROP FUNCTION IF EXISTS hostile() CASCADE;\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True, parents=True)
        (root / path).write_text(text)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", str(root), *identity, *command], check=True)
    results = {}
    for name, arguments in (ON_PROJECT | ON_DATABASE).items():
        result = CliRunner().invoke(
            main,
            ["-C", str(root), *[a.format(url=url) for a in arguments]],
            env={"SQLGEN_SERVER_URL": server.conninfo, "DATABASE_URL": None},
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        results[name] = f"{result.exit_code}\n{result.output}"
    return results


def test_commands_give_the_same(
    tmp_path: Path, newest_server: database.Server, urls: tuple[str, str]
) -> None:
    plain, hostile = urls
    expected = run_all(tmp_path / "plain", "SELECT 1;\n", newest_server, plain)
    actual = run_all(tmp_path / "hostile", HOSTILE, newest_server, hostile)
    for name, output in actual.items():
        # The names and times of databases differ, and the pages are of hostile functions, too.
        length = 1 if name in (*ON_DATABASE, "docs") else None
        assert output[:length] == expected[name][:length], f"{name}: {output}"
