-- name: add :exec -> Patient
INSERT INTO patients (id, mrn, name) VALUES (:id, :mrn, :name);
