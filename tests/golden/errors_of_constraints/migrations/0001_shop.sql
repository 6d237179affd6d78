CREATE SCHEMA history;

CREATE DOMAIN sku AS text CONSTRAINT sku_form CHECK (VALUE ~ '^[A-Z]+$');

CREATE TABLE products (
    id int PRIMARY KEY,
    sku sku NOT NULL UNIQUE,
    price numeric(10, 2) CONSTRAINT price_above_zero CHECK (price > 0),
    hidden boolean NOT NULL DEFAULT false
);

-- Its constraints have the same names as those of `products`.
CREATE TABLE history.products (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

CREATE VIEW offers AS SELECT id, sku, price FROM products WHERE NOT hidden AND price < 100 WITH CHECK OPTION;

CREATE TABLE stock (
    product_id int REFERENCES products ON DELETE RESTRICT,
    day date,
    during tstzrange,
    CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&),
    PRIMARY KEY (product_id, day),
    CONSTRAINT counted_later UNIQUE (during) DEFERRABLE INITIALLY DEFERRED
);
