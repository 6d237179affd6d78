CREATE TABLE visits (id int PRIMARY KEY, note text NOT NULL);
CREATE FUNCTION seen(id int) RETURNS int LANGUAGE sql
    AS 'INSERT INTO public.visits VALUES (-id, $$seen$$) RETURNING id';
CREATE VIEW seen_visits AS SELECT seen(id) AS id, note FROM visits;
