-- name: save_patient :exec
insert into patients (id, mrn, clinic_id) values (:id, :mrn, :clinic_id)
on conflict (mrn) do update set clinic_id = excluded.clinic_id;

-- name: list_visits_and_patients :many
select p.mrn, v.day from patients as p full join visits as v on v.patient_id > p.id;

-- name: lock_patients :many
select p.id, v.day from patients as p left join visits as v on v.patient_id = p.id where p.id = :id for update;
