CREATE DOMAIN colour AS text CHECK (VALUE IN ('red', 'green'));
CREATE DOMAIN colours AS colour[];
CREATE TYPE shape AS (colour colour, colours colours, palettes colours[], boxes box[]);
CREATE TABLE shapes (shape shape NOT NULL, others shape[] NOT NULL);
