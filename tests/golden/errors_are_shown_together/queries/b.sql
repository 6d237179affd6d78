-- name: three :sometimes
SELECT 1;
