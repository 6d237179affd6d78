-- name: overrides :many
SELECT
    born_on AS "born_on!",
    name AS "name?",
    note AS "note!: str",
    starts_at AS "starts_at: app.clock.Instant",
    a.id AS "appointment: _"
FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id;
