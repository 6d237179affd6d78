-- name: x :optional
SELECT count(*) FROM patients;
