-- name: list_tags :many -> Tags
-- The query's own `Tags`, of some of the columns.
SELECT name FROM tags;

-- name: list_visits :many
SELECT v AS visit, 1 AS n FROM visits AS v;
