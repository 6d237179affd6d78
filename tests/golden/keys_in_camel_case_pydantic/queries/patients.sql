-- name: get_patient :one -> Patient
SELECT id, family_name, born_on, "class", field, annotated_field, "a ""quoted"" name\" FROM patients WHERE id = :id;

-- name: get_fields :one
SELECT id, "Field" AS "Annotated", annotated_field FROM patients;

-- name: list_patients :many
SELECT
    p.family_name,
    ARRAY(SELECT v FROM visits AS v WHERE v.patient_id = p.id) AS "past_visits: list[Visit]",
    ARRAY(SELECT s FROM (SELECT v.seen_at FROM visits AS v) AS s) AS "seen_visits"
FROM patients AS p;

-- name: add_visits :copy
INSERT INTO visits (id, patient_id, seen_at) VALUES (:id, :patient_id, :seen_at);

-- name: field :many
SELECT id AS visit_id, seen_at FROM visits;
