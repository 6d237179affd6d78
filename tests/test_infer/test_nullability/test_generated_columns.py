"""Generated columns: what their expressions and the table's constraints prove."""

from .conftest import World


def test_a_generated_column_is_what_its_expression_is(world: World) -> None:
    world.run("""
        CREATE TABLE order_lines (
            id int PRIMARY KEY,
            quantity int NOT NULL,
            unit_price numeric NOT NULL,
            discount numeric,
            "odd {name" text CHECK ("odd {name" IS NOT NULL),
            total numeric GENERATED ALWAYS AS (quantity * unit_price) STORED,
            reduced numeric GENERATED ALWAYS AS (quantity * unit_price - discount) STORED,
            net numeric GENERATED ALWAYS AS (quantity * unit_price - COALESCE(discount, 0)) STORED,
            odd int GENERATED ALWAYS AS (length("odd {name")) STORED,
            size text GENERATED ALWAYS AS (CASE WHEN quantity > 9 THEN 'many' END) STORED
        );
        INSERT INTO order_lines VALUES (1, 2, 3.5, NULL, 'x'), (2, 10, 1, 1, 'y');
    """)
    every = "total, reduced, net, odd, size"
    world.check(f"SELECT {every} FROM order_lines", "reduced size")
    world.check(
        "SELECT l.total FROM patients p LEFT JOIN order_lines l ON l.id = p.id", "total"
    )
    world.check("SELECT total FROM (SELECT * FROM order_lines) AS l")
    world.check(
        "SELECT reduced FROM order_lines WHERE reduced > 0",
    )
    world.check(
        f"UPDATE order_lines SET quantity = 3 RETURNING {every}", "reduced size"
    )
    world.check(
        "INSERT INTO order_lines VALUES (1, 2, 3.5, NULL, 'x')"
        " ON CONFLICT (id) DO UPDATE SET discount = excluded.total"
        f" RETURNING {every}, discount",
        "reduced size discount",
    )
    world.check(f"DELETE FROM order_lines RETURNING {every}", "reduced size")
    assert world.reason("SELECT total FROM order_lines") == (
        "order_lines.total is generated: `*` gives NULL only for NULL, and is given none"
    )
    assert world.reason("SELECT reduced FROM order_lines") == (
        "order_lines.reduced is generated: order_lines.discount may be NULL"
    )


def test_not_null_that_came_later_counts(world: World) -> None:
    world.run("""
        CREATE TABLE grown (
            id int PRIMARY KEY,
            a int,
            b int GENERATED ALWAYS AS (a + 1) STORED
        );
        INSERT INTO grown VALUES (1, 1), (2, NULL);
    """)
    world.check("SELECT b FROM grown", "b")
    world.run("""
        UPDATE grown SET a = 0 WHERE a IS NULL;
        ALTER TABLE grown ALTER a SET NOT NULL;
    """)
    world.check("SELECT b FROM grown")
    world.run("ALTER TABLE grown ALTER a DROP NOT NULL; UPDATE grown SET a = NULL")
    world.check("SELECT b FROM grown", "b")


def test_a_column_that_was_generated_once_is_any_column(world: World) -> None:
    world.run("""
        CREATE TABLE once (a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) STORED);
        INSERT INTO once VALUES (1);
    """)
    world.check("SELECT b FROM once")
    world.run("ALTER TABLE once ALTER b DROP EXPRESSION; UPDATE once SET b = NULL")
    world.check("SELECT b FROM once", "b")


def test_another_expression_of_a_child_or_partition_proves_nothing(
    newest: World,
) -> None:
    newest.run("""
        CREATE TABLE parent (a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) STORED);
        CREATE TABLE child (b int GENERATED ALWAYS AS (nullif(a, 1)) STORED)
            INHERITS (parent);
        INSERT INTO child VALUES (1);
        CREATE TABLE parts (a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) STORED)
            PARTITION BY LIST (a);
        CREATE TABLE parts_1 (a int NOT NULL, b int GENERATED ALWAYS AS (nullif(a, 1)) STORED);
        ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES IN (1);
        INSERT INTO parts VALUES (1);
    """)
    newest.check("SELECT b FROM parent", "b")
    newest.check("SELECT b FROM child", "b")
    newest.check("SELECT b FROM parts", "b")
    newest.check("INSERT INTO parts VALUES (1) RETURNING b", "b")


def test_partitions_that_have_the_same_expression_are_no_trap(world: World) -> None:
    world.run("""
        CREATE TABLE alike (x int, a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) STORED)
            PARTITION BY LIST (a);
        ALTER TABLE alike DROP x;
        CREATE TABLE alike_1 PARTITION OF alike FOR VALUES IN (1);
        INSERT INTO alike VALUES (1);
    """)
    world.check("SELECT b FROM alike")
    world.check("INSERT INTO alike VALUES (1) RETURNING b")


