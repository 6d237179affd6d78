-- name: x :copy
INSERT INTO patients (id, name) VALUES (:id, upper(:name));
