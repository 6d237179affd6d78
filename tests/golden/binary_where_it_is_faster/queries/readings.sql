-- name: list_values :many
SELECT sensor_id, at, value, price FROM readings WHERE sensor_id = :sensor_id;

-- name: stream_values :stream
SELECT value FROM readings;

-- name: list_prices :many
-- Two numerics take more time in binary than is saved by one float.
SELECT value, price, fee FROM readings;

-- name: list_qualities :many
-- There is no binary format of an enum.
SELECT value, quality FROM readings;
