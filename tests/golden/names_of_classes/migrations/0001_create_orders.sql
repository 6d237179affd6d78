CREATE TYPE order_state AS ENUM ('open', 'paid');
CREATE TYPE money_amount AS (currency text, cents bigint);
CREATE DOMAIN channel AS text CHECK (VALUE IN ('web', 'shop'));
CREATE SCHEMA audit;
CREATE TYPE audit.state AS ENUM ('seen');
CREATE TYPE state AS ENUM ('BE', 'ZH');
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, state state NOT NULL);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers,
    total money_amount NOT NULL,
    state order_state NOT NULL,
    audited audit.state,
    channel channel NOT NULL
);
