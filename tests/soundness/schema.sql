-- What random queries are made over: everything that a proof could trip over.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TYPE place AS (street text, floor int, tags text[]);
CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z]{1,3}$');
CREATE DOMAIN label AS text NOT NULL;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE TABLE author (
    id int PRIMARY KEY,
    name text NOT NULL UNIQUE,
    born date,
    mood mood,
    boss int REFERENCES author,
    rating numeric,
    tags text[],
    home place,
    data jsonb,
    active bool NOT NULL DEFAULT true,
    span int4range,
    code code,
    score float8
);
CREATE TABLE book (
    id int PRIMARY KEY,
    author_id int NOT NULL REFERENCES author,
    editor_id int REFERENCES author,
    title text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('novel', 'play', 'poem')),
    subtitle text,
    pages positive,
    price numeric CHECK (price >= 0),
    printed timestamptz,
    phone text,
    mail text,
    sold int CONSTRAINT sold_known CHECK (sold IS NOT NULL AND sold > -5),
    letters int GENERATED ALWAYS AS (length(title)) STORED,
    total numeric GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT phone_or_mail CHECK (phone IS NOT NULL OR mail IS NOT NULL),
    UNIQUE (author_id, title)
);
CREATE TABLE edition (
    book_id int NOT NULL REFERENCES book,
    number int NOT NULL,
    note text,
    isbn text UNIQUE NULLS NOT DISTINCT,
    mark label NOT NULL,
    old int UNIQUE,
    PRIMARY KEY (book_id, number)
);
CREATE TABLE sale (
    id int NOT NULL,
    region text NOT NULL,
    book_id int,
    number int,
    amount numeric,
    at date NOT NULL,
    PRIMARY KEY (id, region),
    FOREIGN KEY (book_id, number) REFERENCES edition
) PARTITION BY LIST (region);
CREATE TABLE sale_a PARTITION OF sale FOR VALUES IN ('a', 'b', '');
CREATE TABLE sale_rest PARTITION OF sale DEFAULT;
CREATE TABLE item (id int PRIMARY KEY, label text NOT NULL, weight float8);
CREATE TABLE special_item (extra text) INHERITS (item);
CREATE TABLE loose (
    i int, j int, t text, u text, b bool, c bool, n numeric, f float8, d date, ts timestamptz,
    ia int[], ta text[], js jsonb, r int4range, m mood, p place
);
CREATE TABLE tight (
    i int NOT NULL, j int NOT NULL, t text NOT NULL, u text NOT NULL, b bool NOT NULL,
    c bool NOT NULL, n numeric NOT NULL, f float8 NOT NULL, d date NOT NULL,
    ts timestamptz NOT NULL, ia int[] NOT NULL, ta text[] NOT NULL, js jsonb NOT NULL,
    r int4range NOT NULL, m mood NOT NULL, p place NOT NULL
);
CREATE DOMAIN spot AS item CHECK ((VALUE).weight IS DISTINCT FROM 13);
-- Values of a table's row type that are no rows of the table: its NOT NULL does not hold in them.
CREATE TABLE keep (id int PRIMARY KEY, kept item, list item[] NOT NULL, spot spot, places place[] NOT NULL);
-- A domain's NOT NULL does not keep NULL out of a column.
CREATE TABLE labelled (id int PRIMARY KEY, mark label);
-- A trigger and a rule that suppress what foreign keys with CASCADE and SET NULL do.
CREATE TABLE owner (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE owned_keeps (owner_id int NOT NULL REFERENCES owner ON DELETE CASCADE);
CREATE TABLE owned_moves (owner_id int NOT NULL REFERENCES owner ON UPDATE CASCADE);
CREATE TABLE owned_ruled (owner_id int NOT NULL REFERENCES owner ON DELETE CASCADE);
CREATE TABLE owned (owner_id int NOT NULL REFERENCES owner);
CREATE TABLE owned_follows (owner_id int NOT NULL REFERENCES owner ON DELETE CASCADE);
CREATE FUNCTION f_owners() RETURNS text[] LANGUAGE sql VOLATILE
    RETURN ARRAY(SELECT (SELECT o.name FROM owner o WHERE o.id = k.owner_id) FROM owned_follows k);
CREATE FUNCTION f_joined_owners() RETURNS text[] LANGUAGE sql VOLATILE
    RETURN ARRAY(SELECT o.name FROM owned_follows k LEFT JOIN owner o ON o.id = k.owner_id);
-- A column that was dropped has a number of its own.
CREATE TABLE dropped (gone text, id int NOT NULL, label text NOT NULL, note text);
ALTER TABLE dropped DROP COLUMN gone;
CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER suppress BEFORE DELETE ON owned_keeps
    FOR EACH ROW EXECUTE FUNCTION suppress();
CREATE TRIGGER suppress BEFORE UPDATE ON owned_moves
    FOR EACH ROW EXECUTE FUNCTION suppress();
CREATE TRIGGER suppress BEFORE UPDATE OR DELETE ON owned
    FOR EACH ROW EXECUTE FUNCTION suppress();
CREATE RULE suppress AS ON DELETE TO owned_ruled WHERE old.owner_id > 0 DO INSTEAD NOTHING;
CREATE FUNCTION f_null(a int) RETURNS int LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT CASE WHEN a > 1 THEN a END';
CREATE TABLE defaulted (
    id int, a int DEFAULT 1, b text DEFAULT 'x', c text DEFAULT NULL, d timestamptz DEFAULT now(), e int DEFAULT f_null(1), f int
);
-- CHECKs by which one column says whether another may be NULL.
CREATE TABLE linked (
    id int PRIMARY KEY,
    kind text NOT NULL,
    sort varchar(9),
    mood mood,
    size smallint,
    tame bool,
    n numeric,
    name text,
    owner text,
    note text,
    a int, b int, c int, d int, e int, x int, y int,
    twice int GENERATED ALWAYS AS (size * 2) STORED,
    CONSTRAINT a_is_named CHECK (kind <> 'a' OR name IS NOT NULL),
    CONSTRAINT shape CHECK (
        (kind = 'b' AND a IS NOT NULL AND b IS NULL) OR (kind IN ('', 'a') AND a IS NULL) OR kind = 'ab'
    ),
    CONSTRAINT sort_a_is_noted CHECK (sort <> 'a' OR note IS NOT NULL),
    CONSTRAINT sad_has_n CHECK (mood = 'glad' OR mood = 'ok' OR n IS NOT NULL),
    CONSTRAINT tame_is_owned CHECK (NOT tame OR owner IS NOT NULL),
    CONSTRAINT both_or_none CHECK ((x IS NULL) = (y IS NULL)),
    CONSTRAINT in_order CHECK (b IS NULL OR b < c),
    CONSTRAINT one_of_two CHECK (((d IS NOT NULL)::int + (e IS NOT NULL)::int) = 1),
    CONSTRAINT large_has_c CHECK (size <= 1 OR c IS NOT NULL),
    CONSTRAINT one_is_owned CHECK (n IS NULL OR n = 1.00 OR owner IS NOT NULL),
    CONSTRAINT four_is_noted CHECK (twice <> 4 OR note IS NOT NULL)
);
CREATE TABLE linked_child (extra int) INHERITS (linked);
CREATE VIEW v_linked AS SELECT id, kind, name, a, x, y FROM linked;
CREATE TABLE linked_guarded (
    kind text, name text, CONSTRAINT a_is_named CHECK (kind <> 'a' OR name IS NOT NULL)
);
CREATE TABLE guarded (id int PRIMARY KEY, v text, w int, x int);
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id % 2 = 0 THEN NEW.w := NULL; END IF;
    IF NEW.id % 3 = 0 THEN NEW.v := NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON guarded
    FOR EACH ROW EXECUTE FUNCTION forget();
CREATE FUNCTION no_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.kind := NULL; NEW.name := NULL; RETURN NEW; END $$;
CREATE TRIGGER no_kind BEFORE INSERT OR UPDATE ON linked_guarded
    FOR EACH ROW EXECUTE FUNCTION no_kind();
CREATE TABLE part_moved (id int NOT NULL, w int, v int) PARTITION BY LIST (id);
CREATE TABLE part_moved_one PARTITION OF part_moved FOR VALUES IN (1);
CREATE TABLE part_moved_rest PARTITION OF part_moved DEFAULT;
CREATE FUNCTION forget_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.w := NULL; NEW.v := NULL; RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE INSERT ON part_moved_rest
    FOR EACH ROW EXECUTE FUNCTION forget_moved();
CREATE TABLE part_guarded (id int NOT NULL, w int) PARTITION BY LIST (id);
CREATE TABLE part_guarded_rest PARTITION OF part_guarded DEFAULT;
CREATE FUNCTION forget_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.w := NULL; RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON part_guarded_rest
    FOR EACH ROW EXECUTE FUNCTION forget_part();

CREATE VIEW v_book AS
    SELECT b.id, b.title, b.subtitle, b.price, a.name AS author, a.born
    FROM book b JOIN author a ON a.id = b.author_id;
CREATE VIEW v_left AS
    SELECT v.id, v.title, v.born, e.number, e.note, e.mark
    FROM v_book v LEFT JOIN edition e ON e.book_id = v.id;
CREATE VIEW v_item AS SELECT id, label, weight FROM item;
CREATE VIEW v_count AS
    SELECT author_id, count(*) AS books, max(price) AS dearest, min(title) AS first_title
    FROM book GROUP BY author_id;
CREATE VIEW v_union AS
    SELECT id, name AS t FROM author UNION ALL SELECT id, subtitle FROM book;
CREATE VIEW v_born AS SELECT id, name, born, rating FROM author WHERE born IS NOT NULL;
CREATE MATERIALIZED VIEW mv_author AS
    SELECT a.id, a.name, a.born, count(b.id) AS books
    FROM author a LEFT JOIN book b ON b.author_id = a.id GROUP BY a.id;
CREATE VIEW v_ins AS SELECT id, v, w FROM guarded;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RETURN ROW(NULL, NULL, NULL)::v_ins; END $$;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE ON v_ins
    FOR EACH ROW EXECUTE FUNCTION instead();

CREATE VIEW v_kind AS SELECT id, kind FROM book;
CREATE FUNCTION other_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.kind := 'other'; RETURN NEW; END $$;
CREATE TRIGGER other_kind INSTEAD OF INSERT OR UPDATE ON v_kind
    FOR EACH ROW EXECUTE FUNCTION other_kind();

CREATE FUNCTION f_plain(a text) RETURNS text LANGUAGE sql AS 'SELECT upper(a)';
CREATE FUNCTION f_atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END;
CREATE FUNCTION f_strict(a int, b int) RETURNS int LANGUAGE sql STRICT RETURN coalesce(a, 0) + b;
CREATE FUNCTION f_zero(a int) RETURNS int LANGUAGE sql RETURN coalesce(a, 0);
CREATE FUNCTION f_title(a int) RETURNS text LANGUAGE sql
    BEGIN ATOMIC SELECT title FROM book WHERE id = a; END;
CREATE FUNCTION f_count(a int) RETURNS bigint LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT count(*) FROM book WHERE author_id = a; END;
CREATE FUNCTION f_books(a int) RETURNS SETOF book LANGUAGE sql STABLE
    AS 'SELECT * FROM book WHERE author_id >= a';
CREATE FUNCTION f_rows(a int) RETURNS TABLE (n int, t text) LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT id, subtitle FROM book WHERE id >= a; END;
CREATE FUNCTION f_homes() RETURNS SETOF place LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT p FROM tight; END;
CREATE FUNCTION f_whole() RETURNS SETOF book LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT b FROM book b; END;
CREATE FUNCTION f_out(a int, OUT x int, OUT y text) LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT i, t FROM tight WHERE i = a; END;
CREATE FUNCTION f_item(a int) RETURNS item LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT a, NULL::text, NULL::float8; END;
CREATE FUNCTION f_items() RETURNS SETOF item LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT ROW(k.id, NULL, 1)::item FROM keep k; END;
CREATE FUNCTION f_spots() RETURNS SETOF spot LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT ROW(k.id, NULL, 1)::spot FROM keep k; END;
CREATE FUNCTION f_record(a int) RETURNS TABLE (n int, t text) LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT ROW(a, NULL::text); END;
