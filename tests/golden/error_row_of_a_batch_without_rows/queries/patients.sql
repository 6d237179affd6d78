-- name: rename :batch -> Patient
UPDATE patients SET name = :name WHERE id = :id;
