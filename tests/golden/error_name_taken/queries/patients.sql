-- name: get_x :one
SELECT 1 AS a, 2 AS b;

-- name: other :one -> Mood
SELECT 1 AS a, 'sad'::mood AS mood;
