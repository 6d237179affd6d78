CREATE ROLE ward_app;
CREATE TABLE visits (id int PRIMARY KEY, at date NOT NULL);
CREATE FUNCTION next_visit() RETURNS date LANGUAGE plpgsql
    AS 'BEGIN RETURN (SELECT min(at) FROM visits); END';
CREATE FUNCTION last_visit() RETURNS date LANGUAGE sql AS 'SELECT max(at) FROM visits';
CREATE FUNCTION days_since(at date) RETURNS int LANGUAGE sql RETURN current_date - at;
CREATE FUNCTION count_visits() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM visits';
