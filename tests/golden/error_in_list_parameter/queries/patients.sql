-- name: list_patients :many
SELECT name FROM patients WHERE id IN :ids;

-- name: list_others :many
SELECT name FROM patients WHERE id NOT IN :ids AND name LIKE :name;

-- name: list_numbered :many
SELECT name FROM patients WHERE id in $1;

-- name: untyped :one
SELECT :what IS NULL AS missing;

-- name: rows_of_both :many
SELECT p.*, a.* FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id;

-- name: star_of_both :many
SELECT * FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id;
