from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

from sqlgen import read, report
from sqlgen.model.config import (
    ArrayElements,
    Config,
    FieldKeys,
    JsonNumbers,
    MigrateConfig,
    Mode,
    ModelScope,
    ParameterStyle,
)
from sqlgen.model.diagnostic import ConfigurationError
from sqlgen.model.row_styles import RowStyle
from sqlgen.read.settings import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"


SERVER = (
    '`"embedded"`, a URL such as `"postgresql://localhost/"`, or the folder of PostgreSQL\'s'
    ' programs such as `"/usr/lib/postgresql/15/bin"`'
)


def listed(choices: type[StrEnum]) -> str:
    """Return the values as a message and the docs list them: `"a"`, `"b"` or `"c"`."""
    *values, last = [f'`"{choice.value}"`' for choice in choices]
    return f"{', '.join(values)} or {last}"


@pytest.mark.parametrize("page", ["configuration.md", "templates.md"])
def test_every_style_of_rows_is_documented(page: str) -> None:
    assert listed(RowStyle) in (DOCS / page).read_text()


def check(root: Path, text: str, expected: str) -> None:
    (root / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read.config(root)
    assert report.text(caught.value.diagnostics) == expected.strip("\n")


def test_defaults(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    assert read.config(tmp_path) == Config(root=tmp_path)


def test_each_setting_is_a_field() -> None:
    """The fields have the settings' types and defaults."""
    names = {section: set(readers) for section, readers in SETTINGS.items()}
    own = names[""] - {"functions"} | names["functions"] - {"typed"}
    assert own | {"typed_functions"} == {field.name for field in fields(Config)} - {
        "root",
        "file",
        "migrate",
    }
    assert names["migrate"] == {field.name for field in fields(MigrateConfig)}


def test_everything(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("""\
[tool.sqlgen]
migrations = "db/migrations/"
queries = "../shared/queries"
output = "src/app/db"
mode = "both"
rows = "msgspec"
fields = "camel"
role = "app"
server = "postgresql://localhost/"
search_path = ["app", "public"]
extensions = "db/extensions"
templates = "db/templates"
array_elements = "nullable"
json_numbers = "decimal"
statement_names = false
protocols = true
plans = true
schema_check = false
parameters = "object"
parameter_limit = 3
models = "all"
types = { uuid = "str", "app.money" = "app.types.Money" }

[tool.sqlgen.columns]
"patients.address" = "app.types.Address"
app.orders.total = "app.types.Money"

[tool.sqlgen.aliases]
Money = "app.types.Money"

[tool.sqlgen.functions]
never_null = ["app.slug(text)", "app.round(numeric(10,2), integer)", "now()"]

[tool.sqlgen.migrate]
table = "_sqlx_migrations"
lock_timeout = 5
statement_lock_timeout = "2s"
seeds = "db/seeds"
""")
    assert read.config(tmp_path) == Config(
        root=tmp_path,
        migrations="db/migrations",
        queries="../shared/queries",
        output="src/app/db",
        mode=Mode.BOTH,
        rows=RowStyle.MSGSPEC,
        fields=FieldKeys.CAMEL,
        server="postgresql://localhost/",
        search_path=("app", "public"),
        extensions="db/extensions",
        templates="db/templates",
        role="app",
        array_elements=ArrayElements.NULLABLE,
        json_numbers=JsonNumbers.DECIMAL,
        statement_names=False,
        protocols=True,
        plans=True,
        schema_check=False,
        parameters=ParameterStyle.OBJECT,
        parameter_limit=3,
        models=ModelScope.ALL,
        types={"uuid": "str", "app.money": "app.types.Money"},
        columns={
            "patients.address": "app.types.Address",
            "app.orders.total": "app.types.Money",
        },
        aliases={"Money": "app.types.Money"},
        never_null=("app.slug(text)", "app.round(numeric(10,2), integer)", "now()"),
        migrate=MigrateConfig(
            table="_sqlx_migrations",
            lock_timeout=5.0,
            statement_lock_timeout=2.0,
            seeds="db/seeds",
        ),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"app, public"', ("app", "public")),
        ("'\"$user\", public'", ("$user", "public")),
    ],
)
def test_search_path_as_text(
    tmp_path: Path, value: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.sqlgen]\nsearch_path = {value}")
    assert read.config(tmp_path).search_path == expected


def test_the_nearest_file_with_our_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    package = tmp_path / "packages/a/src"
    package.mkdir(parents=True)
    (tmp_path / "packages/a/pyproject.toml").write_text("[project]\nname = 'a'\n")
    assert read.config(package).root == tmp_path


def test_no_table(tmp_path: Path) -> None:
    check(
        tmp_path,
        "[project]\nname = 'a'\n",
        """
error[no-configuration]: pyproject.toml has no `[tool.sqlgen]`
  = hint: run `sqlgen init` in the project's folder
""",
    )


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read.config(tmp_path)
    assert report.text(caught.value.diagnostics) == (
        "error[no-configuration]: there is no pyproject.toml or sqlgen.toml here or in a folder above\n"
        "  = hint: run `sqlgen init` in the project's folder"
    )


def test_unknown_settings(tmp_path: Path) -> None:
    check(
        tmp_path,
        """\
# [tool.sqlgen] qeries
[project]
text = '''
[tool.sqlgen]
qeries = 1
'''
[tool.sqlgen]
qeries = "x"
types = { int4 = "int" }
xyz = [{ qeries = "]" }, "# [tool.sqlgen]"]
[tool.sqlgen.migrate]
"lock-timeout" = 3
[tool.sqlgen.functions]
never_nul = []
""",
        """
error[unknown-setting]: unknown setting `tool.sqlgen.qeries`
 --> pyproject.toml:8:1
  |
8 | qeries = "x"
  | ^^^^^^
  |
  = hint: write `queries`

error[unknown-setting]: unknown setting `tool.sqlgen.xyz`
  --> pyproject.toml:10:1
   |
10 | xyz = [{ qeries = "]" }, "# [tool.sqlgen]"]
   | ^^^
   |
   = hint: use one of `migrations`, `schema`, `queries`, `output`, `mode`, `rows`, `errors`, `fields`, `server`, `search_path`, `role`, `extensions`, `templates`, `outside_folders`, `array_elements`, `json_numbers`, `statement_names`, `protocols`, `plans`, `schema_check`, `read_connections`, `parameters`, `parameter_limit`, `models`, `types`, `columns`, `aliases`, `names`, `functions`, `migrate`

error[unknown-setting]: unknown setting `tool.sqlgen.migrate.lock-timeout`
  --> pyproject.toml:12:1
   |
12 | "lock-timeout" = 3
   | ^^^^^^^^^^^^^^
   |
   = hint: write `lock_timeout`

error[unknown-setting]: unknown setting `tool.sqlgen.functions.never_nul`
  --> pyproject.toml:14:1
   |
14 | never_nul = []
   | ^^^^^^^^^
   |
   = hint: write `never_null`

4 errors
""",
    )


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("queries = 3", "the path of a folder, as a string"),
        ('queries = " "', "the path of a folder, as a string"),
        (
            'queries = "/abs"',
            "a path relative to the configuration's folder, not an absolute one",
        ),
        (
            'queries = "C:/a"',
            "a path relative to the configuration's folder, not an absolute one",
        ),
        ('output = "../.."', "a folder, and not the project's own or one above it"),
        ('output = "."', "a folder, and not the project's own or one above it"),
        (
            'output = "queries/gen"',
            "a folder apart from the queries, which are in `queries`",
        ),
        (
            'output = "./migrations/"',
            "a folder apart from the migrations, which are in `migrations`",
        ),
        ('mode = "snyc"', '`"sync"`, `"async"` or `"both"`'),
        ("mode = true", '`"sync"`, `"async"` or `"both"`'),
        ('rows = "dict"', listed(RowStyle)),
        ("server = 1", SERVER),
        ('server = "x"', SERVER),
        ("search_path = []", 'a list of schemas, `["app", "public"]`'),
        ("search_path = [1]", 'a list of schemas, `["app", "public"]`'),
        ('search_path = ""', 'a list of schemas, `["app", "public"]`'),
        ('statement_names = "x"', "`true` or `false`"),
        ('protocols = "x"', "`true` or `false`"),
        ('parameters = "x"', listed(ParameterStyle)),
        ('fields = "x"', listed(FieldKeys)),
        ("parameter_limit = -1", "a whole number, 0 or more"),
        ("parameter_limit = true", "a whole number, 0 or more"),
        ('array_elements = "x"', '`"not-null"` or `"nullable"`'),
        ("role = 1", "the name of a role, as a string"),
        ("types = 1", "a table"),
        ('columns.address = "x"', 'named by its table too, `"table.column"`'),
        (
            'functions = "app.*"',
            'a list of functions with their schema, `["app.slug", "billing.*"]`, or a table',
        ),
        (
            'functions.typed = ["slug"]',
            'a list of functions with their schema, `["app.slug", "billing.*"]`, or a table',
        ),
        (
            'functions.never_null = ["f"]',
            'a list of functions with their arguments, `["app.slug(text)"]`',
        ),
        ("migrate = 1", "a table"),
        ('migrate.lock_timeout = "1"', "a number of seconds above 0"),
        ("migrate.lock_timeout = true", "a number of seconds above 0"),
        ("migrate.lock_timeout = 0", "a number of seconds above 0"),
        *[
            (
                f"migrate.statement_lock_timeout = {value}",
                'a duration from 1 ms to a day, `"2s"`, `"500ms"` or `"1min"`',
            )
            for value in ("true", "0", "-1", "nan", '"2"', '"2h"', '"1441min"', "[]")
        ],
        (
            'migrate.schemas = ["a", "a"]',
            'a list of different schemas, `["tenant_1", "tenant_2"]`',
        ),
        (
            'migrate.schemas = "a"',
            'a list of different schemas, `["tenant_1", "tenant_2"]`',
        ),
        (
            'migrate.schemas = [""]',
            'a list of different schemas, `["tenant_1", "tenant_2"]`',
        ),
        (
            f'migrate.schemas = ["{"x" * 64}"]',
            "a list of schemas, whose names have up to 63 bytes",
        ),
        ("migrate.table = 1", "the name of a table, as a string"),
    ],
)
def test_unfit_values(tmp_path: Path, setting: str, expected: str) -> None:
    name = setting.split(" = ")[0]
    key = name.rpartition(".")[2]
    column = len(name) - len(key) + 1
    check(
        tmp_path,
        f"[tool.sqlgen]\n{setting}\n",
        f"""
error[bad-setting]: `tool.sqlgen.{name}` must be {expected}
 --> pyproject.toml:2:{column}
  |
2 | {setting}
  | {" " * (column - 1)}{"^" * len(key)}
""",
    )


