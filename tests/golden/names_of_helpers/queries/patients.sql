-- name: args_row :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: array_of :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: array_text :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: as_float4 :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: as_int2 :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: as_int4 :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: as_int8 :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: as_oid :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: attrs :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: boxes_text :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: cursor_name :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: dataclass :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: datetime :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: float8_text :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: from_json :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: hstore_text :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: int2_text :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: int4_text :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: int8_text :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: ipaddress :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: loads :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: msgspec :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: multirange_text :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: oid_text :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: one :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: optional :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: parse_array :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: parse_composite :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: parse_enum :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: parse_hstore :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: parse_multirange :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: parse_range :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: parse_vector :many
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: range_text :stream
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: rows_of :exec
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: scalar_row :execrows
-- sqlgen: allow always-one-row
UPDATE patients SET name = :name WHERE id = :id;

-- name: to_json :one
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: vector_text :optional
-- sqlgen: allow always-one-row
SELECT id, name, born_on FROM patients WHERE id = :id;

-- name: find_by_keywords :one
SELECT id AS "class", name AS "from", mrn AS "import" FROM patients WHERE id = :class AND name = :from AND mrn = :import?;
