\restrict x
\set ON_ERROR_STOP on
CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL DEFAULT '\i nothing');
COPY notes (id, body) FROM stdin;
1	\\i nothing
\.
\i more.sql
\connect shop
\connect shop
\connect stock
SELECT 'DROP TABLE notes' \gexec
\unrestrict x
