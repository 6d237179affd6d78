CREATE ROLE ward_app;
CREATE TABLE visits (id int PRIMARY KEY, tenant text NOT NULL);
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON visits FOR SELECT TO ward_app USING (tenant = current_setting('app.tenant'));
CREATE TABLE notes (id int PRIMARY KEY);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON visits, notes TO ward_app;
