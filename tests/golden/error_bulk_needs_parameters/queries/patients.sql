-- name: x :batch
DELETE FROM patients;
