"""A lock that somebody edited is refused, or what it says is data: no text of it becomes code."""

import ast
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sqlgen import build, lockfile, parse, read
from sqlgen.lockfile import grammar
from sqlgen.lockfile.analyses import FIELDS, PARTS
from sqlgen.model.config import Config
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.output import LOCK_MARKER
from sqlgen.model.override_text import is_in_statement
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import Star, TypedColumn, TypedParameter, TypedQuery
from sqlgen.parse.lexer import Kind, tokens

MIGRATION = """\
CREATE SCHEMA "ödd one";
CREATE TYPE mood AS ENUM ('so', 'f"ine');
CREATE DOMAIN "ödd one".zip AS text CHECK (VALUE IN ('a', 'b'));
CREATE TYPE pair AS (a int, "b c" text);
COMMENT ON TYPE mood IS 'How it is.';
CREATE TABLE people (
    id bigint PRIMARY KEY,
    "full name" text NOT NULL,
    mood mood,
    zip "ödd one".zip NOT NULL,
    pair pair,
    during tstzrange,
    tags text[] NOT NULL
);
CREATE SCHEMA other;
CREATE TABLE other.people (id bigint PRIMARY KEY);
CREATE VIEW shown AS SELECT id, "full name" FROM people WHERE "full name" <> '' WITH CHECK OPTION;
CREATE TABLE pets (id bigint PRIMARY KEY, owner bigint REFERENCES people);
"""
QUERIES = """\
-- name: list_all :many
SELECT * FROM people AS p JOIN pets AS x (pet, owner) ON x.owner = p.id WHERE p.mood = :mood;

-- name: list_pets :many
SELECT x.*, count(*) OVER () * 2 AS "n: decimal.Decimal" FROM pets AS x WHERE owner = ANY(:owners);

-- name: with_rows :many
SELECT p, x FROM people AS p LEFT JOIN pets AS x ON x.owner = p.id WHERE p.zip = :zip;

-- name: add :one
INSERT INTO people (id, "full name", zip, pair, tags) VALUES (:id, $2, $3, :pair, $5) RETURNING *;

-- name: shaped :one
SELECT json_build_object('a', id, 'm', mood) AS doc, "full name" AS "name!" FROM people LIMIT 1;

-- name: page_of_people :page
-- sqlgen: order sort by "full name" | kind = mood desc
SELECT id, "full name" AS called FROM people ORDER BY :sort, id;

-- name: show :exec
UPDATE shown SET "full name" = :full_name WHERE id = :id;

-- name: touch :exec
UPDATE people SET tags = :tags WHERE id = :id;
""".replace("$2", ":full_name").replace("$3", ":zip").replace("$5", ":tags")


@dataclass(frozen=True)
class Project:
    """A project that was built, and the contents of its generated files."""

    config: Config
    files: dict[str, bytes]

    def offline(self, changed: dict[str, bytes]) -> dict[str, str]:
        """Return the modules that the files with a *changed* lock give, without those that are as before.

        Raises `SqlgenError` where the lock is refused.
        """
        for path, content in changed.items():
            (self.config.root / path).write_bytes(content)
        try:
            plan = build.check_offline(self.config)
        finally:
            for path in changed:
                (self.config.root / path).write_bytes(self.files[path])
        return {change.path: change.after or "" for change in plan.changes}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("locked")
    for path, text in (
        ("pyproject.toml", '[tool.sqlgen]\nmodels = "all"\n'),
        ("migrations/0001_all.sql", MIGRATION),
        ("queries/all.sql", QUERIES),
    ):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    config = read.config(root)
    build.build(config)
    return Project(config, dict(read.generated(root, "generated")))


Place = tuple[Any, ...]

LOCKS = ("generated/.sqlgen/queries/all.json", "generated/.sqlgen/schema.json")
BYTES = [
    *('"', "'", "\\", "\n", "\r", "\0", "\t", ";", "{", "}", "#", "(", ")", "%"),
    *("*/", "/*", "--", "$$", "$1", ":", ",", " ", ".", "\x1b", "\x85", "\u2028"),
    *('"""', "'''", '\\"', '");', '")\n', "é", "\ud800", "\udcff", "\U0010ffff"),
]
"""Characters that end or begin something in SQL, Python, JSON or a terminal."""


