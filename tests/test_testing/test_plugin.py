"""The plugin's fixtures, in suites of tests like those of users."""

import subprocess
import sys
from importlib.metadata import entry_points

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database
from sqlgen.database import development
from sqlgen.testing.plugin import Url

pytest_plugins = ["pytester"]

MIGRATION = "CREATE TABLE items (id int PRIMARY KEY);"
SUITE = """
import psycopg
import pytest

@pytest.mark.parametrize("n", range(5))
def test_each_has_its_own(sqlgen_connection, n):
    assert sqlgen_connection.execute("SELECT count(*) FROM items").fetchone() == (0,)
    sqlgen_connection.execute("INSERT INTO items VALUES (1)")
    sqlgen_connection.commit()

@pytest.mark.sqlgen_fixtures("seeds/items.sql", "seeds/more.sql")
def test_rows(sqlgen_database):
    with psycopg.connect(sqlgen_database) as connection:
        assert connection.execute("SELECT id FROM items").fetchall() == [(7,), (8,)]

def test_the_migrations_are_known(sqlgen_connection):
    ledger = "SELECT version FROM _sqlgen_migrations"
    assert sqlgen_connection.execute(ledger).fetchall() == [(1,)]
"""


@pytest.fixture
def suite(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """A project with a migration and seeds, but no tests yet."""
    # Other installed plugins take seconds to load.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("SQLGEN_SERVER_URL", raising=False)
    pytester.makefile(
        ".toml",
        pyproject='[tool.sqlgen]\n[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n',
    )
    for folder in ("migrations", "seeds"):
        pytester.mkdir(folder)
    (pytester.path / "migrations/0001_items.sql").write_text(MIGRATION)
    (pytester.path / "seeds/items.sql").write_text("INSERT INTO items VALUES (7);")
    (pytester.path / "seeds/more.sql").write_text("INSERT INTO items VALUES (8);")
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("-p", "sqlgen.testing.plugin", *arguments)


def databases(server: database.Server, prefix: str) -> set[str]:
    with psycopg.connect(server.conninfo) as connection:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        return {name for (name,) in connection.execute(query, (prefix,))}


def test_on_an_embedded_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    run(suite).assert_outcomes(passed=7)


def test_on_an_external_server_with_several_workers(
    suite: pytest.Pytester, server: database.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers share the templates, and only these remain on the server."""
    monkeypatch.setenv("SQLGEN_SERVER_URL", server.conninfo)
    before = databases(server, "sqlgen_scratch_")
    suite.makepyfile(SUITE)
    run(suite, "-p", "xdist", "-n2").assert_outcomes(passed=7)
    assert databases(server, "sqlgen_scratch_") == before
    made = databases(server, "sqlgen_template_")
    assert made
    run(suite).assert_outcomes(passed=7)
    assert databases(server, "sqlgen_template_") == made


def test_a_changed_migration_is_another_template(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    run(suite).assert_outcomes(passed=7)
    (suite.path / "migrations/0001_items.sql").write_text(
        "CREATE TABLE items (id int PRIMARY KEY, name text);"
    )
    suite.makepyfile("""
        def test_columns(sqlgen_connection):
            sqlgen_connection.execute("SELECT name FROM items")
        """)
    run(suite).assert_outcomes(passed=1)


def test_migrations_may_make_roles(suite: pytest.Pytester) -> None:
    """Roles belong to the whole server: those of an earlier template may still exist."""
    suite.makepyfile("def test_one(sqlgen_database): pass")
    for text in ("", "CREATE TABLE again ();"):
        (suite.path / "migrations/0002_role.sql").write_text(
            f"CREATE ROLE sqlgen_test_role; GRANT ALL ON items TO sqlgen_test_role; {text}"
        )
        run(suite).assert_outcomes(passed=1)


def test_databases_of_failed_tests_are_kept(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        def test_fails(sqlgen_connection):
            sqlgen_connection.execute("INSERT INTO items VALUES (42)")
            sqlgen_connection.commit()
            assert False

        def test_passes(sqlgen_database):
            pass
        """)
    try:
        result = run(suite, "--sqlgen-keep")
        result.assert_outcomes(failed=1, passed=1)
        result.stdout.fnmatch_lines(
            [
                "*databases kept by sqlgen*",
                "*::test_fails",
                "    postgresql:///sqlgen_*user=sqlgen*",
            ]
        )
        (url,) = (
            line.strip()
            for line in result.outlines
            if line.startswith("    postgresql://")
        )
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT id FROM items").fetchone() == (42,)
    finally:
        development.remove(suite.path)


def test_the_search_path_is_the_projects(suite: pytest.Pytester) -> None:
    suite.makefile(
        ".toml", pyproject='[tool.sqlgen]\nsearch_path = ["my app", "public"]'
    )
    (suite.path / "migrations/0001_items.sql").write_text(
        'CREATE SCHEMA "my app"; CREATE TABLE "my app".items (id int);'
    )
    suite.makepyfile("""
        def test_path(sqlgen_connection):
            sqlgen_connection.execute("SELECT * FROM items")
        """)
    run(suite).assert_outcomes(passed=1)


def test_an_error_in_a_migration_is_shown_as_sqlgen_shows_it(
    suite: pytest.Pytester,
) -> None:
    (suite.path / "migrations/0001_items.sql").write_text("CREATE TABEL items ();")
    suite.makepyfile("def test_one(sqlgen_database): pass")
    result = run(suite)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            'error?42601?: syntax error at or near "TABEL"',
            " --> migrations/0001_items.sql:1:8",
        ]
    )
    assert_is_printed_once(result, 'syntax error at or near "TABEL"')


