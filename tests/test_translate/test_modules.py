"""Which files the generated package has, what is in them, and what cannot be."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sqlgen import parse
from sqlgen.model.catalog import ArrayType, EnumType, PgType, ScalarType
from sqlgen.model.commands import Cardinality, Command
from sqlgen.model.config import Config, Mode
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.python import (
    NONE,
    Generic,
    LiteralOf,
    Module,
    Named,
    PythonFile,
    Result,
    UnionOf,
)
from sqlgen.model.query import Query, QueryFile
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import (
    ColumnName,
    Star,
    TypedColumn,
    TypedParameter,
    TypedQuery,
)
from sqlgen.translate import (
    TranslationContext,
    annotations,
    translation_context,
    type_references,
)
from tests.translation import translated_package

INT8 = ScalarType(schema="pg_catalog", name="int8", display="bigint")
TEXT = ScalarType(schema="pg_catalog", name="text", display="text")
DATE = ScalarType(schema="pg_catalog", name="date", display="date")
STAMP = ScalarType(schema="pg_catalog", name="timestamptz", display="timestamptz")
STATUS = EnumType(schema="public", name="status", display="status", labels=("a",))
SEVERITY = ColumnName("public", "allergies", "severity")


def column(name: str, type_: PgType = INT8, *, nullable: bool = False) -> TypedColumn:
    return TypedColumn(name=name, type=type_, nullable=nullable, reason="")


def context_of(queries: Sequence[TypedQuery], config: Config) -> TranslationContext:
    return translation_context(type_references(queries, config.aliases), config)


def typed(
    query: Query, *columns: TypedColumn, types: tuple[PgType, ...] = (INT8, INT8, INT8)
) -> TypedQuery:
    return TypedQuery(
        query=query,
        parameters=tuple(
            TypedParameter(
                name=p.name or f"arg{p.number}",
                number=p.number,
                type=types[p.number - 1],
                nullable=False,
                reason="",
            )
            for p in query.parameters
        ),
        columns=columns,
        cardinality=Cardinality.MANY,
    )


def file(text: str, path: str = "queries/q.sql") -> QueryFile:
    return parse.query_file(SourceFile(path, text))


def translated(
    *files: tuple[QueryFile, list[TypedQuery]],
    mode: Mode = Mode.SYNC,
    search_path: tuple[str, ...] = ("public",),
) -> dict[str, PythonFile]:
    # The tests read the statements as they are; of their names there is a test below.
    config = Config(
        root=Path("/"), mode=mode, search_path=search_path, statement_names=False
    )
    return {made.path: made for made in translated_package(files, config)}


def module(files: dict[str, PythonFile], path: str) -> Module:
    found = files[path]
    assert isinstance(found, Module)
    return found


def refused(*files: tuple[QueryFile, list[TypedQuery]], mode: Mode = Mode.SYNC) -> str:
    with pytest.raises(SqlgenError) as caught:
        translated(*files, mode=mode)
    return "\n".join(f"{d.code}: {d.message}" for d in caught.value.diagnostics)


def one(path: str, name: str = "x") -> tuple[QueryFile, list[TypedQuery]]:
    made = file(f"-- name: {name} :exec\nSELECT 1", path)
    return made, [typed(made.queries[0])]


def test_every_query_file_is_a_module() -> None:
    files = translated(one("queries/a.sql"), one("queries/b-c/d.sql"))
    assert list(files) == [
        "generated/__init__.py",
        "generated/_cursors.py",
        "generated/a.py",
        "generated/b_c/__init__.py",
        "generated/b_c/d.py",
        "generated/py.typed",
    ]
    assert module(files, "generated/b_c/d.py").name == ".b_c.d"
    assert module(files, "generated/b_c/d.py").source == "queries/b-c/d.sql"


def test_both_modes_share_statements() -> None:
    files = translated(one("queries/a/b.sql"), mode=Mode.BOTH)
    assert list(files) == [
        "generated/__init__.py",
        "generated/_cursors.py",
        "generated/a/__init__.py",
        "generated/a/b.py",
        "generated/aio/__init__.py",
        "generated/aio/a/__init__.py",
        "generated/aio/a/b.py",
        "generated/py.typed",
    ]
    twin = module(files, "generated/aio/a/b.py")
    assert twin.is_async
    assert twin.constants == ()
    assert twin.functions[0].sql == Named("X", ".a.b")
    assert not module(files, "generated/a/b.py").is_async


def test_async_alone_needs_no_folder() -> None:
    files = translated(one("queries/a.sql"), mode=Mode.ASYNC)
    assert module(files, "generated/a.py").is_async
    assert "generated/aio/__init__.py" not in files


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("queries/models.sql", "`models` is a module of sqlgen's own"),
        ("queries/errors.sql", "`errors` is a module of sqlgen's own"),
        ("queries/aio/x.sql", "`aio` is a module of sqlgen's own"),
        ("queries/class.sql", "`class` is no name for a Python module"),
        ("queries/1st.sql", "`1st` is no name for a Python module"),
        ("queries/_x.sql", "`_x` would be a private module"),
    ],
)
def test_names_that_are_no_modules(path: str, why: str) -> None:
    message = f"bad-module-name: `{path}` cannot become a module: {why}"
    assert refused(one(path), mode=Mode.BOTH) == message


def test_two_files_are_two_modules() -> None:
    assert refused(one("queries/a-b.sql"), one("queries/a_b.sql")) == (
        "bad-module-name: `queries/a_b.sql` cannot become a module:"
        " `queries/a-b.sql` would be the same module"
    )
    assert refused(one("queries/a.sql"), one("queries/a/b.sql")) == (
        "bad-module-name: `queries/a.sql` cannot become a module:"
        " a folder beside it has the same name"
    )


def test_support_is_there_if_it_is_used() -> None:
    made = file("-- name: x :one\nSELECT 1 AS a")
    files = translated((made, [typed(made.queries[0], column("a"))]))
    assert "generated/_support.py" in files
    assert "generated/models.py" not in files


def test_shared_rows_are_models() -> None:
    made = file(
        "-- name: x :many -> Row1\nSELECT 1\n;\n-- name: y :one -> Row1\nSELECT 1"
    )
    columns = (column("id"), column("s", STATUS, nullable=True))
    files = translated((made, [typed(query, *columns) for query in made.queries]))
    models = module(files, "generated/models.py")
    assert [record.name for record in models.records] == ["Row1"]
    assert [enum.name for enum in models.enums] == ["Status"]
    assert module(files, "generated/q.py").records == ()


def test_shared_rows_have_the_same_fields() -> None:
    made = file("-- name: x :many -> R\nSELECT 1;\n-- name: y :many -> R\nSELECT 1")
    first = typed(made.queries[0], column("id"), column("name", TEXT), column("n"))
    second = typed(made.queries[1], column("id"), column("name", TEXT, nullable=True))
    assert refused((made, [first, second])) == (
        "row-mismatch: `y` and `x` return different rows, so they cannot share `R`:\n"
        "    id: int           | id: int\n"
        "  ! name: str | None  | name: str\n"
        "  !                   | n: int"
    )


def test_a_shared_row_says_what_is_true_of_all() -> None:
    made = file("-- name: x :many -> R\nSELECT 1;\n-- name: y :many -> R\nSELECT 1")
    narrowed = replace(column("s", STATUS), narrowed=True)
    first = typed(made.queries[0], column("id"), narrowed)
    second = typed(made.queries[1], column("id"), column("s", STATUS, nullable=True))
    for queries in ([first, second], [second, first]):
        (row,) = module(translated((made, queries)), "generated/models.py").records
        assert row.fields[1].type == UnionOf((Named("Status", ".models"), NONE))


def test_configured_columns_are_those_of_their_parameters() -> None:
    made = file("-- name: x :exec\nSELECT :a, :b")
    ids = ArrayType(schema="pg_catalog", name="_int8", display="bigint[]", element=INT8)
    key = ColumnName("public", "t", "id")
    query = typed(made.queries[0], types=(INT8, ids))
    parameters = tuple(replace(p, column=key) for p in query.parameters)
    config = Config(root=Path("/"), columns={"t.id": "app.Id"}, statement_names=False)
    files = translated_package(
        [(made, [replace(query, parameters=parameters)])], config
    )
    (q,) = (x for x in files if x.path == "generated/q.py")
    assert isinstance(q, Module)
    one_, many = q.functions[0].arguments
    assert one_.type == Named("Id", "app")
    assert many.type == Generic(Named("Sequence", "collections.abc"), (one_.type,))
    assert q.constants[0].text == "SELECT $1::int8, $2::int8[]"


def test_columns_of_one_type_may_differ_in_everything_else() -> None:
    made = file("-- name: x :many\nSELECT 1;\n-- name: y :many\nSELECT 1")
    key = ColumnName("public", "t", "id")
    other = ColumnName("public", "u", "id")
    texts = ArrayType(schema="pg_catalog", name="_text", display="text[]", element=TEXT)
    columns = [
        replace(column("a"), column=key),
        replace(column("b"), column=other),
        replace(column("c", nullable=True), column=key),
        replace(column("d", nullable=True), column=other),
        replace(column("e", TEXT), column=key, literals=("v", "w")),
        replace(column("f", TEXT), column=other, literals=("v", "w")),
        replace(column("g", TEXT), column=other),
        column("h", texts),
        replace(column("i", texts), element_nullable=True),
    ]
    queries = [typed(query, *columns) for query in made.queries]
    config = Config(root=Path("/"), columns={"t.id": "app.Id"})
    assert annotations(queries[1], context_of(queries, config)).columns == (
        "Id",
        "int",
        "Id | None",
        "int | None",
        "Id",
        "UId",
        "str",
        "list[str]",
        "list[str | None]",
    )


def test_a_mistake_in_the_configuration_names_its_entry() -> None:
    config = Config(root=Path("/"), types={"numeric": "Muney"})
    with pytest.raises(SqlgenError) as caught:
        translated_package([], config)
    (found,) = caught.value.diagnostics
    assert found.message == ("`numeric` in `[tool.sqlgen.types]`: unknown type `Muney`")


def test_a_row_may_not_have_the_name_of_a_type() -> None:
    made = file("-- name: x :many -> Status\nSELECT 1")
    query = typed(made.queries[0], column("id"), column("s", STATUS))
    assert refused((made, [query])) == (
        "name-taken: the Python name `Status` of `x` is that of a type of the database too"
    )


def test_two_functions_have_two_names() -> None:
    made = file("-- name: list :exec\nSELECT 1;\n-- name: list_ :exec\nSELECT 1")
    assert refused((made, [typed(query) for query in made.queries])) == (
        "name-taken: the Python name `list_` of `list_` is that of `list` too"
    )


def test_literals_are_named_after_table_and_column() -> None:
    made = file("-- name: x :many\nSELECT severity, 1 FROM allergies")
    severity = TypedColumn(
        name="severity",
        type=TEXT,
        nullable=False,
        reason="",
        column=SEVERITY,
        literals=("mild", "severe"),
    )
    files = translated((made, [typed(made.queries[0], severity, column("n"))]))
    (alias,) = module(files, "generated/models.py").aliases
    assert alias.name == "AllergiesSeverity"
    assert alias.type == LiteralOf(("mild", "severe"))
    (row,) = module(files, "generated/q.py").records
    assert row.fields[0].type == Named("AllergiesSeverity", ".models")
    assert not row.converts


@pytest.mark.parametrize(
    ("search_path", "names"),
    [
        (("public",), ["AppStatus", "Status", "ZooStatus"]),
        (("app",), ["Status", "PublicStatus", "ZooStatus"]),
        (("zoo", "app", "public"), ["AppStatus", "PublicStatus", "Status"]),
        ((), ["Status", "PublicStatus", "ZooStatus"]),
    ],
)
def test_the_type_that_the_search_path_finds_has_the_plain_name(
    search_path: tuple[str, ...], names: list[str]
) -> None:
    made = file("-- name: x :many\nSELECT 1")
    schemas = ("app", "public", "zoo")
    enums = [replace(STATUS, schema=schema) for schema in schemas]
    checked = [
        TypedColumn(
            name=schema,
            type=TEXT,
            nullable=False,
            reason="",
            column=ColumnName(schema, "t", "kind"),
            literals=("a",),
        )
        for schema in schemas
    ]
    columns = [column(f"c_{enum.schema}", enum) for enum in enums]
    query = typed(made.queries[0], *columns, *checked)
    files = translated((made, [query]), search_path=search_path)
    models = module(files, "generated/models.py")
    assert [enum.name for enum in models.enums] == names
    assert [alias.name for alias in models.aliases] == [
        name.replace("Status", "TKind") for name in names
    ]


def statement(text: str, *types: PgType, stars: tuple[Star, ...] = ()) -> str:
    """The SQL that runs for a query with parameters of *types*."""
    made = file(f"-- name: x :exec\n{text}")
    query = typed(made.queries[0], types=types)
    with_stars = TypedQuery(
        query=query.query,
        parameters=query.parameters,
        columns=(),
        cardinality=Cardinality.NONE,
        stars=stars,
    )
    files = translated((made, [with_stars]))
    return module(files, "generated/q.py").constants[0].text


def test_casts_where_the_value_does_not_fix_the_type() -> None:
    found = statement("SELECT :a > now(), :b + 1, :a", STAMP, INT8)
    assert found == "SELECT $1::timestamptz > now(), $2 + 1, $1::timestamptz"
    assert statement("SELECT :a::date", STAMP) == "SELECT $1::date"


def test_a_cast_does_not_reach_for_what_follows() -> None:
    dates = ArrayType(schema="pg_catalog", name="_date", display="date[]", element=DATE)
    found = statement("SELECT :a[1], :a /* x */ [2], :a", dates)
    assert found == "SELECT ($1::date[])[1], ($1::date[]) /* x */ [2], $1::date[]"


def test_stars_are_the_columns_of_the_day() -> None:
    text = "SELECT * FROM t"
    assert statement(text, stars=(Star(7, 8, ("a", "b")),)) == "SELECT a, b FROM t"
    long = tuple(f"a_rather_long_column_{number}" for number in range(5))
    assert statement(text, stars=(Star(7, 8, long),)) == (
        "SELECT a_rather_long_column_0, a_rather_long_column_1, a_rather_long_column_2,\n"
        "       a_rather_long_column_3, a_rather_long_column_4 FROM t"
    )


def test_arguments_are_in_the_order_of_first_use() -> None:
    made = file("-- name: x :exec\nSELECT $2::int, $1::int")
    files = translated((made, [typed(made.queries[0])]))
    (function,) = module(files, "generated/q.py").functions
    assert [argument.name for argument in function.arguments] == ["arg2", "arg1"]
    assert function.values == (1, 0)


def test_batches_take_rows() -> None:
    made = file("-- name: add :batch\nINSERT INTO t VALUES (:a, :b)")
    q = module(translated((made, [typed(made.queries[0])])), "generated/q.py")
    (record,) = q.records
    assert record.name == "AddParams"
    assert q.functions[0].result == Result(
        command=Command.BATCH, rows=Named("AddParams", ".q")
    )


def test_a_lone_parameter_is_the_row() -> None:
    made = file("-- name: add :batch\nINSERT INTO t VALUES (:a)")
    q = module(translated((made, [typed(made.queries[0])])), "generated/q.py")
    assert q.records == ()
    assert q.functions[0].result == Result(command=Command.BATCH, rows=Named("int"))


def test_a_batch_that_gives_values_shows_their_type() -> None:
    made = file("-- name: add :batch\nINSERT INTO t VALUES (:a) RETURNING b")
    query = typed(made.queries[0], column("b"))
    types = annotations(query, context_of([query], Config(root=Path("/"))))
    assert (types.row, types.parameters, types.columns) == ("", ("int",), ("int",))


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("INSERT INTO t VALUES (:a)", "COPY t FROM STDIN (FORMAT BINARY)"),
        (
            'insert into "My" . t (a, "b c")\n  values (:x, :y) -- all',
            'COPY "My" . t (a, "b c") FROM STDIN (FORMAT BINARY)',
        ),
    ],
)
def test_copies(text: str, copy: str) -> None:
    made = file(f"-- name: add :copy\n{text}")
    q = module(translated((made, [typed(made.queries[0])])), "generated/q.py")
    assert q.constants[0].text == copy
    assert q.functions[0].result.command is Command.COPY


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (:a + 1)",
        "INSERT INTO t VALUES (:a::int)",
        "INSERT INTO t VALUES (:a, DEFAULT)",
        "INSERT INTO t VALUES (:a), (:b)",
        "INSERT INTO t VALUES (:a) ON CONFLICT DO NOTHING",
        "INSERT INTO t VALUES (:a) RETURNING a",
        "INSERT INTO t SELECT :a",
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = :a",
    ],
)
def test_what_copy_cannot_do(text: str) -> None:
    made = file(f"-- name: add :copy\n{text}")
    assert refused((made, [typed(made.queries[0])])).startswith("copy-needs-values: ")


def test_batches_need_parameters() -> None:
    made = file("-- name: add :batch\nINSERT INTO t VALUES (1)")
    assert refused((made, [typed(made.queries[0])])) == (
        "bulk-needs-parameters: `:batch` needs a query with parameters"
    )


@pytest.mark.parametrize(
    ("path", "text", "statement"),
    [
        ("q.sql", "SELECT 1 AS a", "SELECT 1 AS a /* q.x */"),
        ("q.sql", "SELECT 1\nAS a", "SELECT 1\nAS a\n/* q.x */"),
        ("q.sql", "SELECT '--' AS a", "SELECT '--' AS a\n/* q.x */"),
        ("q.sql", "SELECT 1 AS a -- all", "SELECT 1 AS a /* q.x */"),
        ("q.sql", "SELECT 1 AS a /* b */", "SELECT 1 AS a /* q.x */"),
        ("a-b/c.sql", "SELECT 1 AS a", "SELECT 1 AS a /* a_b.c.x */"),
        ("ärzte.sql", "SELECT 1 AS a", "SELECT 1 AS a /* \\xe4rzte.x */"),
    ],
)
def test_statements_end_with_their_names(path: str, text: str, statement: str) -> None:
    source = SourceFile(f"queries/{path}", f"-- name: x :one\n{text};")
    made = parse.query_file(source)
    files = translated_package(
        [(made, [typed(made.queries[0], column("a"))])], Config(root=Path("/"))
    )
    [constant] = [c for f in files if isinstance(f, Module) for c in f.constants]
    assert constant.text == statement


def test_names_of_files_are_read_as_python_does() -> None:
    decomposed = (
        "queries/e\N{COMBINING ACUTE ACCENT}tat \N{LATIN SMALL LIGATURE FI}".replace(
            " ", "_"
        )
    )
    files = translated(one(f"{decomposed}.sql"))
    assert "generated/état_fi.py" in files
