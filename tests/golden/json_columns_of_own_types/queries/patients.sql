-- name: get_patient :one
SELECT id, address, contacts, former AS "former: list[app.contact.Address]" FROM patients WHERE id = :id;

-- name: addresses :many
SELECT address FROM patients;

-- name: set_contacts :exec
UPDATE patients SET address = :address, contacts = :contacts WHERE id = :id;