def leaves(data: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield the places of all values in plain data, with the values."""
    yield place, data
    inner: Any = ()
    if isinstance(data, dict):
        inner = data.items()
    elif isinstance(data, list):
        inner = enumerate(data)
    for key, item in inner:
        yield from leaves(item, (*place, key))


def changed(data: Any, place: Place, value: Any) -> Any:
    """Return plain data with another value at a place."""
    data = copy.deepcopy(data)
    item = data
    for key in place[:-1]:
        item = item[key]
    item[place[-1]] = value
    return data


def renamed(data: Any, place: Place, name: str) -> Any:
    """Return plain data with another key of an object."""
    data = copy.deepcopy(data)
    item = data
    for key in place[:-1]:
        item = item[key]
    item[name] = item.pop(place[-1])
    return data


def encoded(data: Any) -> bytes:
    text = json.dumps({key: data[key] for key in data if key != "generated"})
    return f"{LOCK_MARKER}, {text[1:]}".encode() if len(text) > 2 else text.encode()


def hostile_texts(text: str) -> Iterator[str]:
    for piece in BYTES:
        yield f"{text}{piece}evil{piece}"
        yield f"{piece}evil{piece}{text}"
        half = len(text) // 2
        yield f"{text[:half]}{piece}evil{piece}{text[half:]}"


def hostile_values(value: Any) -> Iterator[Any]:
    """Yield values of other JSON types, and others of the same."""
    others: list[Any] = [None, True, False, 0, 1, -1, 2**70, 0.5, "", [], {}, [[]]]
    for other in others:
        if other != value or type(other) is not type(value):
            yield other
    match value:
        case bool():
            yield not value
        case int():
            yield from (value - 1, value + 1, value + 7, str(value))
        case list():
            yield value[1:]
            yield [*value, *value[:1]]
            yield [*value, None]
            yield value[::-1]
        case dict():
            yield {**value, "evil": 1}
            for key in value:
                yield {k: v for k, v in value.items() if k != key}
        case _:
            pass


def assert_no_code(modules: dict[str, str]) -> None:
    """Check that `evil` is no word of Python or SQL in the modules."""
    for path, text in modules.items():
        # `_schema_uses` has no statements: what it has are parameters.
        if not path.endswith(".py") or path.endswith("/_schema_uses.py"):
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    assert name != "evil", path
                case ast.alias(name=name):
                    assert "evil" not in name.split("."), path
                case ast.AnnAssign(
                    target=ast.Name(id=name), value=ast.Constant(value=str(statement))
                ) if name.isupper():
                    words = [
                        statement[token.start : token.end].lower()
                        for token in tokens(statement)
                        if token.kind in (Kind.WORD, Kind.UNTERMINATED)
                    ]
                    assert "evil" not in words, statement
                case _:
                    pass


CODES = {"unreadable-lock", "stale-lock", "bad-type", "name-taken", "bad-name"}


def outcome(project: Project, path: str, data: Any) -> str:
    """Return `refused` or `data`; check that the error is one about the lock, or that no text is code."""
    try:
        modules = project.offline({path: encoded(data)})
    except SqlgenError as error:
        codes = {diagnostic.code for diagnostic in error.diagnostics}
        return "refused" if codes <= CODES else f"another error, {codes}"
    assert_no_code(modules)
    return "data"


def is_strict(place: Place) -> bool:
    """Return whether the lock only repeats there what the project's files say, or places in them."""
    if "fingerprint" in place or "override" in place or place == ("configuration",):
        return True
    if "parameters" in place and place[-1] in ("name", "number"):
        return True
    return "stars" in place and place[-1] in (0, 1) and place[-2] != 2


Edit = Callable[[Any, Place, str], Any]

TEXTS, VALUES = 97, 29
"""Only one of so many is tried, another one at each place; all took some minutes."""


@pytest.mark.parametrize("path", LOCKS)
def test_hostile_texts_are_refused_or_data(project: Project, path: str) -> None:
    data = json.loads(project.files[path])
    count, outcomes = 0, set()
    for place, value in leaves(data):
        if place in ((), ("generated",)):
            continue
        texts = hostile_texts(value) if isinstance(value, str) else iter(())
        changes: list[tuple[Edit, str]] = [(changed, text) for text in texts]
        if isinstance(place[-1], str):
            changes += [(renamed, name) for name in hostile_texts(place[-1])]
        for change_at, text in changes:
            count += 1
            if count % TEXTS:
                continue
            change = change_at(data, place, text)
            result = outcome(project, path, change)
            outcomes.add(result)
            expected = ("refused",) if is_strict(place) else ("refused", "data")
            assert result in expected, (place, change)
    assert outcomes == {"refused", "data"}


@pytest.mark.parametrize("path", LOCKS)
def test_values_of_other_kinds_are_refused_or_data(project: Project, path: str) -> None:
    data = json.loads(project.files[path])
    for number, (place, value) in enumerate(leaves(data)):
        for attempt, other in enumerate(hostile_values(value)):
            if place and (number + attempt) % VALUES == 0:
                result = outcome(project, path, changed(data, place, other))
                expected = ("refused",) if is_strict(place) else ("refused", "data")
                assert result in expected, (place, other)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"null", b"[]", b'"x"', b"1", b"\xff", b"\xef\xbb\xbf{}", b"{}{}", b"{"),
        *(b'{"types": []}', b'{"types": {"text": []}}', b'{"migrations": []}'),
        *(b'{"queries": []}', b'{"queries": {"list_all": []}}', b'{"queries": null}'),
        *(b"[" * 100_000, b'{"types":' * 100_000, b"\0" * 1000, b'{"a": NaN}'),
        *(b"1" * 5000, b"<<<<<<< ours\n{}\n=======\n"),
    ],
    ids=lambda content: repr(content[:20]),
)
@pytest.mark.parametrize("path", LOCKS)
def test_broken_locks_are_reported(project: Project, path: str, content: bytes) -> None:
    with pytest.raises(SqlgenError) as caught:
        project.offline({path: content})
    assert {error.code for error in caught.value.diagnostics} <= {
        "unreadable-lock",
        "stale-lock",
    }


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"queries": {"add": {"reads": [1]}}}']
)
def test_broken_locks_are_reported_where_columns_are_looked_up(
    project: Project, content: bytes
) -> None:
    with pytest.raises(SqlgenError, match="is not what sqlgen writes"):
        lockfile.column_users(project.config, {**project.files, LOCKS[0]: content})


