-- A few rows with NULL wherever the schema allows it, for queries that are to show one.
INSERT INTO author VALUES
    (1, 'Ada', '1970-01-01', 'ok', NULL, 4.5, '{a,NULL}', ('s', 1, '{x}'), '{"a": 1}', true, '[1,5)', 'abc', 1.5),
    (2, 'Bob', NULL, NULL, 1, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL),
    (3, 'Cyd', 'infinity', 'sad', 2, 'NaN', '{}', (NULL, NULL, NULL), 'null', true, 'empty', 'z', 'NaN');
INSERT INTO book (id, author_id, editor_id, title, kind, subtitle, pages, price, printed, phone, mail, sold) VALUES
    (1, 1, NULL, 'T1', 'novel', NULL, NULL, NULL, NULL, '1', NULL, 3),
    (2, 1, 2, 'T2', 'play', 'sub', 10, 5, '2000-01-01Z', NULL, 'm', 0),
    (3, 2, 3, '', 'poem', '', 7, 0, 'infinity', '2', 'n', -1);
INSERT INTO edition VALUES (1, 1, 'note', 'i', 'x', 1), (1, 2, NULL, NULL, 'y', NULL), (2, 1, '', 'j', 'z', 2);
INSERT INTO sale VALUES
    (1, 'a', 1, 1, 10, '2000-01-01'), (2, 'z', NULL, NULL, NULL, 'infinity'), (3, 'b', 7, NULL, 2, '2001-01-01');
INSERT INTO item VALUES (1, 'l', NULL);
INSERT INTO special_item VALUES (2, 'm', 1.0, NULL);
INSERT INTO loose (i) VALUES (NULL);
INSERT INTO loose VALUES
    (1, 2, 'a', 'b', true, false, 1.5, 1.5, '2000-01-01', '2000-01-01Z', '{1,NULL}', '{a,NULL}', '{"a": null}', '[1,3)', 'sad', ('s', NULL, NULL)),
    (2, NULL, 'b', NULL, false, NULL, NULL, 'NaN', 'infinity', '-infinity', '{}', '{}', 'null', 'empty', 'ok', NULL);
INSERT INTO tight VALUES
    (1, 1, 'a', '', true, false, 1, 'NaN', '2000-01-01', '2000-01-01Z', '{1,NULL}', '{a,NULL}', '{"a": null}', 'empty', 'sad', (NULL, NULL, NULL)),
    (2, 1, 'b', 'b', false, true, 2, 2, 'infinity', 'infinity', '{}', '{}', 'null', '(,)', 'ok', ('s', 1, '{}'));
INSERT INTO keep VALUES
    (1, ROW(NULL, NULL, NULL), ARRAY[ROW(1, NULL, 1)::item], ROW(1, NULL, 1), ARRAY[ROW('s', NULL, NULL)::place]);
INSERT INTO labelled VALUES (1, 'x');
INSERT INTO labelled SELECT 2, (SELECT mark FROM labelled WHERE false);
INSERT INTO owner VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
INSERT INTO owned_keeps VALUES (1);
INSERT INTO owned_moves VALUES (2);
INSERT INTO owned_ruled VALUES (3);
INSERT INTO owned VALUES (4);
INSERT INTO owner VALUES (5, 'e');
INSERT INTO owned_follows VALUES (5);
INSERT INTO dropped VALUES (1, 'l', NULL);
DELETE FROM owner WHERE id IN (1, 3);
UPDATE owner SET id = 9 WHERE id = 2;
INSERT INTO linked (id, kind, sort, mood, size, tame, n, name, owner, note, a, b, c, d, e, x, y) VALUES
    (1, 'a', 'a', 'sad', 2, true, 1.0, 'n', 'o', 'p', NULL, NULL, 1, 1, NULL, 1, 1),
    (2, 'b', 'b', 'ok', 1, false, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL),
    (3, 'ab', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, 2, NULL, NULL, NULL),
    (4, 'ab', 'c', 'glad', 0, false, 1.00, NULL, NULL, NULL, 1, 2, 3, NULL, 3, 2, 2);
INSERT INTO linked_child (id, kind, sort, mood, name, note, d) VALUES (5, 'a', 'a', NULL, 'n', 'm', 1);
ALTER TABLE linked_guarded DISABLE TRIGGER no_kind;
INSERT INTO linked_guarded VALUES ('a', 'n');
ALTER TABLE linked_guarded ENABLE TRIGGER no_kind;
INSERT INTO part_moved VALUES (1, 1, 1);
INSERT INTO guarded VALUES (1, 'v', 1, 1), (2, 'v', 2, NULL), (3, 'v', 3, 3);
ALTER TABLE guarded DISABLE TRIGGER forget;
UPDATE guarded SET v = 'v', w = id;
ALTER TABLE guarded ENABLE TRIGGER forget;
ALTER TABLE part_guarded_rest DISABLE TRIGGER forget;
INSERT INTO part_guarded VALUES (1, 1), (2, NULL);
ALTER TABLE part_guarded_rest ENABLE TRIGGER forget;
REFRESH MATERIALIZED VIEW mv_author;

-- Keys that are compared otherwise than their indexes do.
CREATE EXTENSION citext;
CREATE TABLE caseless (name text PRIMARY KEY);
INSERT INTO caseless VALUES ('a'), ('A');
CREATE TABLE big (id bigint PRIMARY KEY);
INSERT INTO big VALUES (9007199254740992), (9007199254740993);
INSERT INTO item VALUES (5, 'five', 1);
INSERT INTO special_item VALUES (5, 'five', 1, NULL);
