-- name: x :copy
INSERT INTO patients (id, mrn, name) SELECT :id, :mrn, 'nobody';