@pytest.mark.parametrize("kind", ["element", "base", "subtype", "fields"])
def test_a_type_made_of_itself_is_refused(project: Project, kind: str) -> None:
    path = "generated/.sqlgen/schema.json"
    data = json.loads(project.files[path])
    name = next(name for name, type_ in data["types"].items() if kind in type_)
    inner = [["a", name, False]] if kind == "fields" else name
    assert outcome(project, path, changed(data, ("types", name, kind), inner)) == (
        "refused"
    )


def test_deep_types_and_shapes_are_refused(project: Project) -> None:
    lock, schema = (json.loads(project.files[path]) for path in LOCKS)
    for number in range(5000):
        names = {"schema": "s", "name": f"t{number}"}
        schema["types"][f"t{number}"] = {**names, "element": f"t{number + 1}"}
    schema["types"]["mood"] = schema["types"].pop("t0")
    assert outcome(project, LOCKS[1], schema) == "refused"
    shape: Any = "any"
    for _ in range(400):
        shape = {"array": [shape, False]}
    [column, _] = lock["queries"]["shaped"]["columns"]
    column["json"] = shape
    assert outcome(project, LOCKS[0], lock) == "refused"


def test_the_grammar_has_every_field() -> None:
    """A field that is written needs a line in the table, or reading refuses what a build wrote."""
    for class_, table in (
        (TypedParameter, grammar.PARAMETER),
        (TypedColumn, grammar.COLUMN),
    ):
        assert set(table) == set(FIELDS[class_]) - {"reason"}
    written = {"read_only" if part == "may_write" else part for part in PARTS}
    assert set(grammar.ENTRY) == {*written, "fingerprint"}


# --- what a lock says of the statement's text ----------------------------------------------------


