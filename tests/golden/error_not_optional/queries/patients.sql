-- name: search :many
-- sqlgen: optional name, most
SELECT id FROM patients WHERE CASE WHEN born_on IS NULL THEN name = :name ELSE true END LIMIT :most;

-- name: greet :many
-- sqlgen: optional greeting
SELECT :greeting::text || name FROM patients;

-- name: find :many
-- sqlgen: optional name
-- sqlgen: require one of name, mrn
SELECT id FROM patients WHERE name = :name AND mrn = :mrn;

-- name: rank :many
-- sqlgen: optional word
SELECT id, position(:word IN name) AS place FROM patients WHERE name LIKE :word;
