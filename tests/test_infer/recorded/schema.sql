CREATE TABLE people (
    id int PRIMARY KEY,
    name text NOT NULL,
    born date,
    boss int,
    tags text[],
    "odd {name} (a\b)" text
);
CREATE TABLE visits (
    id int PRIMARY KEY,
    person int NOT NULL REFERENCES people,
    note text,
    phone text,
    mail text,
    CONSTRAINT phone_or_mail CHECK (phone IS NOT NULL OR mail IS NOT NULL)
);
CREATE VIEW visitors AS
    SELECT p.id, p.name, v.note FROM people AS p LEFT JOIN visits AS v ON v.person = p.id;
CREATE FUNCTION shouted(t text) RETURNS text LANGUAGE sql STRICT
    BEGIN ATOMIC SELECT upper(t) || '!'; END;