def test_unfit_values_in_inline_tables(tmp_path: Path) -> None:
    check(
        tmp_path,
        '[tool]\nsqlgen = { types = { int4 = "x", "a.b" = 3 } }\n',
        """
error[bad-setting]: `tool.sqlgen.types.a.b` must be a Python type, as a string
 --> pyproject.toml:2:34
  |
2 | sqlgen = { types = { int4 = "x", "a.b" = 3 } }
  |                                  ^^^^^
""",
    )


CLASS = "a must be the name of a class in PascalCase, or of a field in snake_case"


def test_names_of_fields(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.sqlgen.names]\nmrn = "number"\npatients.dob = "born_on"\npatients.mrn = "number"\nt = "T"\n'
    )
    config = read.config(tmp_path)
    assert config.class_names == {"t": "T"}
    assert config.field_names == {
        "mrn": "number",
        "patients.dob": "born_on",
        "patients.mrn": "number",
    }


def test_names_of_classes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.sqlgen.names]\npatients = "Patient"\naudit.state = "AuditState"\n'
    )
    names = {"patients": "Patient", "audit.state": "AuditState"}
    assert read.config(tmp_path).names == names


@pytest.mark.parametrize(
    ("names", "expected", "hint"),
    [
        ("a = 3", "a must be a name, as a string", ""),
        (
            'a = "Sick_Note"',
            CLASS,
            'write `"SickNote"`',
        ),
        ('a = "app.Patient"', CLASS, ""),
        ('a = "_born"', CLASS, 'write `"Born"`'),
        ('a = "class"', CLASS, 'write `"Class"`'),
        ('a = "None"', CLASS, ""),
        ('a = "Patient[int]"', CLASS, ""),
        (
            'a = "Patient"\npublic.b = "Patient"',
            "public.b must be a name of its own: `Patient` is that of `a`",
            "choose another name",
        ),
    ],
)
def test_unfit_names_of_classes(
    tmp_path: Path, names: str, expected: str, hint: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.sqlgen.names]\n{names}\n")
    with pytest.raises(ConfigurationError) as caught:
        read.config(tmp_path)
    (diagnostic,) = caught.value.diagnostics
    message = diagnostic.message.replace("`tool.sqlgen.names.", "", 1)
    assert (message.replace("`", "", 1), diagnostic.hint) == (expected, hint)
    assert diagnostic.label is not None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('output = "src/my-app"', "write `src/my_app`"),
        ('output = "class"', ""),
        ('output = "1"', ""),
        ('server = "embeded"', 'write `"embedded"`'),
        ('server = "Embedded"', 'write `"embedded"`'),
        ('server = "docker"', ""),
    ],
)
def test_unfit_values_with_a_hint(tmp_path: Path, text: str, hint: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.sqlgen]\n{text}\n")
    with pytest.raises(ConfigurationError) as caught:
        read.config(tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("bad-setting", hint)


def test_an_output_around_the_queries(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.sqlgen]\nqueries = "app/x/../db/sql"\noutput = "app/db"\n'
    )
    with pytest.raises(ConfigurationError, match="apart from the queries"):
        read.config(tmp_path)


