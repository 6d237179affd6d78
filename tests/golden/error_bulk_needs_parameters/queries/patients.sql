-- name: x :batch
INSERT INTO patients VALUES (1, 'a', 'b', NULL);
