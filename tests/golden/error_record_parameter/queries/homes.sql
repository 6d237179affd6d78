-- The type of the parameter follows from the column.
-- name: at_place :many
SELECT id FROM homes WHERE place = :place;

-- name: at_row :many
SELECT id FROM homes WHERE ROW(id, 1) = :place;