def test_a_misspelt_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    check(
        inside,
        "[project]\n[tool.sqlgn]\noutput = 'db'\n",
        """
error[no-configuration]: pyproject.toml has `[tool.sqlgn]`, but no `[tool.sqlgen]`
 --> pyproject.toml:2:7
  |
2 | [tool.sqlgn]
  |       ^^^^^
  |
  = hint: write `[tool.sqlgen]`, or run `sqlgen init`, which adds it
""",
    )


@pytest.mark.parametrize("text", ["[sqlgen]\n", "sqlgen.output = 'db'\n"])
def test_a_table_of_tools_own_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError, match="has `\\[sqlgen\\]`, but no"):
        read.config(tmp_path)


@pytest.mark.parametrize("text", ["[tool.sqlfluff]\n", "sqlgen = 3\n", "tool = 3\n"])
def test_other_tables_are_no_misspelling(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError, match="has no `"):
        read.config(tmp_path)


def test_our_table_is_no_table(tmp_path: Path) -> None:
    check(
        tmp_path,
        "tool.sqlgen = 3\n",
        """
error[bad-setting]: `tool.sqlgen` must be a table
 --> pyproject.toml:1:6
  |
1 | tool.sqlgen = 3
  |      ^^^^^^
""",
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a = 1\nb = \n", "2:5", "invalid value"),
        ("a = 1\na = 2\n", "2:6", "cannot overwrite a value"),
        ("a = [1,", "1:8", "invalid value"),
        ("\r\n\r\na = ?\r\n", "3:5", "invalid value"),
    ],
)
def test_bad_toml(tmp_path: Path, text: str, place: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode())
    with pytest.raises(ConfigurationError) as caught:
        read.config(tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.label is not None
    span = diagnostic.label.span
    assert (diagnostic.code, diagnostic.message) == ("bad-toml", message)
    assert f"{span.line}:{span.column}" == place


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ('"2s"', 2.0), ('"250 ms"', 0.25), ('"1.5min"', 90.0)],
)
def test_a_duration(tmp_path: Path, value: str, seconds: float) -> None:
    text = f"[tool.sqlgen.migrate]\nstatement_lock_timeout = {value}\n"
    (tmp_path / "pyproject.toml").write_text(text)
    assert read.config(tmp_path).migrate.statement_lock_timeout == seconds
