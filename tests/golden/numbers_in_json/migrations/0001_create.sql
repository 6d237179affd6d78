CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    total NUMERIC(10, 2) NOT NULL CHECK (total <> 'NaN'),
    weight DOUBLE PRECISION CHECK (weight BETWEEN 0 AND 1000),
    measured NUMERIC(10, 2) NOT NULL CHECK (measured >= 0),
    extra JSONB
);
