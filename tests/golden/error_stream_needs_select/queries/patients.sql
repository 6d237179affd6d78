-- name: x :stream
DELETE FROM patients RETURNING id;