def typed(statement: str, star: Star) -> TypedQuery:
    source = SourceFile("q.sql", f"-- name: q :many\n{statement};")
    [query] = parse.query_file(source).queries
    return TypedQuery(
        query=query, parameters=(), columns=(), cardinality="many", stars=(star,)  # type: ignore[arg-type] # not read
    )


ROW = ("ROW(p.id", 'p."b c")::text')
HOME = 'CASE WHEN home IS DISTINCT FROM NULL THEN ROW((home).street, (home)."b c")::text END'
TAGS = (
    "CASE WHEN pg_catalog.array_ndims(tags) > 1 THEN tags::text WHEN tags IS NOT NULL THEN"
    " ARRAY(SELECT ROW((e1.e).a)::text FROM (SELECT pg_catalog.unnest(tags) AS e) AS e1)::text END"
)
JSON = ('(SELECT "whole row" FROM (SELECT p.id', 'p.x) AS "whole row")')
OPTIONAL = ("CASE WHEN p.* IS DISTINCT FROM NULL THEN ROW(p.id)::text END AS p",)


@pytest.mark.parametrize(
    ("statement", "star", "columns", "is_one"),
    [
        ("SELECT * FROM t", "*", ("id", '"b c"'), True),
        ("SELECT DISTINCT *, 1 FROM t", "*", ("t.id",), True),
        ("SELECT DISTINCT ON (a) * FROM t", "*", ("id",), True),
        ("SELECT (SELECT x FROM (SELECT *) AS y)", "*", ("id",), True),
        ("INSERT INTO t SELECT 1 RETURNING *", "*", ("id",), True),
        ("SELECT p . * FROM p", "p . *", ("p . id",), True),
        ("SELECT (f(1)).* FROM p", "(f(1)).*", ("(f(1)).a",), True),
        ("SELECT p FROM p", "p", ROW, True),
        ("SELECT p.* FROM p", "p.*", ROW, True),
        ("SELECT p FROM p", "p", OPTIONAL, True),
        ("SELECT * FROM t", "*", ("(SELECT passwd FROM pg_shadow)",), False),
        ("SELECT * FROM t", "*", ("id, passwd",), False),
        ("SELECT * FROM t", "*", ("id,",), False),
        ("SELECT * FROM t", "*", ("id--",), False),
        ("SELECT * FROM t", "*", ("id x",), False),
        ("SELECT * FROM t", "*", (f"x {HOME}",), False),
        ("SELECT p FROM p", "p", ("ROW(p.id", "p.x)::text x"), False),
        ("SELECT * FROM t", "*", ("f()",), False),
        ("SELECT * FROM t", "*", ("current_user",), False),
        ("SELECT * FROM t", "*", ("*",), False),
        ("SELECT * FROM t", "*", (), False),
        ("SELECT * FROM t", "*", ('"a"b"',), False),
        ("SELECT * FROM t", "* F", ("id",), False),
        ("SELECT * FROM t", " *", ("id",), False),
        ("SELECT 2 * n FROM t", "*", ("id",), False),
        ("SELECT (2) * n FROM t", "*", ("id",), False),
        ("SELECT count(*) FROM t", "*", ("id",), False),
        ("SELECT 'a * b' FROM t", "*", ("id",), False),
        ("SELECT 1 -- *\nFROM t", "*", ("id",), False),
        ("SELECT 1 /* * */ FROM t", "*", ("id",), False),
        ("SELECT p.* FROM p", "*", ("id",), False),
        ("SELECT p.* FROM p", "p.*", ("q.id",), False),
        ("SELECT p.* FROM p", "p.*", ("p.id.",), False),
        ("SELECT p.* FROM p", "p.*", ("p.id.x",), False),
        ("SELECT p.* FROM p", "p.*", ("p.id", "id"), False),
        ("SELECT p FROM p", "p", ("q.id",), False),
        ("SELECT p AS x FROM p", "p AS x", ("p.id", "p.a AS y"), True),
        ("SELECT p.* x FROM p", "p.* x", ("p.* IS DISTINCT FROM NULL", "p.id"), True),
        ("SELECT p AS x FROM p", "AS x", ("p.id",), False),
        ("SELECT p AS x FROM p", "p AS x", ("x.id",), False),
        ("SELECT home FROM p", "home", (HOME,), True),
        ("SELECT p.home FROM p", "p.home", (HOME.replace("home", "p.home"),), True),
        ("SELECT p.* FROM p", "p.*", (HOME.replace("home", "p.home"), "p.id"), True),
        ("SELECT * FROM p", "*", (HOME.replace("home", "p.home"), "id"), True),
        ("SELECT tags FROM p", "tags", (TAGS,), True),
        ("SELECT to_json(p) FROM p", "p", JSON, True),
        ("SELECT home FROM p", "home", (HOME.replace("home", "away"),), False),
        ("SELECT tags FROM p", "tags", (TAGS.replace("unnest", "pg_ls_dir"),), False),
        ("SELECT tags FROM p", "tags", (TAGS.replace("::text", "::regclass"),), False),
        ("SELECT tags FROM p", "tags", (TAGS.replace("> 1", "> 2"),), False),
        (
            "SELECT to_json(p) FROM p",
            "p",
            ("(SELECT x FROM pg_shadow AS x", ")"),
            False,
        ),
        (
            "SELECT p FROM p",
            "p",
            ("ROW(p.id", "p.x)::text AS pg_shadow", "(SELECT y.z FROM pg_shadow AS y)"),
            False,
        ),
        ("SELECT p FROM p", "p", ("ROW(p.id", "p.x)::text AS user", "user"), False),
        ("SELECT 1 FROM people", "people", ("people.pg_shadow",), False),
        ("SELECT 1 FROM t", "1", ("0",), False),
        ("SELECT 'x' FROM t", "'x'", ("'y'",), False),
        ("SELECT p FROM p", "p", ("ROW(p.id", "evil())::text"), False),
        ("SELECT p FROM p", "p", ("ROW(p.id", "p.x)::regclass"), False),
        ("SELECT p FROM p", "p", ("ROW(q.id", "p.x)::text"), False),
        ("SELECT pp FROM p", "p", ROW, False),
        ("SELECT f(1) FROM p", "f(1)", ("ROW(f(1).id)::text",), False),
    ],
)
def test_a_star_becomes_columns_where_there_is_one(
    statement: str, star: str, columns: Sequence[str], is_one: bool
) -> None:
    start = statement.index(star)
    query = typed(statement, Star(start, start + len(star), tuple(columns)))
    assert parse.agrees_with_text(query) is is_one
    shifted = Star(start + 1, start + 1 + len(star), tuple(columns))
    assert not parse.agrees_with_text(replace(query, stars=(shifted,)))
    assert not parse.agrees_with_text(replace(query, stars=query.stars * 2))


