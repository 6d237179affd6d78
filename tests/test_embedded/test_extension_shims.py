"""Extension shims declare the same as PostgreSQL 15's real extensions, and give the same values."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database

SIGNATURES = """
    SELECT p.oid::regprocedure::text, p.prorettype::regtype::text, p.proretset, p.proisstrict,
      p.provolatile, p.proparallel, p.proargnames, p.proargmodes
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid JOIN pg_proc p ON p.oid = d.objid
    WHERE e.extname = %s AND d.deptype = 'e' AND p.proname <> 'fips_mode' ORDER BY 1
"""

# The real extensions give the same values, on servers that have them.
VALUES = {
    "digest('', 'sha1')": "\\xda39a3ee5e6b4b0d3255bfef95601890afd80709",
    "digest(repeat('a', 119), 'sha1')": "\\xee971065aaa017e0632a8ca6c77bb3bf8b1dfc56",
    "digest('é', 'MD5')": "\\x66ddcd97cfdeabb2f6fb8a999b4bc76f",
    "digest('a'::bytea, 'sha256')": "\\xca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    "digest('a', 'sha512')": "\\x1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75",
    "hmac('data', 'key', 'sha256')": "\\x5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0",
    "hmac('data', repeat('key', 100), 'sha512')": "\\xae6e4ea4455470863175e2e888d1f07cafb2fe9b827e2b1278d90d4b185c63ed0e6239f4361d3c9b6bc26dd9e7de36e76f0b5fea2e7031f8784cc80243275955",
    "hmac('data'::bytea, 'key', 'sha1')": "\\x104152c5bfdca07bc633eebd46199f0255c9f49d",
    "hmac('', '', 'md5')": "\\x74e6f7298a9c2d168935f58c001bad88",
    "length(gen_random_bytes(1000))": "1000",
    "uuid_generate_v3(uuid_ns_dns(), 'www.example.com')": "5df41881-3aed-3515-88a7-2f4a814cf09e",
    "uuid_generate_v5(uuid_ns_dns(), 'www.example.com')": "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    "uuid_generate_v5(uuid_ns_url(), repeat('é', 50))": "8d5532cd-42d1-54f6-a464-460e50970648",
    "substr(uuid_generate_v1()::text, 15, 1)": "1",
    "substr(uuid_generate_v1mc()::text, 15, 1)": "1",
    "substr(uuid_generate_v4()::text, 15, 1)": "4",
    "uuid_nil()": "00000000-0000-0000-0000-000000000000",
    "uuid_ns_oid()": "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
    "uuid_ns_x500()": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}


@pytest.fixture
def extended(server: database.Server) -> Iterator[psycopg.Connection[TupleRow]]:
    with ExitStack() as stack:
        if not server.embedded:  # an external one may have no such extensions
            server = stack.enter_context(database.server("embedded"))
        connection = stack.enter_context(database.scratch(server))
        connection.execute('CREATE EXTENSION pgcrypto; CREATE EXTENSION "uuid-ossp"')
        yield connection


@pytest.mark.parametrize("expression", VALUES)
def test_the_functions_give_what_the_real_ones_give(
    extended: psycopg.Connection[TupleRow], expression: str
) -> None:
    row = extended.execute(f"SELECT ({expression})::text").fetchone()
    assert row == (VALUES[expression],)


@pytest.mark.parametrize("name", ["pgcrypto", "uuid-ossp"])
def test_the_signatures_are_the_real_ones(
    extended: psycopg.Connection[TupleRow], name: str
) -> None:
    rows = extended.execute(SIGNATURES, (name,)).fetchall()
    text = "\n".join(" ".join(map(str, row)) for row in rows) + "\n"
    assert text == (Path(__file__).parent / f"{name}.txt").read_text()


def test_what_cannot_be_computed_says_so() -> None:
    with (
        database.server("embedded") as server,
        database.scratch(server) as connection,
    ):
        connection.execute("CREATE SCHEMA s; CREATE EXTENSION pgcrypto")
        connection.execute("ALTER EXTENSION pgcrypto SET SCHEMA s")
        connection.execute("SELECT s.hmac('data', 'key', 'sha1')")
        with pytest.raises(
            psycopg.errors.FeatureNotSupported, match=r"stand-in .* crypt\(\)"
        ):
            connection.execute("SELECT s.crypt('a', 'b')")


def test_a_project_brings_stand_ins_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "postgis.control").write_text("default_version = '3'\n")
    (tmp_path / "postgis--3.sql").write_text("CREATE DOMAIN geometry AS text;\n")
    with (
        database.server("embedded", extensions=tmp_path) as server,
        database.scratch(server) as connection,
    ):
        connection.execute("CREATE EXTENSION postgis; SELECT 'POINT(0 0)'::geometry")
