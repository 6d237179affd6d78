CREATE TYPE order_state AS ENUM ('open', 'paid');
CREATE TABLE customers (
    id int PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('person', 'company')),
    email text
);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int REFERENCES customers,
    state order_state NOT NULL,
    ordered_at timestamptz NOT NULL
);
CREATE TABLE lines (
    id int PRIMARY KEY,
    order_id int NOT NULL REFERENCES orders,
    product text NOT NULL,
    price numeric NOT NULL,
    details jsonb NOT NULL
);
