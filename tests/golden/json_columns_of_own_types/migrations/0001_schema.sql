CREATE TABLE patients (
    id int PRIMARY KEY,
    address jsonb NOT NULL,
    contacts jsonb,
    former jsonb[] NOT NULL DEFAULT '{}'
);