def test_the_body_of_a_function_may_have_changed_since(world: World) -> None:
    world.run("""
        CREATE FUNCTION twice(n int) RETURNS int IMMUTABLE LANGUAGE sql
            BEGIN ATOMIC SELECT NULL::int; END;
        CREATE TABLE doubled (a int NOT NULL, b int GENERATED ALWAYS AS (twice(a)) STORED);
        INSERT INTO doubled VALUES (1);
        CREATE OR REPLACE FUNCTION twice(n int) RETURNS int IMMUTABLE LANGUAGE sql
            BEGIN ATOMIC SELECT coalesce(n, 1) * 2; END;
    """)
    world.check("SELECT b FROM doubled", "b")
    world.check("SELECT twice(a) AS b FROM doubled")


def test_a_function_that_the_user_vouches_for_is_believed(world: World) -> None:
    world.run("""
        CREATE FUNCTION slug(title text) RETURNS text IMMUTABLE LANGUAGE sql
            BEGIN ATOMIC SELECT coalesce(lower(title), ''); END;
        CREATE TABLE posts (
            title text NOT NULL,
            slug text GENERATED ALWAYS AS (slug(title)) STORED
        );
        INSERT INTO posts VALUES ('A');
    """)
    world.check("SELECT slug FROM posts", never_null="public.slug(text)")


def test_a_not_valid_constraint_proves_nothing_of_what_is_made_of_it(
    newest: World,
) -> None:
    newest.run("""
        CREATE TABLE old_rows (a int, b int GENERATED ALWAYS AS (a + 1) STORED);
        INSERT INTO old_rows VALUES (NULL);
        ALTER TABLE old_rows ADD CONSTRAINT a_is_set NOT NULL a NOT VALID;
    """)
    newest.check("SELECT b FROM old_rows", "b")


def test_a_virtual_column_is_worked_out_when_it_is_read(newest: World) -> None:
    newest.run("""
        CREATE TABLE boxes (
            id int PRIMARY KEY,
            width int NOT NULL,
            height int NOT NULL,
            depth int,
            area int GENERATED ALWAYS AS (width * height),
            volume int GENERATED ALWAYS AS (width * height * depth)
        );
        CREATE VIEW box_areas AS SELECT id, width, height, area FROM boxes;
        INSERT INTO boxes VALUES (1, 2, 3, NULL), (2, 1, 1, 1);
    """)
    newest.check("SELECT area, volume FROM boxes", "volume")
    newest.check(
        "SELECT b.area FROM patients p LEFT JOIN boxes b ON b.id = p.id", "area"
    )
    newest.check("SELECT area FROM boxes ORDER BY area FOR UPDATE")
    newest.check("SELECT max(area) AS area FROM boxes GROUP BY id")
    newest.check("SELECT area FROM box_areas")
    newest.check(
        "UPDATE boxes SET depth = 2 RETURNING area, volume, old.area AS was, new.area AS now",
        "volume",
    )
    newest.check(
        "UPDATE box_areas SET width = 2 RETURNING area, old.area AS was, new.area AS now"
    )
    newest.check("INSERT INTO box_areas VALUES (7, 2, 2) RETURNING area")
    newest.check("DELETE FROM boxes RETURNING area, old.area AS was")
    newest.check(
        "MERGE INTO boxes b USING (VALUES (1), (9)) AS s (id) ON s.id = b.id"
        " WHEN MATCHED THEN UPDATE SET width = 5"
        " WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1, 1, 1)"
        " RETURNING area, old.area AS was, new.area AS now",
        "was",
    )
    newest.check(
        "INSERT INTO boxes VALUES (1, 2, 3) ON CONFLICT (id)"
        " DO UPDATE SET depth = excluded.area RETURNING area, depth",
        "depth",
    )
    newest.check("SELECT (b).area FROM (SELECT b FROM boxes b) AS s")
    newest.check("SELECT b.area FROM boxes b, LATERAL (SELECT b.area AS x) l")


def test_a_new_expression_writes_all_rows_anew(newest: World) -> None:
    newest.run("""
        CREATE TABLE renewed (a int NOT NULL, b int GENERATED ALWAYS AS (nullif(a, 1)) STORED);
        INSERT INTO renewed VALUES (1);
    """)
    newest.check("SELECT b FROM renewed", "b")
    newest.run("ALTER TABLE renewed ALTER b SET EXPRESSION AS (a + 1)")
    newest.check("SELECT b FROM renewed")


def test_what_is_vouched_for_is_so_for_arguments_that_are_not_null_only(
    world: World,
) -> None:
    world.run("""
        CREATE FUNCTION trimmed(t text) RETURNS text IMMUTABLE LANGUAGE sql
            BEGIN ATOMIC SELECT trim(t); END;
        CREATE TABLE notes (t text, u text GENERATED ALWAYS AS (trimmed(t)) STORED);
        INSERT INTO notes VALUES (NULL);
        CREATE OR REPLACE FUNCTION trimmed(t text) RETURNS text IMMUTABLE LANGUAGE sql
            BEGIN ATOMIC SELECT coalesce(trim(t), ''); END;
    """)
    world.check("SELECT u FROM notes", "u", never_null="public.trimmed(text)")
    world.check("SELECT trimmed(t) AS u FROM notes")
