-- name: list_patients :many
-- sqlgen: parameter sort: app.sorting.Sort
-- sqlgen: parameter word: Literal["any", "all"]
-- Patients in the order that a list of ours names.
SELECT id FROM patients
WHERE name = :name OR :word = 'any'
ORDER BY CASE :sort::text WHEN 'name' THEN name ELSE note END;

-- name: move :exec
-- sqlgen: parameter home?: app.contact.Address
-- sqlgen: parameter settings: app.contact.Contact
-- sqlgen: parameter ids: Sequence[app.ids.PatientId]
UPDATE patients SET home = :home, settings = :settings WHERE id = ANY(:ids);

-- name: import_patients :copy
-- sqlgen: parameter id: app.ids.PatientId
INSERT INTO patients (id, name, note) VALUES (:id, :name, :note);
