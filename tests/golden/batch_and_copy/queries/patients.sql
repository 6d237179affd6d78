-- name: add_patients :batch
-- Many at once.
INSERT INTO patients (id, mrn, name, born_on) VALUES (:id, :mrn, :name, :born_on);

-- name: add_appointments :batch -> Appointment
INSERT INTO appointments VALUES (:id, :patient_id, :starts_at, :note) RETURNING *;

-- name: remove_patients :batch
DELETE FROM patients WHERE id = :id RETURNING mrn;

-- name: copy_patients :copy
INSERT INTO patients (id, mrn, name, born_on) VALUES (:id, :mrn, :name, :born_on);
