-- name: update_born_on :exec
update patients set born_on = :born_on where idd = :patient_id;
