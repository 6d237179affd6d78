CREATE ROLE clinic_app;
CREATE ROLE clinic_admin;
CREATE TABLE patients (id int PRIMARY KEY, name text NOT NULL, email text);
CREATE TABLE visits (id serial PRIMARY KEY, note text NOT NULL);
CREATE VIEW noted WITH (security_invoker = true) AS SELECT note FROM visits;
GRANT SELECT (id, name) ON patients TO clinic_app;
GRANT INSERT ON visits TO clinic_app;
GRANT SELECT ON noted TO clinic_app;
GRANT SELECT, DELETE ON visits TO clinic_admin;