@pytest.mark.parametrize(
    ("statement", "text", "is_one"),
    [
        ("SELECT ROW(1, 2)| FROM t", "::text", True),
        ("SELECT ROW(1, 2)| FROM t", '::text AS "row"', True),
        ("SELECT (1, 2)|, 3", "::text AS r", True),
        ("SELECT CASE WHEN a THEN ROW(b, 2)| END AS x FROM t", "::text", True),
        ("SELECT ARRAY[(b, 2)|] AS x FROM t", "::text", True),
        ("SELECT ROW(1, 2)| AS r", "::text AS s", False),
        ("SELECT ROW(1, 2)| r", "::text AS s", False),
        ("SELECT ROW(1, 2)|::t", "::text", False),
        ("SELECT ROW(1, 2)|", "::regclass", False),
        ("SELECT ROW(1, 2)|", "::text AS r, 1", False),
        ("SELECT ROW(1, 2)|", "::text || 'x'", False),
        ("SELECT ROW(1, (2)|)", "::text", False),
        ("SELECT f(1, 2)|", "::text", False),
        ("SELECT (1 + 2)|", "::text", False),
        ("SELECT 1::numeric(3, 2)|", "::text", False),
        ("SELECT '(1, 2)|' AS r", "::text", False),
        ("SELECT 1|", "::text", False),
    ],
)
def test_the_text_of_a_row_stands_behind_it(
    statement: str, text: str, is_one: bool
) -> None:
    place = statement.index("|")
    query = typed(statement.replace("|", ""), Star(place, place, (text,)))
    assert parse.agrees_with_text(query) is is_one
    assert not parse.agrees_with_text(replace(query, stars=query.stars * 2))


