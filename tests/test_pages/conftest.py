"""A project whose names, comments, labels and SQL are hostile in HTML, and its pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen import read
from sqlgen.build.page_files import write_pages
from sqlgen.database import Server
from tests.chromium import Browser, BrowserPage, chromium

EVIL = """</title></code><script>alert(1)</script>"'&amp;<img src=x onerror=alert(1)>"""
"""It ends elements, strings and attributes, and would run if it were HTML."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


NAME = """<b onclick="x">'&"""
SCHEMA = f"""
COMMENT ON SCHEMA public IS {literal(EVIL)};
CREATE SCHEMA {quoted("<s>")};
CREATE TYPE {quoted("<enum>")} AS ENUM ({literal(EVIL[:60])}, 'plain');
COMMENT ON TYPE {quoted("<enum>")} IS {literal(EVIL)};
CREATE DOMAIN {quoted("<domain>")} AS text DEFAULT '<d>' CHECK (VALUE <> '<script>');
CREATE TYPE pair AS (a int, {quoted("<b>")} text);
CREATE TABLE parents (id int PRIMARY KEY, mate_id int REFERENCES parents, first_id int);
CREATE TABLE {quoted(NAME)} (
    id int PRIMARY KEY,
    {quoted(NAME)} text DEFAULT '<default>' CHECK ({quoted(NAME)} <> '</td>'),
    parent_id int NOT NULL REFERENCES parents ON DELETE CASCADE,
    kind {quoted("<enum>")}
);
ALTER TABLE parents ADD FOREIGN KEY (first_id) REFERENCES {quoted(NAME)};
COMMENT ON TABLE {quoted(NAME)} IS {literal(EVIL)};
COMMENT ON COLUMN {quoted(NAME)}.{quoted(NAME)} IS {literal(EVIL)};
CREATE TABLE {quoted("<s>")}.{quoted("../../up")} (id int REFERENCES parents);
CREATE TABLE "Parents" (id int PRIMARY KEY);
CREATE TABLE logs (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE VIEW odd AS SELECT id, {quoted(NAME)} AS {quoted("<v>")} FROM {quoted(NAME)} WHERE kind <> 'plain';
CREATE FUNCTION {quoted("<f>")}(text DEFAULT '<script>') RETURNS text LANGUAGE sql STABLE
AS $$ SELECT '</code></pre><script>alert(1)</script>' $$;
COMMENT ON FUNCTION {quoted("<f>")} IS {literal(EVIL)};
CREATE FUNCTION area(side int) RETURNS int LANGUAGE sql IMMUTABLE STRICT RETURN side * side;
CREATE FUNCTION area(a int, b int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT a * b';
CREATE PROCEDURE {quoted("<s>")}.tidy(INOUT n int) LANGUAGE plpgsql AS $$
BEGIN
    n := n + 1;
END
$$;
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TYPE span AS RANGE (SUBTYPE = int4);
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER {quoted("<t>")} BEFORE UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION changed();
CREATE INDEX {quoted("<i>")} ON {quoted(NAME)} ((id + 1)) WHERE {quoted(NAME)} <> '<script>';
"""
QUERIES = f"""-- {EVIL}

-- name: list_odd :many
-- {EVIL}
SELECT id, {quoted(NAME)} AS {quoted("<out>")}, kind, parent_id /* </pre> */ FROM {quoted(NAME)}
WHERE {quoted(NAME)} = :text AND id > :least;

-- name: add_odd :one
-- @deprecated use <b>nothing</b>
INSERT INTO {quoted(NAME)} (id, {quoted(NAME)}, parent_id) VALUES (:id, '</script>', :parent_id) RETURNING *;

-- name: find_parents :many
-- sqlgen: optional mate_id
SELECT id, mate_id FROM parents WHERE id = :id AND mate_id = :mate_id;

-- name: remove_parent :execrows
DELETE FROM parents WHERE id = :id;

-- name: count_parents :one
SELECT count(*) FROM parents;

-- name: measure :optional
SELECT public.area(id), area(id, 2) AS other, {quoted("<f>")}() AS evil, total(id) OVER () AS sum FROM parents LIMIT 1;

-- name: call_tidy :one
CALL {quoted("<s>")}.tidy(:n);
"""


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, newest_server: Server) -> Path:
    """The folder of a project, with its pages in `site/`."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "migrations").mkdir()
    (root / "queries").mkdir()
    (root / "migrations/0001_<b>.sql").write_text(SCHEMA)
    (root / "queries/odd.sql").write_text(QUERIES)
    (root / "pyproject.toml").write_text(
        f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\nmode = "both"\n'
    )
    write_pages(read.config(root), root / "site", title=EVIL)
    return root


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory, newest_server: Server) -> Path:
    """The folder of the pages of this repository's own project."""
    root = tmp_path_factory.mktemp("clinic")
    for name in ("migrations", "queries"):
        shutil.copytree(Path(__file__).parents[2] / name, root / name)
    (root / "pyproject.toml").write_text(
        f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\nmode = "both"\n'
    )
    write_pages(read.config(root), root / "site", title="The clinic")
    return root / "site"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> BrowserPage:
    """A page of the browser, wide and light."""
    opened = BrowserPage(browser)
    opened.size(1280, 900)
    opened.prefer(scheme="light")
    return opened
