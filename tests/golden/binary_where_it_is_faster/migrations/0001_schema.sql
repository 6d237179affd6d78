CREATE TYPE quality AS ENUM ('good', 'bad');
CREATE TABLE readings (
    sensor_id  uuid NOT NULL,
    at         timestamptz NOT NULL,
    value      double precision NOT NULL,
    price      numeric NOT NULL,
    fee        numeric NOT NULL,
    quality    quality NOT NULL
);