AROUND = ("SELECT ROW((s.c1).a)::text, s.c2 FROM (", ") AS s (c1, c2)")
WITH = ("WITH s (c1) AS (", ") SELECT ROW((s.c1).a)::text FROM s")
MORE = (", s (c1) AS (", ") SELECT ROW((s.c1).a)::text FROM s")


@pytest.mark.parametrize(
    ("statement", "start", "texts", "is_one"),
    [
        ("SELECT f(), 1", "SELECT", AROUND, True),
        ("DELETE FROM t RETURNING a", "DELETE", WITH, True),
        ("WITH x AS (SELECT 1) DELETE FROM t RETURNING a", "DELETE", MORE, True),
        ("SELECT f(), 1", "f()", AROUND, False),
        ("SELECT f(), 1", ", 1", AROUND, False),
        ("SELECT f(), 1", "SELECT", WITH[::-1], False),
        ("SELECT f(), 1", "SELECT", (AROUND[0], ") AS s (c1, 1)"), False),
        ("SELECT f(), 1", "SELECT", ("SELECT evil.a FROM (", AROUND[1]), False),
        ("SELECT f(), 1", "SELECT", ("SELECT evil() FROM (", AROUND[1]), False),
        ("SELECT f(), 1", "SELECT", (AROUND[0], ") AS s, pg_shadow"), False),
        ("DELETE FROM t RETURNING a", "RETURNING", WITH, False),
        (
            "DELETE FROM t RETURNING a",
            "DELETE",
            (WITH[0], f"{WITH[1]}, pg_shadow"),
            False,
        ),
        (
            "DELETE FROM t RETURNING a",
            "DELETE",
            (WITH[0], ") SELECT s.c1 FROM q"),
            False,
        ),
        ("SELECT 1 FROM f(1) WHERE true", "WHERE", MORE, False),
    ],
)
def test_a_statement_is_written_around_another(
    statement: str, start: str, texts: tuple[str, str], is_one: bool
) -> None:
    place, end = statement.index(start), len(statement)
    first, last = Star(place, place, texts[:1]), Star(end, end, texts[1:])
    query = replace(typed(statement, first), stars=(first, last))
    assert parse.agrees_with_text(query) is is_one
    assert not parse.agrees_with_text(replace(query, stars=(first,)))
    assert not parse.agrees_with_text(replace(query, stars=(last,)))
    assert not parse.agrees_with_text(replace(query, stars=(first, first, last)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'"decimal.Decimal"', '"os.system"'),
        (r'": decimal.Decimal"', '": os.system"'),
        (
            r'": decimal.Decimal", "", "decimal.Decimal"',
            '": os.system", "", "os.system"',
        ),
        (r'["!", "!", ""]', '["!", "!", "os.system"]'),
        (r'["!", "!", ""]', '["?", "?", ""]'),
        (r'"name": "name"', '"name": "nom"'),
    ],
)
def test_overrides_are_those_of_the_text(project: Project, old: str, new: str) -> None:
    text = project.files[LOCKS[0]].decode()
    assert old in text
    with pytest.raises(SqlgenError, match="is not what sqlgen writes"):
        project.offline({LOCKS[0]: text.replace(old, new, 1).encode()})


@pytest.mark.parametrize(
    ("name", "override", "statement", "is_in"),
    [
        ("n", "!", 'SELECT 1 AS "n!"', True),
        ("n", ": T", 'SELECT 1 AS "n : T"', True),
        ('a"b', "?", 'SELECT 1 AS "a""b?"', True),
        ("n", "!", 'SELECT 1 AS "n!: T"', False),
        ("n", "!", 'SELECT 1 AS "an!"', False),
        ("n", "!", "SELECT 1 AS n", False),
        ("n", ": " + "T" * 60, f'SELECT 1 AS "n: {"T" * 90}"', True),
        ("n", ": " + "T" * 20, f'SELECT 1 AS "n: {"T" * 90}"', False),
    ],
)
def test_an_override_is_one_that_the_author_wrote(
    name: str, override: str, statement: str, is_in: bool
) -> None:
    """PostgreSQL's names have 63 bytes; a longer one is cut off."""
    assert is_in_statement(name, override, statement) is is_in
