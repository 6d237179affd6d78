-- name: without_type :one
-- sqlgen: parameter id
SELECT name FROM patients WHERE id = :id;

-- name: twice :one
-- sqlgen: parameter id: app.types.PatientId
-- sqlgen: parameter id: UUID
SELECT name FROM patients WHERE id = :id;

-- name: unknown :one
-- sqlgen: parameter ids: UUID
SELECT name FROM patients WHERE id = :id;

-- name: marked :one
-- sqlgen: parameter id!: UUID
SELECT name FROM patients WHERE id = :id?;
