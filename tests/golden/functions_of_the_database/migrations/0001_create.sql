CREATE SCHEMA billing;
CREATE TYPE billing.status AS ENUM ('open', 'paid');
CREATE TABLE billing.invoices (
    id BIGINT PRIMARY KEY,
    patient TEXT NOT NULL,
    status billing.STATUS NOT NULL,
    total NUMERIC(10, 2) NOT NULL
);

CREATE FUNCTION billing.fee(minutes INTEGER, rate NUMERIC DEFAULT 1.5, note TEXT DEFAULT NULL) RETURNS NUMERIC
LANGUAGE sql IMMUTABLE RETURN minutes * rate;
COMMENT ON FUNCTION billing.fee IS 'What a visit costs.

The rate is per minute.';

CREATE FUNCTION billing.open_invoices(only_of TEXT DEFAULT NULL, VARIADIC statuses billing.STATUS [] DEFAULT '{open}')
RETURNS SETOF billing.INVOICES LANGUAGE sql STABLE
AS 'SELECT * FROM billing.invoices WHERE status = ANY(statuses)';

CREATE FUNCTION billing.totals(patient TEXT, OUT open NUMERIC, OUT paid NUMERIC) LANGUAGE sql STABLE
AS 'SELECT 1.0, 2.0';

CREATE FUNCTION billing.slug(name TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT RETURN lower(name);
CREATE FUNCTION billing.slug(id BIGINT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT RETURN id::TEXT;

CREATE PROCEDURE billing.pay(id BIGINT, INOUT status billing.STATUS, at TIMESTAMPTZ DEFAULT now())
LANGUAGE plpgsql AS 'BEGIN END';

CREATE FUNCTION billing.first_of(items ANYARRAY) RETURNS ANYELEMENT LANGUAGE sql AS 'SELECT items[1]';
CREATE FUNCTION billing.on_change() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
