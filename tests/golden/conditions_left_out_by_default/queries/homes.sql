-- name: search_homes :many
-- The types of `place` and `places` follow from the column. `kind` may be any text: 'all' is none of
-- the column's values.
SELECT id
FROM homes
WHERE (:kind = 'all' OR kind = :kind)
  AND (:place::place IS NULL OR place = :place)
  AND id >= :least
  AND (:most::int IS NULL OR id <= :most)
  AND place <> ALL (:places);

-- name: add_notes :exec
UPDATE homes SET notes = :notes[?] WHERE id = :id;

-- name: page_of_homes :many
SELECT id FROM homes WHERE kind = COALESCE($1, kind) ORDER BY id LIMIT COALESCE($2, 10) OFFSET $3;
