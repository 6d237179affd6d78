-- name: search :many
-- sqlgen: optional nam, born_on
-- sqlgen: require one of name, birthday
SELECT id FROM patients WHERE name = :name AND born_on = :born_on;

-- name: list_all :many
-- sqlgen: optional
SELECT id FROM patients;
