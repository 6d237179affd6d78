-- A """ in the docs, a \ backslash, and {{ braces }} {% raw %}.

-- name: weird :many
-- Ends with a quote "
SELECT id AS "class", name AS "2 many", mrn AS "a""b", born_on AS "from", 'it''s """ \' AS quotes, '{{ x }}' AS braces
FROM patients WHERE name <> 'naïve — ✓' AND mrn = :self;
