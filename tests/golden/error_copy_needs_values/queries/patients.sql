-- name: x :copy
INSERT INTO patients (id, mrn, name) VALUES (:id, :mrn, upper(:name));
