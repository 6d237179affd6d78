-- name: get_patient :optional
-- A patient by number.
--
-- @deprecated: use `find_patient`,
-- which takes "any" of a patient's numbers.
--
-- The numbers are those of the hospital.
SELECT id, mrn FROM patients WHERE mrn = :mrn;

-- name: find_patient :optional
-- A patient by number; one that is @deprecated is found too.
SELECT id, mrn FROM patients WHERE mrn = :mrn;

-- name: search_patients :many
-- @deprecated
-- sqlgen: optional born_from, born_to
SELECT id FROM patients WHERE born_on BETWEEN :born_from AND :born_to;

-- name: stream_patients :stream
-- @deprecated read pages
SELECT id FROM patients;

-- name: deprecated :many
-- @deprecated """ \" {{ x }} ''')
SELECT id FROM patients;