def assert_is_printed_once(result: pytest.RunResult, message: str) -> None:
    """The error of one test is there once above pytest's summary, without any code."""
    output, _, _ = result.stdout.str().partition("short test summary")
    assert output.count(message) == 1, output
    for trace in ("Traceback", "During handling", "plugin.py", "contextlib.py"):
        assert trace not in output


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('"seeds/wrong.sql"', 'relation "itemz" does not exist'),
        ('"seeds/none.sql"', "cannot be read: No such file"),
        ('["seeds/items.sql"]', "the marker takes the paths of SQL files"),
        ('path="seeds/items.sql"', "the marker takes the paths of SQL files"),
    ],
)
def test_an_error_in_a_fixture_is_printed_once(
    suite: pytest.Pytester, marker: str, message: str
) -> None:
    (suite.path / "seeds/wrong.sql").write_text("INSERT INTO itemz VALUES (1);")
    suite.makepyfile(f"""
        import pytest

        @pytest.mark.sqlgen_fixtures({marker})
        def test_one(sqlgen_connection): pass
        """)
    result = run(suite)
    result.assert_outcomes(errors=1)
    assert_is_printed_once(result, message)


def test_an_error_of_the_server_is_printed_once(
    suite: pytest.Pytester, server: database.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = "-c default_transaction_read_only=on"  # as on a standby
    monkeypatch.setenv(
        "SQLGEN_SERVER_URL", make_conninfo(server.conninfo, options=options)
    )
    suite.makepyfile("def test_one(sqlgen_connection): pass")
    result = run(suite)
    result.assert_outcomes(errors=1)
    assert_is_printed_once(result, "DATABASE in a read-only transaction")


ICU = (
    "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
    " CREATE TABLE names (name text COLLATE ci UNIQUE);"
)


def test_collations_that_the_embedded_server_lacks_are_told_once(
    suite: pytest.Pytester,
) -> None:
    suite.makepyfile(SUITE)
    assert "warnings of sqlgen" not in run(suite).stdout.str()
    (suite.path / "migrations/0002_names.sql").write_text(ICU)
    suite.makepyfile(SUITE.replace("[(1,)]", "[(1,), (2,)]"))
    for arguments in ([], ["-p", "xdist", "-n2"]):
        result = run(suite, *arguments)
        result.assert_outcomes(passed=7)
        assert (
            result.stdout.str().count("this server has no ICU: the collation `ci` is C")
            == 1
        )


def test_fixtures_may_name_collations_that_the_embedded_server_lacks(
    suite: pytest.Pytester,
) -> None:
    fixture = "INSERT INTO items SELECT 9 WHERE 'b' COLLATE \"de-x-icu\" > 'a';"
    (suite.path / "icu.sql").write_text(fixture)
    suite.makepyfile("""
        import pytest
        @pytest.mark.sqlgen_fixtures("icu.sql")
        @pytest.mark.parametrize("again", [False, True])
        def test_it(sqlgen_connection, again):
            assert sqlgen_connection.execute("SELECT id FROM items").fetchall() == [(9,)]
        """)
    result = run(suite)
    result.assert_outcomes(passed=2)
    assert result.stdout.str().count("the collation `de-x-icu` is C here") == 1


def test_urls_of_sqlalchemy_are_accepted(
    suite: pytest.Pytester, server: database.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.url(server.conninfo)
    written = url.replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setenv("SQLGEN_SERVER_URL", written)
    suite.makepyfile(SUITE)
    run(suite).assert_outcomes(passed=7)


def test_an_async_connection(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_one(sqlgen_aconnection):
            cursor = await sqlgen_aconnection.execute("SELECT count(*) FROM items")
            assert await cursor.fetchone() == (0,)
        """)
    run(suite, "-p", "anyio").assert_outcomes(passed=1)


def test_a_password_is_not_shown_where_a_test_fails() -> None:
    url = Url("postgresql://me:tops3cret@localhost:1234/app?sslmode=require")
    assert url.startswith("postgresql://me:tops3cret@")
    assert repr(url) == "'postgresql://me:…@localhost:1234/app?sslmode=require'"


def test_pytest_finds_the_plugin() -> None:
    (entry_point,) = entry_points(group="pytest11", name="sqlgen")
    assert entry_point.value == "sqlgen.testing.plugin"


def test_loading_the_plugin_imports_nothing_that_is_slow() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import sqlgen.testing.plugin;"
    )
    code += "print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert loaded == ["sqlgen", "sqlgen.testing", "sqlgen.testing.plugin"]


@pytest.mark.sqlgen_fixtures("seeds/demo.sql")
def test_our_own_suite_uses_it(
    sqlgen_connection: psycopg.Connection[TupleRow], sqlgen_database: str
) -> None:
    query = "SELECT count(*) > 0 FROM patients"
    assert sqlgen_connection.execute(query).fetchone() == (True,)
    assert sqlgen_connection.info.dbname in sqlgen_database


def test_a_database_of_another_configuration(suite: pytest.Pytester) -> None:
    (suite.path / "billing.toml").write_text(
        "[tool.sqlgen]\nschema = 'billing/schema.sql'\n"
    )
    suite.mkdir("billing")
    (suite.path / "billing/schema.sql").write_text("CREATE TABLE bills (id int);")
    (suite.path / "billing/rows.sql").write_text("INSERT INTO bills VALUES (3);")
    suite.makeconftest("""
        from sqlgen.testing import database_fixture

        billing_database = database_fixture("billing.toml", ["billing/rows.sql"])
    """)
    suite.makepyfile("""
        import psycopg

        def test_both(sqlgen_connection, billing_database):
            assert sqlgen_connection.execute("SELECT id FROM items").fetchall() == []
            with psycopg.connect(billing_database) as connection:
                assert connection.execute("SELECT id FROM bills").fetchall() == [(3,)]
    """)
    run(suite).assert_outcomes(passed=1)


def test_the_project_may_be_a_file(suite: pytest.Pytester) -> None:
    (suite.path / "pyproject.toml").rename(suite.path / "shop.toml")
    suite.makeini("[pytest]\nsqlgen_project = shop.toml\n")
    suite.makepyfile("""
        def test_it(sqlgen_connection):
            assert sqlgen_connection.execute("SELECT id FROM items").fetchall() == []
    """)
    run(suite).assert_outcomes(passed=1)
