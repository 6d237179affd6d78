"""Result columns: where they come from, their literals, their authors' overrides."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import parse
from sqlgen.infer.columns.overrides import split_names
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Mark
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import Override, TypedColumn, TypedQuery

Typed = Callable[..., TypedQuery]


def only(query: TypedQuery) -> TypedColumn:
    [column] = query.columns
    return column


@pytest.mark.parametrize(
    ("statement", "column", "literals"),
    [
        ("SELECT status FROM patients", "patients.status", ("in", "out")),
        ("SELECT status::text FROM patients", "patients.status", ("in", "out")),
        ("SELECT status FROM inpatients", "patients.status", ("in", "out")),
        ("SELECT status FROM visitors", "patients.status", ("in", "out")),
        (
            "SELECT p.status FROM visits v LEFT JOIN patients p ON p.id = v.patient_id",
            "patients.status",
            ("in", "out"),
        ),
        (
            "WITH c AS (SELECT status AS s FROM patients) SELECT x.s FROM (SELECT s FROM c) x",
            "patients.status",
            ("in", "out"),
        ),
        (
            "SELECT status FROM patients GROUP BY status",
            "patients.status",
            ("in", "out"),
        ),
        (
            "UPDATE patients SET status = 'in' RETURNING status",
            "patients.status",
            ("in", "out"),
        ),
        (
            "SELECT status FROM patients UNION SELECT status FROM inpatients",
            "patients.status",
            ("in", "out"),
        ),
        ("SELECT size FROM patients", "patients.size", ("s", "m")),
        ("SELECT 's'::size AS size", None, ("s", "m")),
        (
            (
                "WITH RECURSIVE r AS (SELECT status FROM patients UNION SELECT status FROM r)"
                " SELECT status FROM r"
            ),
            "patients.status",
            ("in", "out"),
        ),
        # No longer the column's own values
        ("SELECT upper(status) AS s FROM patients", None, ()),
        ("SELECT status FROM patients UNION SELECT name FROM patients", None, ()),
        ("SELECT coalesce(status, '?') AS s FROM patients", None, ()),
        ("SELECT max(status) AS s FROM patients", None, ()),
        ("SELECT id::text AS s FROM patients", None, ()),
    ],
)
def test_origin_and_literals(
    typed: Typed, statement: str, column: str | None, literals: tuple[str, ...]
) -> None:
    result = only(typed(statement))
    full_name = result.column and f"{result.column.relation}.{result.column.column}"
    assert (full_name, result.literals) == (column, literals)


def test_a_domain_is_seen_where_the_wire_has_its_base(typed: Typed) -> None:
    query = typed("SELECT size, size || 'x' AS more FROM patients")
    assert [column.type.name for column in query.columns] == ["size", "text"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT unnest(tags) FROM patients",
        "SELECT t FROM patients, unnest(tags) AS t",
        "SELECT u.t FROM patients, unnest(tags[1:2]) WITH ORDINALITY AS u (t, n)",
        "SELECT unnest(s.tags) FROM (SELECT coalesce(tags, '{}') AS tags FROM patients) s",
        "SELECT 'a' = ANY (tags) FROM patients WHERE tags IS NOT NULL",
    ],
)
@pytest.mark.parametrize("nullable_elements", [True, False])
def test_values_from_stored_arrays_follow_the_setting(
    typed: Typed, query: str, nullable_elements: bool
) -> None:
    column = only(typed(query, nullable_elements=nullable_elements))
    assert column.nullable is nullable_elements


@pytest.mark.parametrize(
    ("slice_", "nullable"),
    [
        ("(coalesce(tags, '{}'))[1:2]", False),
        ("(coalesce(tags, '{}'))[5:]", False),
        ("(coalesce(tags, '{}'))[:]", False),
        ("(coalesce(tags, '{}'))[:NULL]", True),
        ("(coalesce(tags, '{}'))[1]", True),
        ("tags[1:2]", True),
    ],
)
def test_a_slice_is_null_only_if_its_array_or_a_bound_is(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    slice_: str,
    nullable: bool,
) -> None:
    query = f"SELECT {slice_} AS x FROM patients"
    assert only(typed(query)).nullable is nullable
    insert = "INSERT INTO patients (id, mrn, name, status, tags) VALUES (%s, %s, '', 'in', %s)"
    for number, tags in enumerate((None, [], ["a"], ["a", "b", "c"])):
        connection.execute(insert, (number, str(number), tags))
    rows = connection.execute(query).fetchall()
    assert any(value is None for (value,) in rows) is nullable


@pytest.mark.parametrize(
    ("expression", "nullable_elements", "expected"),
    [
        ("tags", False, False),
        ("tags", True, True),
        ("array_agg(id)", True, False),
        ("array_agg(born_on)", False, True),
    ],
)
def test_elements_of_stored_arrays_are_the_projects_choice(
    typed: Typed, expression: str, nullable_elements: bool, expected: bool
) -> None:
    statement = f"SELECT {expression} AS a FROM patients GROUP BY patients.id"
    column = only(typed(statement, nullable_elements=nullable_elements))
    assert column.element_nullable is expected


@pytest.mark.parametrize(
    ("name", "plain", "override"),
    [
        ("c", "c", None),
        ("c!", "c", Override("!", Mark.NOT_NULL, "")),
        ("c?", "c", Override("?", Mark.NULLABLE, "")),
        ("c: app.Money", "c", Override(": app.Money", Mark.INFER, "app.Money")),
        ("c!: list[str]", "c", Override("!: list[str]", Mark.NOT_NULL, "list[str]")),
        ("c? : int", "c", Override("? : int", Mark.NULLABLE, "int")),
        ("c:int", "c", Override(":int", Mark.INFER, "int")),
        ("c!: _", "c", Override("!: _", Mark.NOT_NULL, "")),
        ("a c!", "a c", Override("!", Mark.NOT_NULL, "")),
    ],
)
def test_overrides(
    typed: Typed, name: str, plain: str, override: Override | None
) -> None:
    column = only(typed(f'SELECT note AS "{name}" FROM visits'))
    assert (column.name, column.override) == (plain, override)
    mark = override.mark if override else Mark.INFER
    assert column.nullable is (mark is not Mark.NOT_NULL)


def test_an_override_that_repeats_what_is_proved(typed: Typed) -> None:
    query = typed('SELECT id AS "id!", note AS "note!", at AS "at: _" FROM visits')
    [warning] = query.warnings
    assert warning.code == "redundant-override"
    assert warning.label is not None
    assert warning.label.span.text == '"id!"'


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        (
            'SELECT 1 AS "c: int!"',
            "bad-override",
            "the override in the column name `c: int!` cannot be read: nothing may follow the type",
        ),
        (
            'SELECT 1 AS "c!!"',
            "bad-override",
            (
                "the override in the column name `c!!` cannot be read: only `!` or `?` and then"
                " `: type` may follow the name"
            ),
        ),
        (
            'SELECT 1 AS "c:"',
            "bad-override",
            "the override in the column name `c:` cannot be read: there is no type after the colon",
        ),
        (
            'SELECT 1 AS "!"',
            "bad-override",
            "the override in the column name `!` cannot be read: there is no name before it",
        ),
        (
            "SELECT 1 AS a, 2 AS a",
            "duplicate-column",
            "columns 1 and 2 of `q` are both named `a`",
        ),
        (
            'SELECT 1 AS a, 2 AS b, 3 AS "a!", 4 AS a',
            "duplicate-column",
            "columns 1, 3, 4 of `q` are all named `a`",
        ),
        (
            "DELETE FROM visits",
            "no-result-columns",
            "`q` is `:many`, but its statement gives no columns",
        ),
    ],
)
def test_what_is_wrong(typed: Typed, statement: str, code: str, message: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        typed(statement)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == (code, message)
    assert diagnostic.hint


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("SELECT 1", [""]),
        ("SELECT 1, 2 AS b, 3", ["column_1", "b", "column_3"]),
        ("SELECT 1 AS a, 2", ["a", "column_2"]),
        ("SELECT 1 AS column_2, 2", ["column_2", "column_2_"]),
        ("SELECT 1 AS column_2, 2, 3 AS column_2_", ["column_2", "column_2__", "column_2_"]),
        ('SELECT 1 AS "column_2!", 2', ["column_2", "column_2_"]),
        ("SELECT *, 2 FROM (SELECT 1) AS s", ["column_1", "column_2"]),
        ("SELECT 1 UNION SELECT 2 AS a", [""]),
        ("INSERT INTO visits VALUES (1, 1, now()) RETURNING id + 1, -id", ["column_1", "column_2"]),
    ],
)  # fmt: skip
def test_names_of_unnamed_columns(
    typed: Typed, statement: str, names: list[str]
) -> None:
    assert [column.name for column in typed(statement).columns] == names


@pytest.mark.parametrize(
    ("statement", "first", "second", "hint"),
    [
        (
            "SELECT p.id, v.id FROM patients p, visits v",
            "p.id",
            "v.id",
            "rename one of them with `AS`, for instance `AS id_2`",
        ),
        (
            "SELECT p.id, v.* FROM patients p, visits v",
            "p.id",
            "v.*",
            "select whole rows, `v` for `v.*`: each is an object of its own",
        ),
        (
            "SELECT p.*, v.* FROM patients p, visits v",
            "p.*",
            "v.*",
            "select whole rows, `p, v` for `p.*, v.*`: each is an object of its own",
        ),
        (
            "SELECT 'ü' AS \"ü\", id + :a AS x, :b::int AS x FROM visits",
            "id",
            ":b",
            "rename one of them with `AS`, for instance `AS x_2`",
        ),
    ],
)
def test_columns_of_one_name_are_both_shown(
    typed: Typed, statement: str, first: str, second: str, hint: str
) -> None:
    with pytest.raises(SqlgenError) as caught:
        typed(statement)
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.label is not None
    assert diagnostic.label.span.text == first
    assert [label.span.text for label in diagnostic.related] == [second]
    assert diagnostic.hint == hint


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ('SELECT "trick:y", "n!" FROM odd', ["trick:y", "n!"]),
        ("SELECT * FROM odd", ["trick:y", "n!", "foo: MyInt", "?column?"]),
        ('SELECT x.* FROM (SELECT "foo: MyInt" FROM odd) AS x', ["foo: MyInt"]),
        ('DELETE FROM odd RETURNING "trick:y"', ["trick:y"]),
        ('SELECT "n!" AS "m!" FROM odd', ["m"]),
        ('SELECT "n!" + 1 AS "n!" FROM odd', ["n"]),
        ('SELECT o."trick:y" AS "trick: str" FROM odd AS o', ["trick"]),
    ],
)
def test_a_column_that_is_called_like_an_override(
    typed: Typed, statement: str, names: list[str]
) -> None:
    table = """CREATE TABLE odd ("trick:y" text, "n!" int, "foo: MyInt" int, "?column?" int)"""
    assert [column.name for column in typed(statement, table).columns] == names


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("SELECT FROM visits", "make it `:exec` or `:execrows`, or select a column"),
        ("DELETE FROM visits", "make it `:exec` or `:execrows`, or add `RETURNING`"),
    ],
)
def test_a_statement_without_columns(typed: Typed, statement: str, hint: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        typed(statement)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("no-result-columns", hint)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM visits RETURNING id",
        "WITH d AS (DELETE FROM visits RETURNING id) SELECT id FROM d",
        "SHOW search_path",
    ],
)
def test_only_a_select_can_be_streamed(typed: Typed, statement: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        typed(statement, command="stream")
    assert caught.value.diagnostics[0].code == "stream-needs-select"


@pytest.mark.parametrize(
    "statement", ["SELECT 1", "VALUES (1)", "SELECT count(*) FROM visits"]
)
def test_an_only_column_needs_no_name(typed: Typed, statement: str) -> None:
    assert len(typed(statement, command="stream").columns) == 1


def test_exec_leaves_columns_alone(typed: Typed) -> None:
    assert typed("SELECT 1, 2", command="exec").columns == ()


def test_a_utility_statement_gives_what_may_be_null(typed: Typed) -> None:
    column = only(typed("SHOW search_path"))
    assert (column.name, column.nullable) == ("search_path", True)


def test_a_name_that_the_author_did_not_write_has_no_override() -> None:
    """A function's OUT argument may have any name."""
    for statement, expected in (
        ("SELECT * FROM f()", ("a!: T", None)),
        ('SELECT 1 AS "a!: T"', ("a", Override("!: T", Mark.NOT_NULL, "T"))),
    ):
        source = SourceFile("q.sql", f"-- name: q :one\n{statement};")
        [query] = parse.query_file(source).queries
        assert split_names(query, ["a!: T"], list) == (expected,)
