-- What version 1.4 of pgcrypto (PostgreSQL 18) adds. See pgcrypto--1.3.sql.

CREATE FUNCTION fips_mode() RETURNS bool
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$ BEGIN RETURN false; END $$;
