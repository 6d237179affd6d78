CREATE FUNCTION patients_age(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
