-- Reports of a month.

-- name: born_in :many -> Patient
SELECT p.* FROM patients AS p WHERE p.born_on BETWEEN :first AND :last;
