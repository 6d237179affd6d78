-- name: add_patient :one
insert into patients (mrn) values (:mrn) returning id;
